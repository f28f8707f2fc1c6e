"""Configuration files on their way in: looked at one by one, stored together or not at all."""

from collections.abc import Iterator, Mapping

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue

from app.errors import InvalidInputError, RingmasterError
from app.models.enums import FileKind
from app.security.tenant_scope import scope_of
from app.services import upload_suffixes
from app.services.config_files import edits
from app.services.config_files.edits import LARGEST_FILE, UPLOADABLE, Destination, Upload
from app.services.devices_status.places import read_tenant_choices
from app.services.firmware.files import megabytes
from app.transaction import transaction
from app.views import uploads
from app.views.authors import author
from app.views.configuration_file_choice import KIND_WORDS, LIST
from app.views.error_pages import STATUS_OF
from app.views.list_arguments import LARGEST_ID, word_of
from app.views.request_guards import wants_json
from app.views.times import time_of_page
from app.views.uploads import Fields
from app.views.web_session import begin_to_write, db

MOST_FILES = 200
_MOST_BYTES = 16_000_000


def form(typed: Mapping[str, str] | None = None, refused: str = "") -> str:
    """Return the page with the form."""
    session = db.session()
    return render_template(
        "ringmaster/configuration_files_upload.html",
        title="Upload configuration files",
        typed=typed or {},
        refused=refused,
        kinds={kind: KIND_WORDS[kind] for kind in UPLOADABLE},
        tenants=read_tenant_choices(session),
        may_share=scope_of(session).is_everything,
        suffixes=upload_suffixes.for_texts(session),
        largest=LARGEST_FILE,
        largest_shown=megabytes(LARGEST_FILE),
        most_files=MOST_FILES,
    )


def take_in() -> ResponseReturnValue:
    """Take in what the request sends, or say at which file why not."""
    arrivals = _Arrivals()
    try:
        uploads.receive(arrivals.take_file, most_bytes=_MOST_BYTES)
        arrivals.store()
    except RingmasterError as error:
        status = next(status for kind, status in STATUS_OF.items() if isinstance(error, kind))
        return (jsonify(refused=str(error)) if wants_json() else form(request.form, str(error))), status
    number = len(arrivals.files)
    return uploads.done(
        LIST, f"{arrivals.files[0].name} is there." if number == 1 else f"{number} files are there."
    )


class _Arrivals:
    """The files of one form."""

    def __init__(self) -> None:
        # Read in a transaction that ends here: none is held open while files come.
        with transaction(db.session()) as session:
            self._suffixes = upload_suffixes.for_texts(session)
        self.files: list[Upload] = []

    def take_file(self, fields: Fields, name: str, chunks: Iterator[bytes]) -> None:
        """Read and check a file."""
        if len(self.files) == MOST_FILES:
            raise InvalidInputError(f"At most {MOST_FILES} files are taken at once.")
        content = b""
        for chunk in chunks:
            content += chunk
            if len(content) > LARGEST_FILE:
                raise InvalidInputError(f"{name[:120]} is larger than {megabytes(LARGEST_FILE)}.")
        self.files.append(edits.checked_upload(name, content, _kind(fields), self._suffixes))

    def store(self) -> None:
        """Store the files."""
        if not self.files:
            raise InvalidInputError("Choose a file.")
        goal = Destination(_kind(request.form), _tenant(request.form), request.form.get("replaces") == "yes")
        begin_to_write()
        with transaction(db.session()) as session:
            edits.store(session, self.files, goal, author=author(), now=time_of_page())


def _kind(fields: Fields) -> FileKind:
    kind = word_of(fields, "kind", FileKind) or FileKind.UPLOADED
    if kind not in UPLOADABLE:
        raise InvalidInputError("Files of this kind are generated and cannot be uploaded.")
    return kind


def _tenant(fields: Fields) -> int | None:
    text = fields.get("tenant", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 11 and int(text) <= LARGEST_ID):
        raise InvalidInputError("Choose a tenant of the list.")
    return int(text)
