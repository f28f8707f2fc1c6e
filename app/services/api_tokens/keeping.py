"""Tokens that people make for themselves and revoke; an administrator revokes anybody's."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import ApiToken, Operator, Tenant
from app.models.api_token import MAX_TOKEN_NAME
from app.rules import api_tokens
from app.rules.api_tokens import Kind
from app.rules.typed_names import checked_name
from app.security.tenant_scope import seeing_everything
from app.services import journal
from app.services.author import Author

MOST_TOKENS = 30
"""Tokens that one account has at most."""
LIFETIMES = (7, 30, 90, 180, 365)
"""Days for which a token may be made; 0 stands for one that does not expire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is said of a token that is to be made: ``days`` until it expires, 0 for never; ``kinds`` None for all;
    ``tenant_ids`` None for all that the account sees, also later."""

    name: str
    days: int
    reads_only: bool
    kinds: Sequence[Kind] | None = None
    tenant_ids: Collection[int] | None = None
    networks: str = ""


def tokens_of(session: Session, operator: Operator) -> Sequence[ApiToken]:
    """Return the tokens of an account by name."""
    named = _tokens().where(ApiToken.operator_id == operator.id)
    return session.scalars(named.order_by(ApiToken.name_key)).all()


def tokens_of_all(session: Session) -> Sequence[ApiToken]:
    """Return the tokens of all accounts, of each at most MOST_TOKENS, by account and name."""
    accounts = _tokens().join(ApiToken.operator).order_by(Operator.username, ApiToken.name_key)
    return session.scalars(accounts).all()


def issue(session: Session, operator: Operator, wish: Wish, *, author: Author, now: datetime) -> str:
    """Make a token for an account and return it; nothing that is kept tells it again.

    Raises InvalidInputError with the field, or ConflictError where the account has too many.
    """
    written = api_tokens.invent()
    token = ApiToken(
        operator_id=operator.id,
        name=_free_name(session, operator, wish.name),
        key_id=written.key_id,
        digest=written.digest,
        reads_only=wish.reads_only,
        kinds=_kinds(wish),
        names_tenants=wish.tenant_ids is not None,
        tenants=_tenants(session, wish),
        networks=api_tokens.read_networks(wish.networks),
        created_at=now,
        expires_at=_expiry(wish.days, now),
    )
    _check_has_room(session, operator)
    session.add(token)
    session.flush()
    _note(session, "API token added", token, f"made the API token {token.name}", author, now)
    return written.text


def revoke(session: Session, token: ApiToken, *, author: Author, now: datetime) -> None:
    """Let a token open nothing from now on; the journal keeps that it was there."""
    owner = token.operator.username
    whose = "" if owner == author.name else f" of {owner}"
    _note(session, "API token revoked", token, f"revoked the API token {token.name}{whose}", author, now)
    session.delete(token)


def get_token(session: Session, token_id: int, *, of: Operator | None = None) -> ApiToken:
    """Return a token, of this account where one is given, or raise NotFoundError."""
    wanted = _tokens().where(ApiToken.id == token_id)
    token = session.scalar(wanted if of is None else wanted.where(ApiToken.operator_id == of.id))
    if token is None:
        raise NotFoundError("There is no such API token; it may have been revoked meanwhile.")
    return token


def _tokens() -> Select[ApiToken]:
    return select(ApiToken).options(selectinload(ApiToken.operator), selectinload(ApiToken.tenants))


def _free_name(session: Session, operator: Operator, text: str) -> str:
    try:
        name = checked_name(text, "name", MAX_TOKEN_NAME)
    except InvalidInputError as error:
        raise InvalidInputError(str(error), field="name") from None
    if not name:
        raise InvalidInputError("Give the token a name: what it is for.", field="name")
    taken = select(ApiToken.name).where(
        ApiToken.operator_id == operator.id, ApiToken.name_key == ApiToken.fold(name)
    )
    if session.scalar(taken) is not None:
        raise InvalidInputError(f"You have a token {name} already; choose another name.", field="name")
    return name


def _kinds(wish: Wish) -> list[str] | None:
    if wish.kinds is None:
        return None
    if not wish.kinds:
        raise InvalidInputError("Choose at least one kind, or all of them.", field="kinds")
    return [kind.value for kind in Kind if kind in wish.kinds]


def _tenants(session: Session, wish: Wish) -> list[Tenant]:
    """Return the tenants that are named, of those that the account sees."""
    if wish.tenant_ids is None:
        return []
    found = session.scalars(select(Tenant).where(Tenant.id.in_(wish.tenant_ids))).all()
    if not found or len(found) != len(set(wish.tenant_ids)):
        raise InvalidInputError("Choose at least one of your tenants, or all of them.", field="tenants")
    return list(found)


def _expiry(days: int, now: datetime) -> datetime | None:
    if days and days not in LIFETIMES:
        raise InvalidInputError("Choose one of the lifetimes that the form offers.", field="days")
    return now + timedelta(days=days) if days else None


def _check_has_room(session: Session, operator: Operator) -> None:
    number = session.scalar(select(func.count()).where(ApiToken.operator_id == operator.id)) or 0
    if number >= MOST_TOKENS:
        raise ConflictError(f"You have {MOST_TOKENS} tokens, which is the most; revoke one that nobody uses.")


def _note(session: Session, action: str, token: ApiToken, what: str, author: Author, now: datetime) -> None:
    """Write to the journal; what concerns accounts belongs to no tenant, which only full scope may write."""
    with seeing_everything(session):
        journal.record(
            session,
            at=now,
            author=author,
            action=action,
            subject=token.name,
            text=f"{author.name} {what} ({token.key_id}).",
        )
        session.flush()
