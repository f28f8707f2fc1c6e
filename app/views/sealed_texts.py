"""Texts that a page hands on to the next without showing them: encrypted, and for the account that wrote them alone."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from flask_login import current_user

from app.errors import InvalidInputError
from app.security.secrets import vault


def seal(text: str) -> str:
    """Return a text as a field of a form may hold it."""
    return urlsafe_b64encode(vault().encrypt(f"{current_user.id}\n{text}".encode())).decode("ascii")


def open_sealed(sealed: str) -> str:
    """Return the text, or raise InvalidInputError where it was not sealed here for this account."""
    try:
        account, _, text = vault().decrypt(urlsafe_b64decode(sealed)).decode().partition("\n")
    except (ValueError, InvalidInputError):
        account, text = "", ""
    if account != str(current_user.id):
        raise InvalidInputError("What was written has been changed on its way here: write it again.")
    return text
