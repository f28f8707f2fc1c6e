"""The forms of the five kinds of rules for alarms: what is read, what is refused, and that nothing is lost."""

from datetime import UTC, datetime, timedelta

import pytest

from app.errors import InvalidInputError
from app.models.enums import RuleKind, Severity
from app.rules.alarm_rules.outcomes import Correlate, Flap
from app.rules.rule_kinds import SPECS
from app.rules.rule_kinds.names import Names
from app.rules.rule_kinds.spec import Control

NAMES = Names(destinations={7: "NOC", 8: "On call"})
BEGINS, ENDS = "2026-11-28T20:00", "2026-12-05T06:00+01:00"
ALARM_KINDS = (RuleKind.SUPPRESS, RuleKind.CORRELATE, RuleKind.FLAP, RuleKind.ESCALATE, RuleKind.ROUTE)
FILLED = {
    RuleKind.SUPPRESS: {"begins": [BEGINS], "ends": [ENDS], "reason": ["New switches"]},
    RuleKind.ESCALATE: {
        "step2_severity": ["+1"],
        "step3_destinations": ["noc", "On call"],
        "step3_assigns_to": ["Anna"],
        "hours": ["mon-fri@08:00-18:00"],
        "zone": ["Europe/Berlin"],
        "holidays": ["2026-12-25, 2026-12-24"],
    },
    RuleKind.ROUTE: {"destinations": ["On call"], "group_by": ["site", "alarm"]},
}
SENTENCES = {
    RuleKind.SUPPRESS: "lets nobody be told from 2026-11-28 20:00 to 2026-12-05 05:00 UTC: New switches",
    RuleKind.CORRELATE: (
        "makes one critical alarm of 20 phones, or 25 % of them, of the same site that raise it within 10 minutes"
    ),
    RuleKind.FLAP: "calls 5 changes in 10 minutes flapping, and tells how it stands after 15 quiet minutes",
    RuleKind.ESCALATE: (
        "escalates after 15 minutes; after 30 minutes, raises the severity by 1; after 60 minutes, tells NOC, On call, "
        "assigns it to Anna, counted in mon-fri@08:00-18:00 (Europe/Berlin)"
    ),
    RuleKind.ROUTE: "tells On call when it is raised, it escalates or it is over",
}


def form(kind, **changed):
    """What the form sends as it is shown at first, with what has to be filled in, and changes."""
    values = {field.name: [field.default] for field in SPECS[kind].fields(NAMES) if field.default}
    values |= {field.name: [""] for field in SPECS[kind].fields(NAMES) if field.name not in values}
    return {**values, **FILLED.get(kind, {}), **changed}


@pytest.mark.parametrize("kind", ALARM_KINDS)
def test_what_was_filled_in_is_kept_and_comes_back(kind):
    spec = SPECS[kind]
    kept = spec.read(form(kind), NAMES)

    assert spec.read(spec.values(kept, NAMES), NAMES) == kept
    assert spec.sentence(kept, NAMES) == SENTENCES[kind]
    assert spec.missing(kept, NAMES) == ""
    assert spec.outcome(kept) == spec.outcome(spec.read(spec.values(kept, NAMES), NAMES))


@pytest.mark.parametrize("kind", ALARM_KINDS)
def test_every_choice_begins_with_one_of_its_options(kind):
    for field in SPECS[kind].fields(NAMES):
        if field.control is Control.CHOICE:
            assert field.default in [value for value, _ in field.options], field.name


def test_an_empty_form_means_the_defaults():
    of_site = Correlate()
    assert (
        SPECS[RuleKind.CORRELATE].outcome(SPECS[RuleKind.CORRELATE].read(form(RuleKind.CORRELATE), NAMES))
        == of_site
    )
    assert SPECS[RuleKind.FLAP].outcome(SPECS[RuleKind.FLAP].read({}, NAMES)) == Flap()


def test_weekly_hours_are_open_between_beginning_and_end_only():
    spec = SPECS[RuleKind.SUPPRESS]
    weekly = form(RuleKind.SUPPRESS, when=["weekly"], hours=["sat@22:00-06:00"], zone=["Europe/Berlin"])
    outcome = spec.outcome(spec.read(weekly, NAMES))
    night = datetime(2026, 11, 28, 21, 30, tzinfo=UTC)

    assert outcome.open_until(night) == datetime(2026, 11, 29, 5, tzinfo=UTC)
    assert outcome.open_until(night - timedelta(hours=1)) is None
    assert outcome.open_until(night + timedelta(days=7)) is None


@pytest.mark.parametrize(
    ("kind", "changed", "field", "sentence"),
    [
        (RuleKind.SUPPRESS, {"ends": [BEGINS]}, "ends", "It ends before it begins."),
        (RuleKind.SUPPRESS, {"ends": ["2027-03-01T00:00"]}, "ends", "It lasts longer than 90 days"),
        (RuleKind.SUPPRESS, {"ends": [""]}, "ends", "Say when."),
        (RuleKind.SUPPRESS, {"begins": ["tomorrow"]}, "begins", "Write a date and a time, like"),
        (RuleKind.SUPPRESS, {"when": ["weekly"]}, "hours", "Say in which hours"),
        (RuleKind.SUPPRESS, {"when": ["weekly"], "hours": ["sat 22-6"]}, "hours", "is not a window of time"),
        (RuleKind.SUPPRESS, {"zone": ["Europe/Berlim"]}, "zone", "did you mean Europe/Berlin?"),
        (RuleKind.CORRELATE, {"phones": ["4"]}, "phones", "Write a whole number from 5 to 30,000."),
        (RuleKind.CORRELATE, {"percent": ["101"]}, "percent", "from 1 to 100"),
        (RuleKind.CORRELATE, {"by": ["building"]}, "by", "Choose one of site, tenant"),
        (RuleKind.FLAP, {"changes": ["21"]}, "changes", "from 2 to 20"),
        (RuleKind.ESCALATE, {f"step{each}_after": [""] for each in (1, 2, 3)}, "step1_after", "Say after"),
        (RuleKind.ESCALATE, {"step2_after": ["15"]}, "step2_after", "Each step comes later than the one before it."),
        (RuleKind.ESCALATE, {"holidays": ["Christmas"]}, "holidays", "Write dates like 2026-12-25"),
        (RuleKind.ESCALATE, {"step1_destinations": ["NOK"]}, "step1_destinations", "did you mean NOC?"),
        (RuleKind.ROUTE, {"destinations": [""]}, "destinations", "Choose who is told."),
        (RuleKind.ROUTE, {"on": ["test"]}, "on", '"test" is none of raise'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(kind, changed, field, sentence):
    with pytest.raises(InvalidInputError) as refusal:
        SPECS[kind].read(form(kind, **changed), NAMES)
    assert sentence in refusal.value.by_field[field]


@pytest.mark.parametrize("kind", [RuleKind.ESCALATE, RuleKind.ROUTE])
def test_a_destination_that_is_no_more_is_missed(kind):
    kept = SPECS[kind].read(form(kind), NAMES)
    assert SPECS[kind].missing(kept, Names()) == "A destination that it tells is no more."
    assert "one that is no more" in SPECS[kind].sentence(kept, Names())


@pytest.mark.parametrize(
    ("size", "threshold"), [(4, None), (5, 5), (20, 5), (40, 10), (80, 20), (30_000, 20)]
)
def test_a_quarter_of_a_group_is_an_outage_but_never_fewer_than_five(size, threshold):
    assert Correlate().threshold(size) == threshold
    assert Correlate(percent=None).threshold(size) == (20 if size >= 5 else None)
    assert Correlate(severity=Severity.MAJOR, ends_below=7).end(20) == 7
