"""Templates as things that people add, describe and delete (manual 4.3)."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import (
    ConfigFile,
    ConfigTemplate,
    Device,
    DeviceStatus,
    PhoneModel,
    PhoneUser,
    TemplateDefault,
    Tenant,
)
from app.models.enums import FileKind, Train
from app.rendering.template_file import parse_template
from app.rules.file_system_names import checked_name
from app.security.tenant_scope import scope_of
from app.services import config_files, journal, moved_owners
from app.services.author import Author
from app.services.flushing import flush_or_refuse
from app.services.templates import defaults, placeholders, texts, versions
from app.services.templates.search import get_template
from app.services.templates.texts import get_for_change
from app.services.value_owners import OwnerKind

_MOST_NAMED = 5
_NOT_IN_FILE_NAMES = r"[^A-Za-z0-9_.-]+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Properties:
    """What a person says of a template beside its text; without a tenant it is shared by all."""

    name: str
    description: str
    tenant_id: int | None
    phone_model_id: int
    train: Train


class Use(NamedTuple):
    """How many devices use a template, and some of them by MAC and user."""

    devices: int
    some: tuple[str, ...]

    def __str__(self) -> str:
        more = f" and {self.devices - len(self.some)} more" if self.devices > len(self.some) else ""
        return f"{self.devices} device{'' if self.devices == 1 else 's'}: {', '.join(self.some)}{more}"


def add(
    session: Session,
    wanted: Properties,
    *,
    clone_from: int,
    is_default: bool = False,
    replaces: int | None = None,
    author: Author,
    now: datetime,
) -> ConfigTemplate:
    """Add a template with the text of another one, and make it its tenant's default where that is wanted.

    The clone gets a global file of its own, named after it: two templates must not write one file.
    """
    source = get_template(session, clone_from)
    origin = f"cloned from {source.name}"
    template = add_with_text(session, wanted, source.content, origin=origin, author=author, now=now)
    if is_default:
        _make_default(session, template, replaces, author=author, now=now)
    return template


def add_with_text(
    session: Session, wanted: Properties, text: str, *, origin: str, author: Author, now: datetime
) -> ConfigTemplate:
    """Add a template with a text that was checked; ``origin`` says where it is from.

    Where another template has the global file that the text names, it gets one of its own.
    """
    template = ConfigTemplate(content=text, changed_at=now, version=1)
    _describe(session, template, wanted)
    texts.check_fits(session, text, template.phone_model)
    if config_files.holder_of(session, parse_template(text).global_file.name) is not None:
        template.content = _with_own_global_file(session, text, template.name)
    session.add(template)
    _flush_name(session)
    versions.keep(session, template, by=author.name, reason=origin[:200])
    placeholders.add_private(session, template, template.content)
    texts.take_global_name(session, template, now=now)
    _record(
        session, template, "added", f"added the template {template.name}, {origin}", author=author, now=now
    )
    return template


def change(
    session: Session, template_id: int, wanted: Properties, *, author: Author, now: datetime
) -> ConfigTemplate:
    """Change what is said of a template; what belongs to it moves with it to another tenant."""
    template = get_for_change(session, template_id)
    before, model_before = template.tenant_id, template.phone_model_id
    if template.is_factory and (wanted.tenant_id, wanted.phone_model_id, wanted.train) != (
        None, template.phone_model_id, template.train,
    ):  # fmt: skip
        raise ConflictError(
            f"{template.name} came with the product: its tenant, model and train stay. Add a template that is cloned "
            "from it."
        )
    if template.is_factory and wanted.name.strip() != template.name:
        raise ConflictError(f"{template.name} came with the product, and keeps its name.")
    _describe(session, template, wanted)
    if wanted.phone_model_id != model_before:
        texts.check_fits(session, template.content, template.phone_model)
    _flush_name(session)
    if template.tenant_id != before:
        _move(session, template)
    _record(
        session,
        template,
        "changed",
        f"changed the properties of the template {template.name}",
        author=author,
        now=now,
    )
    return template


def delete_template(session: Session, template_id: int, *, author: Author, now: datetime) -> str:
    """Delete a template with its versions, placeholders, defaults and global file; return its name.

    ConflictError for one that came with the product, and while devices use it.
    """
    template = get_for_change(session, template_id)
    if template.is_factory:
        raise ConflictError(
            f"{template.name} came with the product and is what phones get where no other fits: it cannot be deleted."
        )
    use = use_of(session, template)
    if use.devices:
        raise ConflictError(f"{template.name} cannot be deleted while devices use it; it is used by {use}.")
    _let_phones_wait_without(session, template)
    session.execute(
        delete(ConfigFile).where(ConfigFile.template_id == template.id, ConfigFile.kind == FileKind.GLOBAL)
    )
    _record(session, template, "deleted", f"deleted the template {template.name}", author=author, now=now)
    name = template.name
    session.delete(template)
    flush_or_refuse(session, f"{name} cannot be deleted: devices of tenants that you do not see use it.")
    return name


def use_of(session: Session, template: ConfigTemplate, *conditions: ColumnElement[bool]) -> Use:
    """Return which devices use a template, of those that fulfil the conditions."""
    uses = Device.template_id == template.id
    number = session.scalar(select(func.count()).select_from(Device).where(uses, *conditions)) or 0
    some = session.execute(
        select(Device.mac, PhoneUser.name)
        .outerjoin(PhoneUser, Device.phone_user_id == PhoneUser.id)
        .where(uses, *conditions)
        .order_by(Device.mac)
        .limit(_MOST_NAMED)
    )
    return Use(number, tuple(f"{mac} ({user})" if user else mac for mac, user in some))


def _describe(session: Session, template: ConfigTemplate, wanted: Properties) -> None:
    """Check the properties and give them to the template."""
    template.name = checked_name(wanted.name, "template")
    template.description = wanted.description.strip()
    tenant = session.get(Tenant, wanted.tenant_id) if wanted.tenant_id is not None else None
    model = session.get(PhoneModel, wanted.phone_model_id)
    if not scope_of(session).includes(wanted.tenant_id):
        raise InvalidInputError("Choose one of your tenants: your account adds templates for these alone.")
    if wanted.tenant_id is not None and tenant is None:
        raise NotFoundError("There is no such tenant.")
    if model is None:
        raise InvalidInputError("Choose the phone model of the template.")
    template.tenant, template.tenant_id = tenant, wanted.tenant_id
    template.phone_model, template.train = model, wanted.train


def _flush_name(session: Session) -> None:
    """Write a template, whose name may be taken, also by a tenant's that is not to be seen."""
    flush_or_refuse(session, "Another template has this name already; choose a different one.")


def _with_own_global_file(session: Session, content: str, name: str) -> str:
    """Return the text with a global file named after the template, in its <name> and in the line that includes it."""
    old = re.escape(parse_template(content).global_file.name)
    new = _free_file_name(session, name)
    named = re.sub(rf"(<name>\s*){old}(\s*</name>)", rf"\g<1>{new}\g<2>", content)
    return re.sub(rf"(\binclude[ \t]+){old}(?![\w.-])", rf"\g<1>{new}", named)


def _free_file_name(session: Session, name: str) -> str:
    """Return a name for a global file that no file has."""
    stem = re.sub(_NOT_IN_FILE_NAMES, "_", name).strip("._") or "template"
    endings = ("_global.cfg", *(f"_global_{number}.cfg" for number in range(2, 1000)))
    return next(stem + ending for ending in endings if config_files.holder_of(session, stem + ending) is None)


def _make_default(
    session: Session, template: ConfigTemplate, replaces: int | None, *, author: Author, now: datetime
) -> None:
    if template.tenant_id is None:
        raise InvalidInputError("Choose the tenant whose Zero Touch default the template shall be.")
    kind = defaults.Kind(template.tenant_id, template.phone_model_id, template.train)
    defaults.put(session, kind, template, replaces=replaces, author=author, now=now)


def _move(session: Session, template: ConfigTemplate) -> None:
    """Let all that belongs to a template follow it to its tenant; refuse while another tenant needs it."""
    if template.tenant_id is not None:
        use = use_of(session, template, Device.tenant_id != template.tenant_id)
        if use.devices:
            raise ConflictError(f"Other tenants than {template.tenant} use {template.name}: {use}.")
        of_it = defaults.of_template(session, template.id)
        others = [str(default.tenant) for default in of_it if default.tenant_id != template.tenant_id]
        if others:
            raise ConflictError(
                f"{template.name} is the Zero Touch default in {', '.join(others)}: change that first."
            )
    moved_owners.take_along(session, OwnerKind.TEMPLATE, [template.id], template.tenant_id)


def _let_phones_wait_without(session: Session, template: ConfigTemplate) -> None:
    """Let phones that wait be decided upon anew with their next report, and take the defaults away."""
    waiting = update(DeviceStatus).where(DeviceStatus.template_id == template.id)
    session.execute(waiting.values(template_id=None, digest=None))
    session.execute(delete(TemplateDefault).where(TemplateDefault.template_id == template.id))


def _record(
    session: Session, template: ConfigTemplate, deed: str, what: str, *, author: Author, now: datetime
) -> None:
    journal.record(
        session,
        at=now,
        author=author,
        action=f"template {deed}",
        subject=template.name,
        text=f"{author.name} {what}.",
        tenant_id=template.tenant_id,
    )
