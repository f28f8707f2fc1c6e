"""The texts of templates: checked before they are saved, and saved only over the text that they were made from."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from app.models import ConfigTemplate, PhoneModel
from app.models.enums import ValueFormat
from app.rendering.line_differences import differences
from app.rendering.template_bytes import as_kept
from app.rendering.template_check import Checked, check_text
from app.rendering.template_file import parse_template
from app.rules.phone_forms import mac_in_name
from app.security.tenant_scope import scope_of
from app.services import config_files, journal, phone_forms
from app.services.author import Author
from app.services.templates import placeholders, versions


@dataclass(frozen=True, slots=True, kw_only=True)
class NewText:
    """A text to save; ``base`` is the version that it was made from, ``reason`` how it came about."""

    text: str
    base: int
    reason: str = "edited"
    accepts_doubts: bool = False


class UnsavableTextError(InvalidInputError):
    """A text has faults, or doubts that nobody has accepted; ``checked`` has them with their places."""

    def __init__(self, checked: Checked) -> None:
        super().__init__(
            "The text was not saved: it has a fault."
            if checked.faults
            else "The text was not saved yet: look at what was found in it, and correct it or save it all the same."
        )
        self.checked = checked


class StaleTextError(ConflictError):
    """Somebody else has saved the template since the text was opened."""


def get_for_change(session: Session, template_id: int) -> ConfigTemplate:
    """Return a template that nobody else changes until the end of this transaction.

    NotFoundError where it cannot be seen, NotAllowedError where the account may not change it.
    """
    template = session.scalar(
        select(ConfigTemplate)
        .where(ConfigTemplate.id == template_id)
        .with_for_update(of=ConfigTemplate)
        .execution_options(populate_existing=True)
    )
    if template is None:
        raise NotFoundError("There is no such template, or none that your account may see.")
    if not may_change(session, template):
        raise NotAllowedError(
            f"The template {template.name} is shared by all tenants, and your account may change those of its own "
            "tenants only: add a template that is cloned from it."
        )
    return template


def may_change(session: Session, template: ConfigTemplate) -> bool:
    """Whether the account's tenants permit it to change this template; a shared one belongs to all of them."""
    return scope_of(session).includes(template.tenant_id)


def check(session: Session, text: str, model: PhoneModel) -> Checked:
    """Say what is wrong with a text for the phones of a model, and where."""
    return check_text(as_kept(text), placeholders.known_names(session), model.value_format)


def check_fits(session: Session, text: str, model: PhoneModel) -> None:
    """Raise InvalidInputError where no files of this model's phones can be made of a text that is a template."""
    if model.value_format is ValueFormat.AUDIOCODES:
        return
    faults = check(session, text, model).faults
    if faults:
        raise InvalidInputError(f"The text does not do for phones of {model.name}. {faults[0].sentence}")


def save(session: Session, template_id: int, new: NewText, *, author: Author, now: datetime) -> bool:
    """Save a text as the next version of a template; False, and nothing, where it is the text that it has.

    UnsavableTextError for a text with faults, or with doubts that are not accepted; StaleTextError where the template
    has a newer version than the one that the text was made from.
    """
    template = get_for_change(session, template_id)
    text = as_kept(new.text)
    if text == template.content:
        return False
    _check_base(session, template, new.base)
    checked = check(session, text, template.phone_model)
    if checked.faults or (checked.doubts and not new.accepts_doubts):
        raise UnsavableTextError(checked)
    put(session, template, text, new.reason, author=author, now=now)
    return True


def restore(session: Session, template_id: int, *, base: int, author: Author, now: datetime) -> None:
    """Give a template the text and description again that it was shipped with (manual 9.4.1)."""
    template = get_for_change(session, template_id)
    _check_base(session, template, base)
    if template.factory_content is None:
        raise ConflictError(
            f"The template {template.name} did not come with the product: roll back to a version."
        )
    check_fits(session, template.factory_content, template.phone_model)
    template.description = parse_template(template.factory_content).description
    put(session, template, template.factory_content, "restored to the factory text", author=author, now=now)


def roll_back(
    session: Session, template_id: int, number: int, *, base: int, author: Author, now: datetime
) -> None:
    """Give a template the text of an earlier version again, as its next version."""
    template = get_for_change(session, template_id)
    _check_base(session, template, base)
    text = versions.text_of(versions.get_version(session, template_id, number))
    check_fits(session, text, template.phone_model)
    put(
        session,
        template,
        text,
        f"rolled back to version {number}",
        author=author,
        now=now,
    )


def put(
    session: Session, template: ConfigTemplate, text: str, reason: str, *, author: Author, now: datetime
) -> None:
    """Make a text that was checked the next version of a template, with all that goes with it."""
    difference = differences(template.content, text)
    template.content, template.changed_at = text, now
    template.version += 1
    versions.keep(session, template, by=author.name, reason=reason[:200])
    added = placeholders.add_private(session, template, text)
    take_global_name(session, template, now=now)
    journal.record(
        session,
        at=now,
        author=author,
        action="template text changed",
        subject=template.name,
        text=f"{author.name} saved version {template.version} of the template {template.name}: {reason}, "
        f"{difference.added} lines added and {difference.removed} removed.",
        tenant_id=template.tenant_id,
        details={"version": template.version, "placeholders added": list(added)},
    )


def take_global_name(session: Session, template: ConfigTemplate, *, now: datetime) -> None:
    """Write the global file of a template where there is none under its name; otherwise only Generate changes it.

    ConflictError where another template, of whatever tenant, or an upload has a file of that name: the one would
    overwrite the other's on its phones.
    """
    name = parse_template(template.content).global_file.name
    mac = mac_in_name(name)
    if mac and phone_forms.is_own_name(session, name, mac):
        raise ConflictError(f"{name} is what a phone calls its own file: give the global file another name.")
    holder = config_files.holder_of(session, name)
    if holder is None:
        config_files.generate_global_files(session, [template.id], now=now)
    elif holder != template.id:
        raise ConflictError(
            f"There is a file {name} already, of another template or uploaded: give the global file of "
            f"{template.name} another name, in its <name> and in the include line of the private part."
        )


def _check_base(session: Session, template: ConfigTemplate, base: int) -> None:
    if template.version == base:
        return
    by, at = versions.last_saved(session, template)
    raise StaleTextError(
        f"{by} saved version {template.version} of {template.name} at {at:%Y-%m-%d %H:%M} UTC, and what you have began "
        f"with version {base}. Nothing was saved: look at what changed, then save over it or take it over."
    )
