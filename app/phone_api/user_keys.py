"""Speed dials and programmable keys that a phone sends for its user (docs/decisions/0032)."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from app.errors import InvalidInputError, RingmasterError
from app.phone_api.claims import Claim
from app.phone_api.context import Context
from app.phone_api.errors import refusal_of
from app.phone_api.messages import PhoneRequest, PhoneResponse
from app.phone_api.payloads import decode_object, text_of
from app.rendering import user_keys as keys
from app.rules.mac_addresses import parse_mac
from app.rules.sentences import quoted
from app.services import user_keys
from app.services.user_keys import Upload

_HIGHEST_VERSION = 2_000_000_000


class Call(msgspec.Struct, frozen=True):
    """What a phone sends, and the request that it came with."""

    request: PhoneRequest
    upload: Upload


def parse(request: PhoneRequest, _parts: dict[str, str]) -> Call:
    """Read what a phone sends; InvalidInputError for a bad MAC, and for a line that is no user's."""
    members = decode_object(request.body)
    return Call(
        request,
        Upload(
            mac=_mac(text_of(members.get("mac", ""))),
            user_name=text_of(members.get("userid", "")),
            version=_version(text_of(members.get("version", "")).strip()),
            lines=keys.checked(_lines(members.get("keys"))),
            address=request.peer,
        ),
    )


def claim(call: Call) -> Claim:
    """Return whose keys these are."""
    return Claim((call.upload.mac,))


def record(session: Session, calls: Sequence[Call], context: Context) -> list[PhoneResponse]:
    """Keep what the phones send, one after the other; each is told the version of what is kept then."""
    return [_answer(session, call, context) for call in calls]


def _answer(session: Session, call: Call, context: Context) -> PhoneResponse:
    try:
        version = user_keys.upload(session, call.upload, now=context.now)
    except RingmasterError as error:  # nothing has been written
        return refusal_of(error, call.request)
    body = msgspec.json.encode({"version": version})
    return PhoneResponse(200, body, {"Content-Type": "application/json"})


def _mac(text: str) -> str:
    if not text:
        raise InvalidInputError("The body names no phone: send its MAC address in the member mac.")
    return parse_mac(text)


def _version(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal() and len(text) < 11 and int(text) <= _HIGHEST_VERSION):
        raise InvalidInputError(
            f"{quoted(text[:20])} is no version: send the number that the file or the last answer told."
        )
    return int(text)


def _lines(found: Any) -> list[tuple[str, str]]:
    if not isinstance(found, dict):
        raise InvalidInputError(
            'The body names no keys: send all that the user has set in the member keys, such as {"keys": '
            '{"personal_settings/functional_key/1/key_label": "Bob"}}.'
        )
    wrong = next(
        (name for name, value in found.items() if isinstance(value, dict | list) or value is None), None
    )
    if wrong is not None:
        raise InvalidInputError(f"The value of {quoted(str(wrong)[:64])} is no text.")
    return [(str(name), text_of(value)) for name, value in found.items()]
