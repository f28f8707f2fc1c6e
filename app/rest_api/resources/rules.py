"""Rules of Zero Touch and of alarms: `/rules/{kind}`, those that decide, and the versions that there were."""

from typing import Any, Literal

from sqlalchemy import select

from app.errors import InvalidInputError, NotAllowedError, NotFoundError
from app.models import RuleSetVersion, Tenant
from app.models.enums import RuleKind
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import get_row
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, RowId
from app.rest_api.resources import rule_bodies
from app.rest_api.resources.rule_bodies import OneVersion, OwnerQuery, RuleVersion, TenantName, show_briefly
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.rules.rule_kinds import SPECS
from app.security.roles import EDIT, EDIT_SYSTEM, RULES
from app.services.rule_sets import reading
from app.services.rule_sets.seen import Owned, find_active


class RuleVersionsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Whose versions, in which order."""

    tenant: TenantName = ""
    sort: Literal["number", "-number"] = "-number"


_BY_NUMBER = Order(RuleSetVersion.number, lambda row: row.number, said_as=int)
_LISTING: Listing[RuleSetVersion] = Listing({"number": _BY_NUMBER}, _BY_NUMBER)


def list_versions(call: Call[RuleVersionsQuery, Any]) -> Answer:
    """Lists the versions of a list of rules, the latest first."""
    owned = owned_of(call)
    wanted = reading.versions(owned.kind, owned.tenant_id)
    return Answer(_LISTING.page(call, wanted, call.query.sort, show_briefly))


def read_version(call: Call[Any, Any]) -> Answer:
    """Shows a version with its rules."""
    wanted = select(RuleSetVersion).where(
        RuleSetVersion.id == call.place["version_id"], RuleSetVersion.kind == call.place["kind"]
    )
    return Answer(show(call, get_row(call.session, wanted, "version of rules", to_change=False)))


def read_active(call: Call[OwnerQuery, Any]) -> Answer:
    """Shows the rules that decide now."""
    found = find_active(call.session, owned_of(call))
    if found is None:
        raise NotFoundError("None of these rules is active.")
    return Answer(show(call, found))


def owned_of(call: Call[Any, Any], *, to_write: bool = False) -> Owned:
    """Return the list that is meant; the system's is written by who may, and its own by who sees the tenant."""
    kind, name = call.place["kind"], call.query.tenant.strip()
    tenant_id = None
    if name:
        if not SPECS[kind].is_for_tenants:
            raise InvalidInputError("Rules of this kind are the system's alone.", field="tenant")
        tenant_id = call.session.scalar(select(Tenant.id).where(Tenant.name_key == Tenant.fold(name)))
        if tenant_id is None:
            raise NotFoundError("There is no such tenant, or none that this token sees.")
    if to_write and tenant_id is None and not call.caller.may(RULES, EDIT_SYSTEM):
        raise NotAllowedError("The system's rules are for administrators; a tenant's own are yours.")
    return Owned(kind, tenant_id)


def show(call: Call[Any, Any], version: RuleSetVersion) -> OneVersion:
    """Return a version with its rules, as they are to be judged today."""
    return rule_bodies.show(call.session, version, today=call.now.date())


def route(method: str, tail: str, does: Any, name: str, summary: str, **besides: Any) -> Route:
    """Return a route of a list of rules, of the system or of the tenant that the address names."""
    deed = "can_list" if method == "GET" else EDIT
    return Route(
        **{
            "method": method, "path": f"/rules/{{kind}}/{tail}", "does": does, "name": name,
            "summary": summary, "right": Right(kind=Kind.RULES, page=RULES, deeds=(deed,)), "place": _ONE,
            "query": OwnerQuery, **besides,
        }
    )  # fmt: skip


_ONE: dict[str, Any] = {"kind": RuleKind}

ROUTES = (
    route(
        "GET", "versions", list_versions, "list_rule_versions", "List the versions of rules",
        query=RuleVersionsQuery, answers=ItemPage[RuleVersion],
    ),
    Route(
        method="GET", path="/rules/{kind}/versions/{version_id}", does=read_version,
        name="show_rule_version", summary="Show a version of rules",
        right=Right(kind=Kind.RULES, page=RULES, deeds=("can_list",)), place={**_ONE, "version_id": RowId},
        answers=OneVersion,
    ),
    route("GET", "active", read_active, "show_active_rules", "Show the active rules", answers=OneVersion),
)  # fmt: skip
