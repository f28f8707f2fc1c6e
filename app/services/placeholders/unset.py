"""The placeholders that a template has and gives no value to: what they stand for comes from the system."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ConfigTemplate, Placeholder
from app.models.enums import Layer
from app.rendering.placeholders import CATALOGUE, display_name, is_private, names_in
from app.services.config_files.sources import Sources
from app.services.placeholders.beneath import Beneath
from app.services.placeholders.secrets import secret_test


@dataclass(frozen=True, slots=True)
class Unset:
    """One placeholder, and the value it has without one of the template's own."""

    name: str
    description: str
    beneath: Beneath

    @property
    def marker(self) -> str:
        """The placeholder as templates write it."""
        return display_name(self.name)


def unset_in_template(session: Session, template_id: int, *, with_secrets: bool) -> Sequence[Unset]:
    """Return them in the order of the text. A private one is there with an empty value, without being added."""
    content = session.scalar(select(ConfigTemplate.content).where(ConfigTemplate.id == template_id)) or ""
    stored = set(
        session.scalars(
            select(Placeholder.name).where(
                Placeholder.layer == Layer.TEMPLATE, Placeholder.template_id == template_id
            )
        )
    )
    system, is_secret = Sources(session).values_of(Layer.SYSTEM, None), secret_test(session)
    unset = []
    for name in names_in(content):
        if name in stored or name in {"mac", "destination"}:
            continue
        beneath = Beneath(system[name], Layer.SYSTEM) if name in system else Beneath(None, None)
        if is_private(name):
            beneath = Beneath("", Layer.TEMPLATE)
        if is_secret(name) and not with_secrets:
            beneath = beneath.masked()
        unset.append(Unset(name, CATALOGUE[name].description if name in CATALOGUE else "", beneath))
    return unset
