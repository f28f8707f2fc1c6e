"""Forms that carry files, read as they come: they take neither memory nor the database's write lock meanwhile.

A view that is marked ``takes_files`` calls ``receive``. The form's fields come first, its files behind them; the
token is checked before the first byte of a file is taken. Whoever is refused is heard out
(app/arrivals/hearing_out.py).
"""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import TypeAlias

from flask import flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from app.arrivals import bodies
from app.arrivals.bodies import BROKE_OFF
from app.views.request_guards import csrf, refuse_nul_bytes, wants_json

_MOST_BYTES_OF_FIELDS = 1024 * 1024
_MOST_PARTS = 1000

Fields: TypeAlias = ImmutableMultiDict[str, str]
TakeFile: TypeAlias = Callable[[Fields, str, Iterator[bytes]], None]


def receive(take_file: TakeFile, *, most_bytes: int) -> Fields:
    """Read this request's form, hand each file with its name and chunks to ``take_file``, and return the fields.

    They are ``request.form`` as well. Where ``take_file`` raises one of our errors, the rest is read and dropped, and
    the error goes on. ``most_bytes`` bounds the whole form; InvalidInputError beyond it.
    """
    request.form = ImmutableMultiDict()  # so that nothing parses what comes
    with bodies.coming_in(most_bytes) as pieces:
        _Form(pieces).read(take_file)
    return request.form


def done(address: str, sentence: str) -> ResponseReturnValue:
    """Answer an upload that was taken: on to another page, which tells so; scripts are told where it is."""
    flash(sentence, "success")
    if wants_json():
        return jsonify(address=address)
    return redirect(address, HTTPStatus.SEE_OTHER)


class _Form:
    """A form in parts, as RFC 7578 has it."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        boundary = request.mimetype_params.get("boundary", "")
        if request.mimetype != "multipart/form-data" or not boundary:
            raise BadRequest("The form carries no file.")
        self._decoder = MultipartDecoder(boundary.encode(), _MOST_BYTES_OF_FIELDS, max_parts=_MOST_PARTS)
        self._events = self._decoded(pieces)
        self._fields: list[tuple[str, str]] = []
        self._bytes_of_fields = 0
        self._is_checked = False

    def read(self, take_file: TakeFile) -> None:
        for event in self._events:
            if isinstance(event, Field):
                self._fields.append((event.name, self._read_field()))
            elif isinstance(event, File):
                self._check_token()
                self._read_file(event, take_file)
        self._check_token()

    def _read_field(self) -> str:
        value = b""
        for chunk in self._chunks():
            value += chunk
            self._bytes_of_fields += len(chunk)
            if self._bytes_of_fields > _MOST_BYTES_OF_FIELDS:
                raise RequestEntityTooLarge
        return _text(value)

    def _read_file(self, file: File, take_file: TakeFile) -> None:
        chunks = self._chunks()
        if file.filename:
            refuse_nul_bytes(file.filename)
            take_file(request.form, file.filename, chunks)
        for _ in chunks:  # of a field in which no file was chosen, or what was left
            pass

    def _check_token(self) -> None:
        """Check the token as for any other form, once the fields are there that come before the first file."""
        if self._is_checked:
            return
        refuse_nul_bytes(*(text for field in self._fields for text in field))
        request.form = ImmutableMultiDict(self._fields)
        csrf.protect()
        self._is_checked = True

    def _chunks(self) -> Iterator[bytes]:
        for event in self._events:
            assert isinstance(event, Data)
            if event.data:
                yield event.data
            if not event.more_data:
                return

    def _decoded(self, pieces: Iterator[bytes]) -> Iterator[Event]:
        while True:
            try:
                event = self._decoder.next_event()
                if isinstance(event, NeedData):
                    self._decoder.receive_data(next(pieces, None))
                    continue
            except (ValueError, AssertionError, AttributeError) as error:
                raise BadRequest(BROKE_OFF) from error
            if isinstance(event, Epilogue):
                return
            yield event


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise BadRequest("A value of the form is not in UTF-8.") from error
