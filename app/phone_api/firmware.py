"""Firmware downloads (protocol 14): streamed, resumable, checked against what the phone holds."""

from sqlalchemy.orm import Session

from app.errors import NotFoundError
from app.phone_api.context import Context
from app.phone_api.delivery import Deliverable
from app.phone_api.messages import PhoneRequest
from app.rules.sentences import quoted
from app.services import firmware


def parse(_request: PhoneRequest, parts: dict[str, str]) -> str:
    """Return the name that is asked for."""
    return parts["name"]


def find(session: Session, name: str, context: Context) -> Deliverable:
    """Return the file; the name alone selects the bytes (docs/decisions/0004)."""
    found = firmware.find(session, name)
    if found is None:
        raise NotFoundError(f"There is no firmware called {quoted(name)}.")
    path = firmware.path_of(context.firmware_folder, found)
    if not path.is_file():
        raise NotFoundError(f"The file of the firmware {found.name} is missing. Upload it again.")
    etag = f'"{found.sha256[:32]}"'
    return Deliverable(path, found.size, etag, found.uploaded_at, "application/octet-stream")
