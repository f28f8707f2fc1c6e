"""Placeholders added, changed and deleted, each with its entry in the journal; a secret is not part of it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInputError, NotAllowedError
from app.models import Placeholder
from app.rendering.placeholders import display_name
from app.security.tenant_scope import scope_of
from app.services import journal
from app.services.author import Author
from app.services.owned_values import PLACEHOLDERS
from app.services.placeholders.formats import checked_name, checked_value
from app.services.placeholders.secrets import secret_test
from app.services.value_owners import Owner

MAX_DESCRIPTION = 2000


def add(
    session: Session, owner: Owner, *, name: str, value: str, description: str, author: Author, now: datetime
) -> Placeholder:
    """Add a value to an owner, or raise InvalidInputError at its fields: a name is there once for each owner."""
    check_may_change(session, owner.tenant_id)
    placeholder = Placeholder(**PLACEHOLDERS.columns_for(owner))
    _fill(session, placeholder, owner, name=name, value=value, description=description)
    session.add(placeholder)
    session.flush()
    _note(session, "added", placeholder, owner, author, now, {"after": placeholder.value})
    return placeholder


def edit(
    session: Session,
    placeholder: Placeholder,
    *,
    name: str,
    value: str,
    description: str,
    author: Author,
    now: datetime,
) -> None:
    """Change a placeholder, or raise InvalidInputError at its fields."""
    owner = PLACEHOLDERS.owner_of(session, placeholder)
    check_may_change(session, owner.tenant_id)
    before = {"name before": placeholder.name, "before": placeholder.value}
    with session.no_autoflush:
        _fill(session, placeholder, owner, name=name, value=value, description=description)
    session.flush()
    _note(session, "changed", placeholder, owner, author, now, before | {"after": placeholder.value})


def delete(session: Session, placeholder: Placeholder, *, author: Author, now: datetime) -> None:
    """Delete a placeholder: from the next Generate on, the value of the layer beneath holds."""
    owner = PLACEHOLDERS.owner_of(session, placeholder)
    check_may_change(session, owner.tenant_id)
    _note(session, "deleted", placeholder, owner, author, now, {"before": placeholder.value})
    session.delete(placeholder)
    session.flush()


def check_may_change(session: Session, tenant_id: int | None) -> None:
    """Raise NotAllowedError where the account may not change what belongs to this tenant, or to all of them."""
    if not scope_of(session).includes(tenant_id):
        raise NotAllowedError(
            "This belongs to all tenants, so your account may not change it."
            if tenant_id is None
            else "Your account may not change what belongs to another tenant."
        )


def _fill(
    session: Session, placeholder: Placeholder, owner: Owner, *, name: str, value: str, description: str
) -> None:
    """Check all fields, so that each says at once what is wrong with it, and take them over."""
    refused: dict[str, str] = {}
    try:
        name = checked_name(name)
        _check_is_free(session, placeholder, owner, name)
    except InvalidInputError as error:
        refused["name"] = str(error)
    try:
        value = checked_value(name, value)
    except InvalidInputError as error:
        refused["value"] = str(error)
    if len(description) > MAX_DESCRIPTION:
        refused["description"] = f"The description is too long; {MAX_DESCRIPTION} characters fit."
    if refused:
        raise InvalidInputError(by_field=refused)
    placeholder.name, placeholder.value, placeholder.description = name, value, description.strip()


def _check_is_free(session: Session, placeholder: Placeholder, owner: Owner, name: str) -> None:
    others = select(Placeholder.id).where(
        *PLACEHOLDERS.are_of(owner),
        Placeholder.name == name,
        Placeholder.id.is_distinct_from(placeholder.id),
    )
    if session.scalar(others) is not None:
        raise InvalidInputError(
            f"The {owner.title} has {display_name(name)} already: change that one, or choose another name."
        )


def _note(
    session: Session,
    deed: str,
    placeholder: Placeholder,
    owner: Owner,
    author: Author,
    now: datetime,
    details: dict[str, str],
) -> None:
    is_secret = secret_test(session)
    if is_secret(placeholder.name) or is_secret(details.get("name before", "")):
        details = {}
    journal.record(
        session,
        at=now,
        author=author,
        action=f"placeholder {deed}",
        subject=owner.name,
        text=f"{author.name} {deed} {display_name(placeholder.name)} of the {owner.title}.",
        tenant_id=owner.tenant_id,
        details=details,
    )
