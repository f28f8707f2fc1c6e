"""The form that adds a template or changes what is said of it: read, and what is wrong with it by field."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.errors import InvalidInputError
from app.models import ConfigTemplate
from app.models.enums import Train
from app.rules.file_system_names import checked_name
from app.rules.zero_touch.facts import TRAIN_TITLES
from app.services.templates.changes import Properties
from app.views.fields import MOST_CHARACTERS
from app.views.list_arguments import LARGEST_ID

ALL_TENANTS = "all"
TRAIN_CHOICES = [(train.value, title[0].upper() + title[1:]) for train, title in TRAIN_TITLES.items()]


@dataclass(frozen=True, slots=True)
class TemplateForm:
    """What was typed, each field as text; ``faults`` has a sentence for each field that will not do."""

    name: str = ""
    description: str = ""
    tenant: str = ""
    model: str = ""
    train: str = ""
    clone: str = ""
    is_default: bool = False
    replaces: str = ""
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, template: ConfigTemplate) -> "TemplateForm":
        """Return the form as it is filled in for a template that there is."""
        return cls(
            name=template.name,
            description=template.description,
            tenant=str(template.tenant_id) if template.tenant_id else ALL_TENANTS,
            model=str(template.phone_model_id),
            train=template.train.value,
        )

    @classmethod
    def read(cls, typed: Mapping[str, str]) -> "TemplateForm":
        """Return what was typed, checked as far as it can be without the database."""

        def text(name: str) -> str:
            return typed.get(name, "").strip()

        form = cls(
            name=text("name"),
            description=text("description"),
            tenant=text("tenant"),
            model=text("model"),
            train=text("train"),
            clone=text("clone"),
            is_default=text("is_default") == "y",
            replaces=text("replaces"),
        )
        form.faults.update(_faults(form))
        return form

    @property
    def properties(self) -> Properties:
        """What is said of the template; only of a form without faults."""
        return Properties(
            name=self.name,
            description=self.description,
            tenant_id=None if self.tenant == ALL_TENANTS else int(self.tenant),
            phone_model_id=int(self.model),
            train=Train(self.train),
        )


def is_id(text: str) -> bool:
    """Whether a text is the id of a row, as forms and addresses carry it."""
    return text.isascii() and text.isdecimal() and len(text) < 11 and 0 < int(text) <= LARGEST_ID


def _faults(form: TemplateForm) -> dict[str, str]:
    faults = {
        "tenant": "" if form.tenant == ALL_TENANTS or is_id(form.tenant) else "Choose a tenant.",
        "model": "" if is_id(form.model) else "Choose the model of the phones that the template is for.",
        "train": "" if form.train in set(Train) else "Choose the firmware that the phones run.",
        "description": ""
        if len(form.description) <= MOST_CHARACTERS
        else f"At most {MOST_CHARACTERS} characters fit.",
        "name": _fault_of_name(form.name),
    }
    if form.is_default and form.tenant == ALL_TENANTS:
        faults["is_default"] = (
            "A default is one tenant's: choose the tenant above, or set it in Templates Mapping."
        )
    return {name: fault for name, fault in faults.items() if fault}


def _fault_of_name(name: str) -> str:
    try:
        checked_name(name, "template")
    except InvalidInputError as error:
        return str(error)
    return ""
