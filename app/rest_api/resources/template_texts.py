"""Texts of templates: `/templates/{id}/text`, and those that it had before."""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import select

from app.models import TemplateVersion
from app.rendering.secret_parameters import mask_secrets
from app.rest_api.calls import Answer, Call
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, RowId
from app.rest_api.resources.templates import ONE, right, template_of
from app.rest_api.routes import Route
from app.security.roles import SEE_SECRETS, TEMPLATES
from app.services.templates import versions


class TemplateText(Struct, kw_only=True):
    """The text of a template or of a version of it; `is_masked` where the account may not see its secrets."""

    version: int
    text: str
    is_masked: bool


class VersionItem(Struct, kw_only=True):
    """A text that a template has had; the highest number is the one that it has."""

    number: int
    saved_at: datetime
    saved_by: str
    reason: str


class VersionsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """In which order versions are listed."""

    sort: Literal["number", "-number"] = "-number"


_BY_NUMBER = Order(TemplateVersion.number, lambda row: row.number, said_as=int)
_VERSIONS: Listing[TemplateVersion] = Listing({"number": _BY_NUMBER}, _BY_NUMBER)


def read_text(call: Call[Any, Any]) -> Answer:
    """Shows the text that a template has, its secrets masked for an account that may not see them."""
    template = template_of(call, to_change=False)
    return Answer(_as_may_be_seen(call, template.version, template.content))


def list_versions(call: Call[VersionsQuery, Any]) -> Answer:
    """Lists the texts that a template has had."""
    template = template_of(call, to_change=False)
    wanted = select(TemplateVersion).where(TemplateVersion.template_id == template.id)
    return Answer(_VERSIONS.page(call, wanted, call.query.sort, _show_version))


def read_version(call: Call[Any, Any]) -> Answer:
    """Shows an earlier text of a template, its secrets masked for an account that may not see them."""
    template = template_of(call, to_change=False)
    version = versions.get_version(call.session, template.id, call.place["number"])
    return Answer(_as_may_be_seen(call, version.number, versions.text_of(version)))


def _as_may_be_seen(call: Call[Any, Any], version: int, text: str) -> TemplateText:
    sees = call.caller.may(TEMPLATES, SEE_SECRETS)
    return TemplateText(version=version, text=text if sees else mask_secrets(text), is_masked=not sees)


def _show_version(version: TemplateVersion) -> VersionItem:
    return VersionItem(
        number=version.number, saved_at=version.saved_at, saved_by=version.saved_by, reason=version.reason
    )


ROUTES = (
    Route(
        method="GET", path="/templates/{template_id}/text", does=read_text, name="show_template_text",
        summary="Show the text of a template", right=right("can_show"), place=ONE, answers=TemplateText,
    ),
    Route(
        method="GET", path="/templates/{template_id}/versions", does=list_versions,
        name="list_template_versions", summary="List the versions of a template", right=right("can_show"),
        place=ONE, query=VersionsQuery, answers=ItemPage[VersionItem],
    ),
    Route(
        method="GET", path="/templates/{template_id}/versions/{number}", does=read_version,
        name="show_template_version", summary="Show an earlier text of a template",
        right=right("can_show"), place={**ONE, "number": RowId}, answers=TemplateText,
    ),
)  # fmt: skip
