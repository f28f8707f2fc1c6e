"""Exports: `/exports/users` as a table, `/exports/configuration` as an archive; imports take both in again."""

from collections.abc import Callable
from hashlib import sha256
from typing import IO, Annotated, Any

from msgspec import Meta, Struct

from app.errors import NotAllowedError
from app.rest_api.calls import Answer, Call, SentFile
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import EXPORT, EXPORT_CONFIGURATION, IMPORT_EXPORT, SEE_SECRETS
from app.services import configuration_export, export_files, journal, user_export
from app.transaction import see_one_moment

_PIECE = 64 * 1024
_TABLE, _ARCHIVE = "text/csv", "application/zip"


class UsersExport(Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """How users are exported."""

    secrets: Annotated[
        bool,
        Meta(description="With their passwords as they are, for who may see them; else they are masked."),
    ] = False


def note_users(call: Call[UsersExport, Any]) -> None:
    """Note who takes the users along."""
    if call.query.secrets and not call.caller.may(IMPORT_EXPORT, SEE_SECRETS):
        raise NotAllowedError("Your account may not see passwords; leave ?secrets out.")
    _record(
        call,
        user_export.TABLE_NAME,
        f"users and devices, {'with' if call.query.secrets else 'without'} passwords",
    )


def send_users(call: Call[UsersExport, Any]) -> Answer:
    """Sends the users that the token sees with their devices, a row for each user, as an import takes them in again."""
    with_passwords = call.query.secrets
    return _sent(
        call,
        user_export.TABLE_NAME,
        _TABLE,
        lambda stream: user_export.write_table(call.session, stream, with_passwords=with_passwords),
    )


def note_configuration(call: Call[Any, Any]) -> None:
    """Note who takes the configuration along."""
    _record(call, configuration_export.FILE_NAME, "the configuration, with its secrets")


def send_configuration(call: Call[Any, Any]) -> Answer:
    """Sends tenants, sites, templates, settings and placeholders, as an import takes them in again. Secrets are in it
    as they are."""
    return _sent(
        call,
        configuration_export.FILE_NAME,
        _ARCHIVE,
        lambda stream: configuration_export.write_configuration(call.session, stream),
    )


def _sent(call: Call[Any, Any], name: str, media_type: str, write: Callable[[IO[bytes]], None]) -> Answer:
    see_one_moment(call.session)
    content = export_files.written(call.data_folder, write)
    etag = _digest(content)
    content.seek(0)
    sent = SentFile(content=content, name=name, etag=etag, modified=call.now, media_type=media_type)
    return Answer(sent, headers={"Cache-Control": "no-store"})


def _digest(file: IO[bytes]) -> str:
    digest = sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()[:32]


def _record(call: Call[Any, Any], name: str, what: str) -> None:
    journal.record(
        call.session,
        at=call.now,
        author=call.author,
        action="exported",
        subject=name,
        text=f"{call.author.name} exported {what}.",
    )


def _right(deed: str) -> Right:
    return Right(kind=Kind.EXPORTS, page=IMPORT_EXPORT, deeds=(deed,))


ROUTES = (
    Route(
        method="GET", path="/exports/users", does=send_users, name="export_users", summary="Export users",
        right=_right(EXPORT), query=UsersExport, note=note_users, answers=SentFile, file_types=(_TABLE,),
    ),
    Route(
        method="GET", path="/exports/configuration", does=send_configuration, name="export_configuration",
        summary="Export the configuration", right=_right(EXPORT_CONFIGURATION), note=note_configuration,
        answers=SentFile, file_types=(_ARCHIVE,),
    ),
)  # fmt: skip
