"""Phone users whom people add and change one at a time (manual 6.7.2, 6.7.4)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import Device, PhoneUser, Tenant
from app.models.phone_user import MAX_DISPLAY_NAME
from app.rules.typed_names import checked_name
from app.services import device_moves, journal, moved_owners, phone_user_passwords, phone_users
from app.services.author import Author
from app.services.device_moves import Move
from app.services.journal_words import changes_between
from app.services.value_owners import OwnerKind

MAX_NICKNAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFields:
    """What is said of a user beside the password."""

    tenant_id: int
    name: str
    display_name: str = ""
    nickname: str = ""


def fields_of(user: PhoneUser) -> UserFields:
    """Return what is said of a user now."""
    return UserFields(
        tenant_id=user.tenant_id, name=user.name, display_name=user.display_name, nickname=user.nickname
    )


class MovesPhonesError(ConflictError):
    """A user's phones would move with him, which nobody has agreed to yet; ``told`` names what would be moved."""

    def __init__(self, move: Move) -> None:
        super().__init__(move.sentence)
        self.told = move.fingerprint


def get_user(session: Session, user_id: int) -> PhoneUser:
    """Return a user, or raise NotFoundError where there is none that the account sees."""
    user = session.scalar(select(PhoneUser).where(PhoneUser.id == user_id))
    if user is None:
        raise NotFoundError("There is no such user, or none that your account may see.")
    return user


def add(session: Session, fields: UserFields, password: str, *, author: Author, now: datetime) -> PhoneUser:
    """Add a user to a tenant; an empty password is none. Raises InvalidInputError."""
    user = PhoneUser(created_at=now)
    refused = _fill(session, user, fields)
    try:
        user.password = phone_user_passwords.checked(password) or None
    except InvalidInputError as error:
        refused["password"] = str(error)
    if refused:
        raise InvalidInputError(by_field=refused)
    session.add(user)
    _flush(session, user)
    _note(session, "user added", user, f"added the user {user.name}", author, now)
    return user


def change(
    session: Session, user: PhoneUser, fields: UserFields, *, told: str = "", author: Author, now: datetime
) -> bool:
    """Change what is said of a user; return whether anything changed. Files stay as they are until Generate.

    To another tenant his devices, and their values, go with him. Raises InvalidInputError, MovesPhonesError unless
    ``told`` names what would be moved, and NoRoomError where the tenant's endpoint licences do not suffice.
    """
    check_is_somebody(user)
    before, tenant_before = _words_of(user), user.tenant_id
    with session.no_autoflush:
        refused = _fill(session, user, fields)
    if refused:
        raise InvalidInputError(by_field=refused)
    _flush(session, user)
    if user.tenant_id != tenant_before:
        _take_along(session, user, told, author, now)
    changes = changes_between(before, _words_of(user))
    if changes:
        _note(session, "user changed", user, f"changed the user {before['name']}: {changes}", author, now)
    return bool(changes)


def move(session: Session, user: PhoneUser, tenant: Tenant, *, author: Author, now: datetime) -> None:
    """Move a user to another tenant with his devices and their values, as ``change`` does once all is agreed to.

    InvalidInputError where the tenant has a user of this name, ConflictError for the system user.
    """
    fields = UserFields(
        tenant_id=tenant.id, name=user.name, display_name=user.display_name, nickname=user.nickname
    )
    try:
        with session.begin_nested():
            change(session, user, fields, author=author, now=now)
    except MovesPhonesError as moves:
        change(session, user, fields, told=moves.told, author=author, now=now)


def check_is_somebody(user: PhoneUser) -> None:
    """Raise ConflictError for the system user, whom nobody changes."""
    if user.is_system:
        raise ConflictError("The system user is the one that phones come with; it stays as it is.")


def _fill(session: Session, user: PhoneUser, fields: UserFields) -> dict[str, str]:
    """Give a user the fields that will do, and return what is wrong with the others."""
    refused: dict[str, str] = {}
    tenant = session.scalar(select(Tenant).where(Tenant.id == fields.tenant_id))
    if tenant is None:
        refused["tenant"] = "Choose one of the tenants that your account sees."
    try:
        name = phone_users.checked_name(fields.name)
        if tenant is not None:
            _check_is_free(session, user, tenant, name)
    except InvalidInputError as error:
        refused["name"] = str(error)
    texts: dict[str, str] = {}
    for field, what, most in (
        ("display_name", "display name", MAX_DISPLAY_NAME),
        ("nickname", "nickname", MAX_NICKNAME),
    ):
        try:
            texts[field] = checked_name(getattr(fields, field), what, most)
        except InvalidInputError as error:
            refused[field] = str(error)
    if not refused and tenant is not None:
        user.name, user.tenant, user.tenant_id = name, tenant, tenant.id
        user.display_name, user.nickname = texts["display_name"], texts["nickname"]
    return refused


def _check_is_free(session: Session, user: PhoneUser, tenant: Tenant, name: str) -> None:
    others = select(PhoneUser.name).where(
        PhoneUser.tenant_id == tenant.id,
        PhoneUser.name_key == phone_users.key_of(name),
        PhoneUser.id.is_distinct_from(user.id),
    )
    present = session.scalar(others)
    if present is not None:
        raise InvalidInputError(f"{tenant.name} has a user {present} already; case makes no difference.")


def _take_along(session: Session, user: PhoneUser, told: str, author: Author, now: datetime) -> None:
    """Let a user's devices and lines follow him to his new tenant."""
    devices = session.scalars(
        select(Device).where(Device.phone_user_id == user.id).order_by(Device.mac)
    ).all()
    if devices:
        move = device_moves.plan(session, devices, user.tenant, now=now)
        if move.fingerprint != told:
            raise MovesPhonesError(move)
        device_moves.carry_out(session, move, author=author, now=now)
    moved_owners.take_along(session, OwnerKind.USER, [user.id], user.tenant_id)


def _flush(session: Session, user: PhoneUser) -> None:
    name = user.name
    try:
        session.flush()
    except IntegrityError as error:
        raise InvalidInputError(
            by_field={"name": f"Somebody else added a user {name} at this moment."}
        ) from error


def _words_of(user: PhoneUser) -> dict[str, str]:
    return {
        "name": user.name,
        "display name": user.display_name,
        "nickname": user.nickname,
        "tenant": user.tenant.name,
    }


def _note(session: Session, action: str, user: PhoneUser, what: str, author: Author, now: datetime) -> None:
    journal.record(
        session,
        at=now,
        author=author,
        action=action,
        subject=user.name,
        text=f"{author.name} {what}.",
        tenant_id=user.tenant_id,
    )
