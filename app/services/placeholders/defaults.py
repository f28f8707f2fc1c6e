"""The system layer: what a placeholder stands for where nobody gave it another value (manual 9.4.5.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInputError, NotFoundError
from app.models import Placeholder
from app.models.enums import Layer
from app.rendering.placeholders import CATALOGUE, SYSTEM_DEFAULTS, Group, PlaceholderInfo, display_name
from app.rendering.secret_placeholders import is_secret_placeholder
from app.services import journal
from app.services.author import Author
from app.services.config_files.sources import Sources
from app.services.placeholders.changes import check_may_change
from app.services.placeholders.formats import checked_name, checked_value
from app.services.placeholders.secrets import secret_test, shown

# Of the phone and its user, and of this server's address: a value for all phones would be wrong on each of them.
_FOLLOWS = {
    "mac": "the phone",
    "destination": "not used",
    "KeepAlivePeriod": "System Settings",
    "Language": "System Settings",
    "HTTP_OR_S": "this server's public URL",
    "ServerIP": "this server's public URL",
    "HTTP_PROXY_IP": "this server's public URL",
    "HTTP_PROXY_PORT": "this server's public URL",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Default:
    """A known placeholder: its value for all phones as a person may see it, what it was delivered with, and whether
    an administrator changed it. ``follows`` names what it is derived from, empty where it is set here."""

    name: str
    description: str
    group: Group | None
    value: str | None
    delivered: str | None
    is_changed: bool
    is_secret: bool
    follows: str

    @property
    def marker(self) -> str:
        """The placeholder as templates write it."""
        return display_name(self.name)


def read_defaults(session: Session, *, words: str, with_secrets: bool) -> Sequence[Default]:
    """Return the catalogue in its groups, then the values that administrators added, as far as the words match."""
    values = Sources(session).values_of(Layer.SYSTEM, None)
    changed, is_secret = _changed(session), secret_test(session)
    bare = words.removeprefix("%ITCS_").removesuffix("%").casefold()
    return [
        Default(
            name=info.name,
            description=info.description,
            group=info.group if info.name in CATALOGUE else None,
            value=_shown(values.get(info.name), is_masked=is_secret(info.name) and not with_secrets),
            delivered=SYSTEM_DEFAULTS.get(info.name),
            is_changed=info.name in changed,
            is_secret=is_secret(info.name),
            follows="" if info.name in changed else _FOLLOWS.get(info.name, ""),
        )
        for info in (*CATALOGUE.values(), *_added(changed))
        if bare in info.name.casefold() or bare in info.description.casefold()
    ]


def get_default(session: Session, name: str, *, with_secrets: bool) -> Default:
    """Return one of them, or raise NotFoundError."""
    for default in read_defaults(session, words="", with_secrets=with_secrets):
        if default.name == name:
            return default
    raise NotFoundError(f"There is no placeholder {display_name(name[:64])} among the defaults.")


def change_default(session: Session, name: str, value: str, *, author: Author, now: datetime) -> str:
    """Set the value for all phones, or raise InvalidInputError at the name or the value; return the name as kept."""
    check_may_change(session, None)
    name, value = _checked(name, value)
    row = _find(session, name)
    before = row.value if row else SYSTEM_DEFAULTS.get(name, "")
    if row is None:
        info = CATALOGUE.get(name)
        row = Placeholder(layer=Layer.SYSTEM, name=name, description=info.description if info else "")
        session.add(row)
    row.value = value
    session.flush()
    _note(session, name, "changed", {"before": before, "after": value}, author, now)
    return name


def reset_default(session: Session, name: str, *, author: Author, now: datetime) -> bool:
    """Let the value be again what was delivered; return whether it was another one."""
    check_may_change(session, None)
    row = _find(session, name)
    if row is None:
        return False
    _note(session, name, "reset", {"before": row.value}, author, now)
    session.delete(row)
    session.flush()
    return True


def _checked(name: str, value: str) -> tuple[str, str]:
    try:
        name = checked_name(name)
        if name in _FOLLOWS:
            raise InvalidInputError(f"{display_name(name)} follows from {_FOLLOWS[name]}: change it there.")
    except InvalidInputError as error:
        raise InvalidInputError(str(error), field="name") from error
    try:
        return name, checked_value(name, value)
    except InvalidInputError as error:
        raise InvalidInputError(str(error), field="value") from error


def _changed(session: Session) -> dict[str, str]:
    rows = select(Placeholder.name, Placeholder.description).where(Placeholder.layer == Layer.SYSTEM)
    return dict(session.execute(rows.order_by(Placeholder.name)).all())


def _added(changed: dict[str, str]) -> list[PlaceholderInfo]:
    return [
        PlaceholderInfo(name, description, Group.SYSTEM, is_secret=is_secret_placeholder(name))
        for name, description in changed.items()
        if name not in CATALOGUE
    ]


def _shown(value: str | None, *, is_masked: bool) -> str | None:
    return None if value is None else shown(value, is_masked=is_masked)


def _find(session: Session, name: str) -> Placeholder | None:
    return session.scalar(
        select(Placeholder).where(Placeholder.layer == Layer.SYSTEM, Placeholder.name == name)
    )


def _note(
    session: Session, name: str, deed: str, details: dict[str, str], author: Author, now: datetime
) -> None:
    journal.record(
        session,
        at=now,
        author=author,
        action=f"default of a placeholder {deed}",
        subject=name,
        text=f"{author.name} {deed} the default of {display_name(name)}.",
        details={} if secret_test(session)(name) else details,
    )
