"""What is said and shown of rules: a version with its rules, and a draft as it is written."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct
from sqlalchemy.orm import Session

from app.models import RuleSetVersion
from app.models.enums import RuleKind, RuleSetState
from app.models.rule_set import MAX_COMMENT, MAX_KEY, MAX_NAME
from app.rules.ordered.checks import Remark, Weight
from app.rules.rule_kinds import SPECS
from app.services.rule_sets.drafts import MOST_RULES
from app.services.rule_sets.listing import Describer, may_be_judged, read_listing
from app.services.rule_sets.names import read_names

TenantName = Annotated[
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

    tenant: TenantName = ""


def show(session: Session, version: RuleSetVersion, *, today: date) -> OneVersion:
    """Return a version with its rules, and what is to be said of each."""
    listing = read_listing(session, version, today=today)
    names, spec = read_names(session), SPECS[version.kind]
    describe = Describer(version, names, hides=not may_be_judged(session, version))
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
        **{name: getattr(show_briefly(version), name) for name in RuleVersion.__struct_fields__},
        rules=rules,
        errors=listing.errors,
        warnings=listing.warnings,
    )


def _remark(remark: Remark) -> RemarkItem:
    weight: Literal["error", "warning"] = "error" if remark.weight is Weight.ERROR else "warning"
    return RemarkItem(weight=weight, sentence=remark.sentence)


def show_briefly(version: RuleSetVersion) -> RuleVersion:
    """Return a version as lists show it."""
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
