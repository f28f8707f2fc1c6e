"""The texts of configuration files as phones get them: sent, and taken in under their name."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from sqlalchemy import select

from app.models import ConfigFile
from app.models.enums import FileKind
from app.rest_api.calls import Answer, Call, SentFile
from app.rest_api.listing import RowId, Words
from app.rest_api.references import find_tenant
from app.rest_api.resources.configuration_files import WITH_TENANT, FileItem, file_of, show
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import CONFIGURATION_FILES, SEE_SECRETS
from app.services import config_files, stored_files, upload_suffixes
from app.services.config_files import edits

FileName = Annotated[str, Meta(min_length=1, max_length=120, description="As phones ask for it.")]


class GoalQuery(Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """What a new file becomes; one that is replaced stays what it is, and whose it is."""

    kind: Literal["uploaded", "company_directory"] = "uploaded"
    tenant: Annotated[Words, Meta(description="The name of a tenant; nothing is shared by all.")] = ""


def send(call: Call[Any, Any]) -> Answer:
    """Sends a file as phones get it, secrets and all, to those who may see them."""
    file = file_of(call, to_change=False)
    content = config_files.content_of(file)
    name = file.name.rpartition("/")[2]
    sent = SentFile(
        content=content,
        name=name,
        etag=file.etag.strip('"'),
        modified=file.generated_at,
        media_type="text/plain",
    )
    return Answer(sent, headers={"Cache-Control": "no-store"})


def put(call: Call[GoalQuery, bytes]) -> Answer:
    """Takes in the text of a file under its name, or in place of the one that has it. One that bears the MAC address of
    a device is that phone's own. Sent again it changes nothing."""
    suffixes, kind = upload_suffixes.for_texts(call.session), FileKind(call.query.kind)
    upload = edits.checked_upload(call.place["name"], call.body, kind, suffixes)
    found = call.session.scalar(_named(upload.name).with_for_update(of=ConfigFile))
    if found is None:
        call.conditions.check_may_add()
    else:
        call.check_may_change(show(found))
        if found.edited_by and config_files.content_of(found) == upload.text:
            return Answer(show(found))
    tenant_id = find_tenant(call.session, call.query.tenant).id if call.query.tenant else None
    if found is not None:
        tenant_id = found.tenant_id
    goal = edits.Destination(kind, tenant_id, replaces=found is not None)
    edits.store(call.session, [upload], goal, author=call.author, now=call.now)
    stored = call.session.scalars(_named(upload.name)).one()
    if found is not None:
        return Answer(show(stored))
    return Answer(show(stored), HTTPStatus.CREATED, f"/configuration-files/{stored.id}")


def _named(name: str) -> Any:
    return select(ConfigFile).where(ConfigFile.name_key == stored_files.key_of(name)).options(WITH_TENANT)


ROUTES = (
    Route(
        method="GET", path="/configuration-files/{file_id}/content", does=send, name="download_configuration_file",
        summary="Download a configuration file",
        right=Right(kind=Kind.CONFIGURATION_FILES, page=CONFIGURATION_FILES, deeds=(SEE_SECRETS,)),
        place={"file_id": RowId}, answers=SentFile,
    ),
    Route(
        method="PUT", path="/configuration-files/named/{name}", does=put, name="put_configuration_file",
        summary="Add or replace the configuration file of a name",
        right=Right(kind=Kind.CONFIGURATION_FILES, page=CONFIGURATION_FILES, deeds=("can_add", "can_edit")),
        place={"name": FileName}, query=GoalQuery, body=bytes, answers=FileItem, adds=True,
        most_bytes=edits.LARGEST_FILE,
    ),
)  # fmt: skip
