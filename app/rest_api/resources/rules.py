"""Rules of Zero Touch and of alarms: `/rules/{kind}`, their versions, the draft as a text, checked and activated."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from sqlalchemy import select

from app.errors import InvalidInputError, NotAllowedError, NotFoundError
from app.models import RuleSetVersion, Tenant
from app.models.enums import RuleKind, RuleSetState
from app.models.rule_set import MAX_COMMENT, MAX_KEY, MAX_NAME
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import get_row
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, RowId
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.rules.conditions.text.parser import parse
from app.rules.conditions.text.problems import ConditionTextError
from app.rules.ordered.checks import Remark, Weight
from app.rules.rule_kinds import SPECS
from app.security.roles import EDIT, EDIT_SYSTEM, RULES
from app.services.rule_sets import activation, drafts, reading, replacing
from app.services.rule_sets.drafts import MOST_RULES, Change, Content
from app.services.rule_sets.listing import Describer, may_be_judged, read_listing
from app.services.rule_sets.names import read_names, vocabulary_of
from app.services.rule_sets.seen import Owned, Seen, begin_change, find_active, shown_version

_TenantName = Annotated[
    str, Meta(max_length=100, description="Whose own rules: the name of a tenant; empty: the system's.")
]
_MOST_CHARACTERS = 10_000


class RuleVersion(Struct, kw_only=True):
    """A version of a list of rules; only a draft is ever changed."""

    id: int
    kind: RuleKind
    number: int
    state: RuleSetState
    revision: int
    note: str
    changed_at: datetime
    changed_by: str
    activated_at: datetime | None
    activated_by: str


class RemarkItem(Struct, kw_only=True):
    """What is wrong with a rule (error) or probably a slip (warning); with errors no draft becomes active."""

    weight: Literal["error", "warning"]
    sentence: str


class RuleItem(Struct, kw_only=True):
    """A rule: its conditions as text, its outcome by the fields of the form, and both in words."""

    key: str
    name: str
    when: str
    outcome: dict[str, list[str]]
    is_enabled: bool
    valid_from: datetime | None
    valid_until: datetime | None
    comment: str
    does: str
    remarks: list[RemarkItem]


class OneVersion(RuleVersion, kw_only=True):
    """A version with its rules in their order. `errors` stand against making a draft active."""

    rules: list[RuleItem]
    errors: int
    warnings: int


class RuleContent(Struct, kw_only=True, forbid_unknown_fields=True):
    """A rule as it is written. `when` is empty for every phone; `outcome` has the fields that such a rule shows.
    With the `key` of a rule of the draft it stays that rule, and keeps what it is counted by."""

    name: Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
    when: Annotated[str, Meta(max_length=_MOST_CHARACTERS)] = ""
    outcome: dict[str, Annotated[list[Annotated[str, Meta(max_length=1_000)]], Meta(max_length=500)]]
    is_enabled: bool = True
    valid_from: Annotated[datetime, Meta(tz=True)] | None = None
    valid_until: Annotated[datetime, Meta(tz=True)] | None = None
    comment: Annotated[str, Meta(max_length=MAX_COMMENT)] = ""
    key: Annotated[str, Meta(max_length=MAX_KEY)] = ""


class DraftContent(Struct, kw_only=True, forbid_unknown_fields=True):
    """The rules of a draft, all of them in their order."""

    rules: Annotated[list[RuleContent], Meta(max_length=MOST_RULES)]


class Activation(Struct, kw_only=True, forbid_unknown_fields=True):
    """Why a draft becomes active."""

    note: Annotated[str, Meta(max_length=MAX_COMMENT)] = ""


class OwnerQuery(Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Whose rules."""

    tenant: _TenantName = ""


class RuleVersionsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Whose versions, in which order."""

    tenant: _TenantName = ""
    sort: Literal["number", "-number"] = "-number"


_BY_NUMBER = Order(RuleSetVersion.number, lambda row: row.number, said_as=int)
_LISTING: Listing[RuleSetVersion] = Listing({"number": _BY_NUMBER}, _BY_NUMBER)


def list_versions(call: Call[RuleVersionsQuery, Any]) -> Answer:
    """Lists the versions of a list of rules, the latest first."""
    owned = _owned(call)
    wanted = reading.versions(owned.kind, owned.tenant_id)
    return Answer(_LISTING.page(call, wanted, call.query.sort, _item))


def read_version(call: Call[Any, Any]) -> Answer:
    """Shows a version with its rules."""
    wanted = select(RuleSetVersion).where(
        RuleSetVersion.id == call.place["version_id"], RuleSetVersion.kind == call.place["kind"]
    )
    return Answer(_show(call, get_row(call.session, wanted, "version of rules", to_change=False)))


def read_active(call: Call[OwnerQuery, Any]) -> Answer:
    """Shows the rules that decide now."""
    found = find_active(call.session, _owned(call))
    if found is None:
        raise NotFoundError("None of these rules is active.")
    return Answer(_show(call, found))


def read_draft(call: Call[OwnerQuery, Any]) -> Answer:
    """Shows the draft, with what is to be said of its rules before it becomes active."""
    return Answer(_show(call, _draft(call)))


def put_draft(call: Call[OwnerQuery, DraftContent]) -> Answer:
    """Writes the draft as a whole; where there is none, one begins of what is active. Nothing decides differently until
    it is activated. `If-Match` is that of the draft."""
    owned = _owned(call, to_write=True)
    shown = shown_version(call.session, owned)
    if shown is None or shown.state is not RuleSetState.DRAFT:
        call.conditions.check_may_add()
    else:
        call.check_may_change(_show(call, shown))
    seen = Seen(shown.id, shown.revision) if shown else Seen(0, 0)
    draft, change = begin_change(call.session, owned, seen, author=call.author, now=call.now)
    replacing.replace(call.session, change, _contents(call, owned.kind))
    return Answer(_show(call, draft))


def activate(call: Call[OwnerQuery, Activation]) -> Answer:
    """Lets the draft decide from now on; 409 with the first error where its rules have some."""
    _owned(call, to_write=True)
    change = _seen_change(call)
    version = activation.activate(call.session, change, note=call.body.note)
    return Answer(_show(call, version))


def discard(call: Call[OwnerQuery, Any]) -> Answer:
    """Throws the draft away; what is active goes on."""
    _owned(call, to_write=True)
    drafts.discard(call.session, _seen_change(call))
    return Answer(status=HTTPStatus.NO_CONTENT)


def _owned(call: Call[Any, Any], *, to_write: bool = False) -> Owned:
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


def _draft(call: Call[Any, Any]) -> RuleSetVersion:
    owned = _owned(call)
    found = reading.find_version(call.session, owned.kind, owned.tenant_id, RuleSetState.DRAFT)
    if found is None:
        raise NotFoundError("There is no draft of these rules.")
    return found


def _seen_change(call: Call[Any, Any]) -> Change:
    draft = _draft(call)
    call.check_may_change(_show(call, draft))
    return Change(draft.id, draft.revision, call.author, call.now)


def _contents(call: Call[Any, DraftContent], kind: RuleKind) -> list[tuple[str, Content]]:
    """Return the rules of the body; InvalidInputError names the first that cannot be read, and where."""
    names = read_names(call.session)
    vocabulary, spec = vocabulary_of(kind, names), SPECS[kind]
    contents = []
    for number, said in enumerate(call.body.rules):
        at = f"rules[{number}]"
        try:
            conditions = parse(said.when, vocabulary)
            outcome = spec.read(said.outcome, names)
        except ConditionTextError as error:
            raise InvalidInputError(str(error), field=f"{at}.when") from None
        except InvalidInputError as error:
            fields = {f"{at}.outcome.{name}": text for name, text in error.by_field.items()}
            raise InvalidInputError(by_field=fields or {f"{at}.outcome": str(error)}) from None
        contents.append(
            (
                said.key,
                Content(
                    said.name, conditions, outcome, said.is_enabled, said.valid_from, said.valid_until,
                    said.comment,
                ),
            )
        )  # fmt: skip
    return contents


def _show(call: Call[Any, Any], version: RuleSetVersion) -> OneVersion:
    listing = read_listing(call.session, version, today=call.now.date())
    names, spec = read_names(call.session), SPECS[version.kind]
    describe = Describer(version, names, hides=not may_be_judged(call.session, version))
    rules = [
        RuleItem(
            key=line.row.key,
            name=line.row.name,
            when=describe.text(line.row),
            outcome={name: list(texts) for name, texts in spec.values(line.row.outcome, names).items()},
            is_enabled=line.row.is_enabled,
            valid_from=line.row.valid_from,
            valid_until=line.row.valid_until,
            comment=line.row.comment,
            does=line.does,
            remarks=[_remark(one) for one in line.remarks],
        )
        for line in listing.lines
    ]
    return OneVersion(
        **{name: getattr(_item(version), name) for name in RuleVersion.__struct_fields__},
        rules=rules,
        errors=listing.errors,
        warnings=listing.warnings,
    )


def _remark(remark: Remark) -> RemarkItem:
    weight: Literal["error", "warning"] = "error" if remark.weight is Weight.ERROR else "warning"
    return RemarkItem(weight=weight, sentence=remark.sentence)


def _item(version: RuleSetVersion) -> RuleVersion:
    return RuleVersion(
        id=version.id,
        kind=version.kind,
        number=version.number,
        state=version.state,
        revision=version.revision,
        note=version.note,
        changed_at=version.changed_at,
        changed_by=version.changed_by,
        activated_at=version.activated_at,
        activated_by=version.activated_by,
    )


def _route(method: str, tail: str, does: Any, name: str, summary: str, **besides: Any) -> Route:
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
    _route(
        "GET", "versions", list_versions, "list_rule_versions", "List the versions of rules",
        query=RuleVersionsQuery, answers=ItemPage[RuleVersion],
    ),
    Route(
        method="GET", path="/rules/{kind}/versions/{version_id}", does=read_version,
        name="show_rule_version", summary="Show a version of rules",
        right=Right(kind=Kind.RULES, page=RULES, deeds=("can_list",)), place={**_ONE, "version_id": RowId},
        answers=OneVersion,
    ),
    _route("GET", "active", read_active, "show_active_rules", "Show the active rules", answers=OneVersion),
    _route("GET", "draft", read_draft, "show_rule_draft", "Show the draft", answers=OneVersion),
    _route(
        "PUT", "draft", put_draft, "put_rule_draft", "Write the draft as a whole", body=DraftContent,
        answers=OneVersion,
    ),
    _route(
        "DELETE", "draft", discard, "discard_rule_draft", "Discard the draft", status=HTTPStatus.NO_CONTENT
    ),
    _route(
        "POST", "draft/activate", activate, "activate_rule_draft", "Activate the draft", body=Activation,
        answers=OneVersion,
    ),
)  # fmt: skip
