"""The key that a phone is to ask with next, laid into the addresses of what it is given (docs/decisions/0078)."""

from sqlalchemy.orm import Session

from app.models.enums import FileKind
from app.phone_api.claims import caller_of
from app.phone_api.context import Context
from app.phone_api.file_calls import FileCall, claim
from app.rules import url_keys
from app.services import phone_urls, stored_files
from app.services.stored_files import StoredFile


def tag_of(call: FileCall, file: StoredFile, context: Context) -> str:
    """Return the validator of a file as this phone gets it: with another key in its addresses it is another file."""
    key = _told_key(call, context, is_its_file=file.kind is FileKind.PHONE)
    return stored_files.etag_with(file.etag, key) if key else file.etag


def with_key(
    session: Session, call: FileCall, context: Context, text: str, *, is_its_file: bool = False
) -> str:
    """Return a text for a phone that asks with a key: with the key that it is to ask with next in our addresses.

    ``is_its_file`` is the stored file of a device.
    """
    key = _told_key(call, context, is_its_file=is_its_file)
    if not key:
        return text
    context.hosts = context.hosts or phone_urls.hosts(session)
    return url_keys.with_key(text, context.hosts, key)


def _told_key(call: FileCall, context: Context, *, is_its_file: bool) -> str:
    if not call.request.key:
        return ""
    return context.guarded.told_key(caller_of(call.request, claim(call)), is_its_file=is_its_file)
