"""The forms of phones' files by their models and templates, for all tenants (docs/decisions/0076)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import ConfigTemplate, PhoneModel
from app.models.enums import ValueFormat
from app.rules.phone_forms import USUAL_NAMES, USUAL_TYPE, PhoneForm

_MODELS, _TEMPLATES = table_of(PhoneModel), table_of(ConfigTemplate)
COLUMNS = tuple(
    _MODELS.c[name]
    for name in ("name", "file_names", "content_type", "value_format", "boot_file_names", "boot_file")
)
"""The columns of a model that ``form_of`` takes, in their order."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The form of each template's files, and each form of its own; that of a template may be the usual one."""

    by_template: Mapping[int, PhoneForm] = field(default_factory=lambda: MappingProxyType({}))
    own: Sequence[PhoneForm] = ()

    def lets(self, name: str, mac: str) -> bool:
        """Whether a phone of some model with this MAC asks for a file of this name."""
        return any(form.part_called(name, mac) is not None for form in self.own)


def form_of(
    name: str, file_names: str, content_type: str, value_format: str, boot_file_names: str, boot_file: str
) -> PhoneForm:
    """Return the form that the columns of a model describe."""
    return PhoneForm(
        model=name,
        names=tuple(file_names.split("\n")) if file_names else USUAL_NAMES,
        content_type=content_type or USUAL_TYPE,
        value_format=ValueFormat(value_format),
        boot_names=tuple(boot_file_names.split("\n")) if boot_file_names else (),
        boot_text=boot_file,
    )


def of_model(model: PhoneModel) -> PhoneForm:
    """Return the form of a model's files."""
    return form_of(*(getattr(model, column.name) for column in COLUMNS))


def read(session: Session) -> Forms:
    """Return all forms, past the session's scope: a name leads phones of all tenants to one file."""
    models = {row[0]: form_of(*row[1:]) for row in _rows(session, select(_MODELS.c.id, *COLUMNS))}
    templates = _rows(session, select(_TEMPLATES.c.id, _TEMPLATES.c.phone_model_id))
    return Forms(
        {template_id: models[model_id] for template_id, model_id in templates},
        tuple(form for form in models.values() if not form.is_usual),
    )


def is_own_name(session: Session, name: str, mac: str) -> bool:
    """Whether phones of some model ask for their own files, or what leads to these, by such a name."""
    forms = (form_of(*row) for row in _rows(session, select(*COLUMNS)))
    return any(form.part_called(name, mac) is not None for form in forms if not form.is_usual)


def _rows(session: Session, statement: Select[Any]) -> Sequence[Any]:
    return session.connection().execute(statement).all()
