"""The bytes of firmware: taken in under their name, sent, and made the default of a model."""

from http import HTTPStatus
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.errors import ConflictError
from app.models import Firmware
from app.rest_api.calls import Answer, Call, SentFile
from app.rest_api.listing import RowId
from app.rest_api.resources.firmware import Description, FirmwareItem, Version, firmware_of, right, show
from app.rest_api.routes import FILE_TYPES, Route
from app.services import firmware, upload_suffixes
from app.services.firmware.files import StoredBytes
from app.services.firmware.library import LONGEST, MOST_GROUPS

FileName = Annotated[str, Meta(min_length=1, max_length=120, description="As phones ask for it.")]
_GROUPS_LENGTH = MOST_GROUPS * (LONGEST["group"] + 2)


class LabelsQuery(Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """What is written about the file; what is not said stays, and is empty of a new one."""

    description: Description | UnsetType = UNSET
    version: Annotated[Version, Meta(description="Empty: what stands in the file.")] | UnsetType = UNSET
    groups: (
        Annotated[str, Meta(max_length=_GROUPS_LENGTH, description="With commas between them.")] | UnsetType
    ) = UNSET


class DefaultOf(Struct, kw_only=True, forbid_unknown_fields=True):
    """Of which model the file becomes the default."""

    model: Annotated[str, Meta(min_length=1, max_length=60)]
    replaces: Annotated[bool, Meta(description="Also where the model has another default.")] = False


def check(call: Call[LabelsQuery, Any]) -> None:
    """Refuse what can be known before the file comes: its name, what is written, and what stands in the way."""
    name = firmware.check_name(call.place["name"], upload_suffixes.for_firmware(call.session))
    found = firmware.find(call.session, name)
    _labels(call, found)
    _check_conditions(call, found)


def put(call: Call[LabelsQuery, StoredBytes]) -> Answer:
    """Takes a file in under its name, or in place of the one that has it. Sent as it is, of any size up to that of the
    setting `RINGMASTER_LARGEST_FIRMWARE`; what is no firmware is refused by what it begins with. Sent again it changes
    nothing."""
    name, stored = call.place["name"], call.body
    wanted = select(Firmware).where(Firmware.name_key == name.casefold()).with_for_update()
    found = call.session.scalar(wanted.options(selectinload(Firmware.groups)))
    _check_conditions(call, found)
    labels, author, now = _labels(call, found), call.author, call.now
    if found is None:
        added = firmware.add(call.session, stored, name, labels, author=author, now=now)
        return Answer(show(added), HTTPStatus.CREATED, f"/firmware/{added.id}")
    before = (
        ""
        if found.sha256 == stored.sha256
        else firmware.replace(call.session, found, stored, author=author, now=now)
    )
    if labels != _labels_of(found):
        firmware.change(call.session, found, labels, author=author, now=now)
    return Answer(show(found), forgets=before)


def read_named(call: Call[Any, Any]) -> Answer:
    """Shows what is known of the file of a name."""
    return Answer(show(firmware_of(call, to_change=False)))


def send(call: Call[Any, Any]) -> Answer:
    """Sends the file itself, or the part that `Range` asks for."""
    found = firmware_of(call, to_change=False)
    path = firmware.path_of(call.firmware_folder, found)
    if not path.is_file():
        raise ConflictError(f"The file of the firmware {found.name} is missing. Send it again.")
    return Answer(
        SentFile(
            content=path,
            name=found.name,
            etag=found.sha256[:32],
            modified=found.uploaded_at,
            media_type=FILE_TYPES[0],
        )
    )


def make_default(call: Call[Any, DefaultOf]) -> Answer:
    """Makes the file the default of a model, under that model's name; the firmware itself stays as it is."""
    found, said = firmware_of(call, to_change=True), call.body
    call.check_may_change(show(found))
    made, before = firmware.make_default(
        call.session, found, said.model, replaces=said.replaces, author=call.author, now=call.now
    )
    return Answer(show(made), location=f"/firmware/{made.id}", forgets=before)


def _check_conditions(call: Call[Any, Any], found: Firmware | None) -> None:
    if found is None:
        call.conditions.check_may_add()
    else:
        call.check_may_change(show(found))


def _labels(call: Call[LabelsQuery, Any], found: Firmware | None) -> firmware.Labels:
    said, known = call.query, firmware.Labels() if found is None else _labels_of(found)
    return firmware.labels_of(
        known.description if isinstance(said.description, UnsetType) else said.description,
        said.version if not isinstance(said.version, UnsetType) else "",
        ", ".join(known.groups) if isinstance(said.groups, UnsetType) else said.groups,
    )


def _labels_of(found: Firmware) -> firmware.Labels:
    return firmware.Labels(found.description, "", tuple(group.name for group in found.groups))


_ONE: dict[str, Any] = {"firmware_id": RowId}
_NAMED: dict[str, Any] = {"name": FileName}

ROUTES = (
    Route(
        method="GET", path="/firmware/{firmware_id}/content", does=send, name="download_firmware",
        summary="Download a firmware", right=right("can_download"), place=_ONE, answers=SentFile,
        refusals=(HTTPStatus.CONFLICT,),
    ),
    Route(
        method="POST", path="/firmware/{firmware_id}/default", does=make_default, name="make_default_firmware",
        summary="Make a firmware the default of a model", right=right("can_edit"), place=_ONE, body=DefaultOf,
        answers=FirmwareItem, holds_firmware=True,
    ),
    Route(
        method="GET", path="/firmware/named/{name}", does=read_named, name="show_named_firmware",
        summary="Show the firmware of a name", right=right("can_show"), place=_NAMED, answers=FirmwareItem,
    ),
    Route(
        method="PUT", path="/firmware/named/{name}", does=put, name="put_firmware",
        summary="Add or replace the firmware of a name", right=right("can_add", "can_edit"), place=_NAMED,
        query=LabelsQuery, check=check, body=StoredBytes, file_types=FILE_TYPES[:1], answers=FirmwareItem, adds=True,
    ),
)  # fmt: skip
