"""A file to be imported on its way in: opened as far as its header, so that a wrong one is refused at once."""

from collections.abc import Iterator

from flask.typing import ResponseReturnValue

from app.errors import InvalidInputError
from app.security.roles import IMPORT_CONFIGURATION, IMPORT_EXPORT
from app.services.firmware.files import megabytes
from app.services.imports import arrival, jobs
from app.services.imports.user_file import LARGEST_UPLOAD
from app.transaction import transaction
from app.views import uploads
from app.views.authors import author
from app.views.shell import may
from app.views.times import time_of_page
from app.views.uploads import Fields
from app.views.web_session import begin_to_write, db

_BYTES_BESIDE_THE_FILE = 64 * 1024


class ImportArrival:
    """The one file of a form."""

    def __init__(self) -> None:
        self._name = ""
        self._content = b""

    def take_in(self) -> ResponseReturnValue:
        """Read the form, open the file, and leave it to whoever looks at its rows."""
        uploads.receive(self._take_file, most_bytes=LARGEST_UPLOAD + _BYTES_BESIDE_THE_FILE)
        if not self._name:
            raise InvalidInputError("Choose a file.")
        may_be_configuration = may(IMPORT_CONFIGURATION, IMPORT_EXPORT)
        kind = arrival.kind_of(self._content, self._name, may_be_configuration=may_be_configuration)
        begin_to_write()
        with transaction(db.session()) as session:
            job = jobs.add(session, kind, self._name, self._content, author=author(), now=time_of_page())
            address = f"/import-export/imports/{job.id}"
        return uploads.done(address, f"{self._name} is there. Nothing is written before you say so.")

    def _take_file(self, _fields: Fields, name: str, chunks: Iterator[bytes]) -> None:
        if self._name:
            raise InvalidInputError("Choose one file only.")
        name = arrival.checked_name(name)
        pieces = []
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > LARGEST_UPLOAD:
                raise InvalidInputError(f"{name} is larger than {megabytes(LARGEST_UPLOAD)}.")
            pieces.append(chunk)
        self._name, self._content = name, b"".join(pieces)
