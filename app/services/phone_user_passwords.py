"""Passwords of phone users, which phones register with: random ones, or one that somebody chose (manual 6.8).

They are encrypted at rest, and neither the journal nor a log has them. A phone gets a new one with the next Generate.
"""

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError
from app.models import PhoneUser
from app.rules.typed_names import check_is_visible
from app.services import journal
from app.services.author import Author

MAX_PASSWORD = 256  # what a phone takes (protocol 12)
RANDOM_CHARACTERS = 16
# People read one aloud at times: no letter or digit that is taken for another.
_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def make_random() -> str:
    """Return a password that nobody has thought of: 93 bits, letters and digits alone."""
    return "".join(secrets.choice(_LETTERS) for _ in range(RANDOM_CHARACTERS))


def checked(password: str) -> str:
    """Return a password that was typed, or raise InvalidInputError, which does not repeat it."""
    if len(password) > MAX_PASSWORD:
        raise InvalidInputError(
            f"The password has {len(password)} characters; {MAX_PASSWORD} is the most.", field="password"
        )
    if password != password.strip():
        raise InvalidInputError(
            "The password begins or ends with a blank, which phones cut off; leave it out.", field="password"
        )
    try:
        check_is_visible(password, "password")
    except InvalidInputError as error:
        raise InvalidInputError(str(error), field="password") from None
    return password


def reset(
    session: Session,
    user_ids: Collection[int],
    *,
    shared: str | None = None,
    author: Author,
    now: datetime,
) -> int:
    """Give users new passwords: each a random one of his own, or all of them the ``shared`` one, which may be empty.

    Returns how many users got one: those of the ids whom the session sees. Files stay as they are until Generate.
    """
    given = checked(shared) if shared is not None else None
    users = session.scalars(select(PhoneUser).where(PhoneUser.id.in_(user_ids)).order_by(PhoneUser.id)).all()
    for user in users:
        if user.is_system:
            raise ConflictError("The system user's password is the one that phones come with; it stays.")
        user.password = make_random() if given is None else given or None
    session.flush()
    journal.record_all(session, [_entry(user, author, now) for user in users])
    return len(users)


def _entry(user: PhoneUser, author: Author, now: datetime) -> journal.Entry:
    deed = "gave the user {} a new password" if user.password else "took the password of the user {} away"
    return journal.entry(
        at=now,
        author=author,
        action="user password changed",
        subject=user.name,
        text=f"{author.name} {deed.format(user.name)}.",
        tenant_id=user.tenant_id,
    )
