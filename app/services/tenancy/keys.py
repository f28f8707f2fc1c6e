"""The key in the addresses of a tenant's phones: made, and replaced while the one before still counts (0078)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import Tenant, TenantKey
from app.rules import url_keys
from app.services import journal
from app.services.author import Author

OLD_KEY_COUNTS = timedelta(days=30)
"""How long after it was replaced: phones fetch their files each night, and are told the new one with them."""


def told_key(session: Session, tenant: Tenant) -> TenantKey | None:
    """Return the key that phones of a tenant are told, None where it has none."""
    return session.scalar(
        select(TenantKey).where(TenantKey.tenant_id == tenant.id, TenantKey.ends_at.is_(None))
    )


def text_of(key: TenantKey) -> str:
    """Return a key as it stands in addresses."""
    return url_keys.key_of_tenant(key.name, key.secret)


def replace_key(
    session: Session, tenant: Tenant, *, author: Author, now: datetime, at_once: bool = False
) -> TenantKey:
    """Give a tenant a new key; the one before counts for thirty days more, or ``at_once`` no more."""
    session.execute(select(Tenant.id).where(Tenant.id == tenant.id).with_for_update())
    before = told_key(session, tenant)
    ended = delete(TenantKey).where(TenantKey.tenant_id == tenant.id)
    session.execute(ended if at_once else ended.where(TenantKey.ends_at <= now))
    if before is not None and not at_once:
        mine = TenantKey.tenant_id == tenant.id, TenantKey.ends_at.is_(None)
        session.execute(update(TenantKey).where(*mine).values(ends_at=now + OLD_KEY_COUNTS))
    key = TenantKey(
        tenant_id=tenant.id, name=url_keys.new_name(), secret=url_keys.new_secret(), made_at=now, ends_at=None
    )
    session.add(key)
    session.flush()
    journal.record(
        session,
        at=now,
        author=author,
        action="tenant given a key",
        subject=str(tenant),
        text=f"{author.name} gave the tenant {tenant} {_which_key(before, at_once=at_once)}.",
        tenant_id=tenant.id,
    )
    return key


def read_keys(session: Session, tenant: Tenant, *, now: datetime) -> Sequence[TenantKey]:
    """Return the keys of a tenant that count, the latest first."""
    return session.scalars(_that_count(tenant, now).order_by(TenantKey.id.desc())).all()


def get_key(session: Session, tenant: Tenant, name: str, *, now: datetime) -> TenantKey:
    """Return the key of a tenant that begins with this name, or raise NotFoundError where none does that counts."""
    found = session.scalar(_that_count(tenant, now).where(TenantKey.name == name))
    if found is None:
        raise NotFoundError(f"{tenant} has no such key, or it counts no more.")
    return found


def revoke_key(session: Session, tenant: Tenant, key: TenantKey, *, author: Author, now: datetime) -> None:
    """Let a key count no more; ConflictError where phones are told it and the tenant demands one."""
    if key.ends_at is None and tenant.demands_key:
        raise ConflictError(
            f"Phones of {tenant} are told this key, and are served with a key alone. Make another one first."
        )
    session.delete(key)
    session.flush()
    journal.record(
        session,
        at=now,
        author=author,
        action="tenant key revoked",
        subject=str(tenant),
        text=f"{author.name} revoked the key {key.name}… of the tenant {tenant}.",
        tenant_id=tenant.id,
    )


def _that_count(tenant: Tenant, now: datetime) -> Select[TenantKey]:
    counts = or_(TenantKey.ends_at.is_(None), TenantKey.ends_at > now)
    return select(TenantKey).where(TenantKey.tenant_id == tenant.id, counts)


def _which_key(before: TenantKey | None, *, at_once: bool) -> str:
    if before is None:
        return "a key"
    ends = "counts no more" if at_once else f"counts for {OLD_KEY_COUNTS.days} days more"
    return f"another key; the one before {ends}"


def check_has_key(session: Session, tenant: Tenant) -> None:
    """Raise InvalidInputError where a tenant demands a key and has none."""
    if tenant.demands_key and (tenant.id is None or told_key(session, tenant) is None):
        raise InvalidInputError(
            "Make a key first, on the page of the tenant, and give phones the addresses with it.",
            field="demands_key",
        )
