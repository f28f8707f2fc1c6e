"""Who calls the REST API: the account of a token, and what both may together, read anew for each request."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session, joinedload

from app.models import ApiToken, Operator
from app.models.api_token import api_token_tenant
from app.rules import api_tokens
from app.rules.api_tokens import Kind
from app.security.roles import ROLES, needs_system_level, permits
from app.security.tenant_scope import TenantScope, only_tenants
from app.services import operators

_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks: an account in its roles, narrowed by the token. ``needs_note`` says that the use is to be noted.

    ``is_whole``: the token does all that its account may, from anywhere; only its time is limited.
    """

    token_id: int
    token_name: str
    key_id: str
    operator_id: int
    username: str
    roles: tuple[str, ...]
    scope: TenantScope
    reads_only: bool
    is_whole: bool
    kinds: frozenset[Kind] | None
    expires_at: datetime | None
    needs_note: bool

    def may(self, page: str, deed: str) -> bool:
        """Whether the roles allow a deed on a page, and the token's tenants leave enough of the account for it."""
        if needs_system_level(page, deed) and not self.scope.is_everything:
            return False
        return any(permits(role, page, deed) for role in self.roles)

    def opens(self, kind: Kind, *, is_change: bool) -> bool:
        """Whether the token was made for this kind of resource, and to change it."""
        return (self.kinds is None or kind in self.kinds) and not (is_change and self.reads_only)


def find_caller(session: Session, text: str, address: str, *, now: datetime) -> Caller | None:
    """Return who calls with a token from an address; None where it opens nothing, for whichever reason.

    The session sees everything: whose tenants count is found here.
    """
    written = api_tokens.parse(text)
    token = session.scalar(_token_of(written.key_id)) if written else None
    if token is None or written is None or not written.fits(token.digest):
        return None
    if not token.operator.active or token.has_expired(now):
        return None
    if not api_tokens.is_taken_from(token.networks, address):
        return None
    return Caller(
        token_id=token.id,
        token_name=token.name,
        key_id=token.key_id,
        operator_id=token.operator_id,
        username=token.operator.username,
        roles=_roles_of(token.operator),
        scope=_scope_of(session, token),
        reads_only=token.reads_only,
        is_whole=not (token.reads_only or token.names_tenants or token.networks or token.kinds is not None),
        kinds=None if token.kinds is None else frozenset(kind for kind in Kind if kind in token.kinds),
        expires_at=token.expires_at,
        needs_note=token.last_used_at is None or now - token.last_used_at >= _NOTED_EVERY,
    )


def note_use(session: Session, caller: Caller, address: str, *, now: datetime) -> None:
    """Note when and from where a token was used, once a minute whoever asks."""
    is_due = or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at <= now - _NOTED_EVERY)
    used = update(ApiToken).where(ApiToken.id == caller.token_id, is_due)
    session.execute(used.values(last_used_at=now, last_used_from=address[:45]))


def _token_of(key_id: str) -> Select[ApiToken]:
    account = joinedload(ApiToken.operator, innerjoin=True)
    return (
        select(ApiToken)
        .where(ApiToken.key_id == key_id)
        .options(account.selectinload(Operator.roles), account.selectinload(Operator.groups))
    )


def _roles_of(operator: Operator) -> tuple[str, ...]:
    roles = [*operator.roles, *(role for group in operator.groups for role in group.roles)]
    return tuple(sorted({role.name for role in roles} & ROLES.keys()))


def _scope_of(session: Session, token: ApiToken) -> TenantScope:
    whole = operators.scope_of_account(session, token.operator)
    if not token.names_tenants:
        return whole
    named = session.scalars(
        select(api_token_tenant.c.tenant_id).where(api_token_tenant.c.api_token_id == token.id)
    )
    return only_tenants(tenant_id for tenant_id in named if whole.includes(tenant_id))
