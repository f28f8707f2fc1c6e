"""Rows of conditions as people fill them in: what is read, and what is refused with which sentence."""

import pytest

from app.errors import InvalidInputError
from app.models.enums import Stage
from app.rules.conditions.fields import ALARM, FIELDS
from app.rules.conditions.operators import PRESENCE, Operator
from app.rules.conditions.tree import MOST_CONDITIONS, MOST_LEVELS, And, Condition, Node, Not, check_size
from app.rules.conditions.types.choice import Choice
from app.rules.conditions.vocabulary import MOST_VALUES, Vocabulary
from tests.rules.conditions.drawn import VOCABULARY

PLACEMENT = Vocabulary(Stage.PLACEMENT, {"model": ("430HD", "450HD"), "tenant": ("emea",)})


@pytest.mark.parametrize(
    ("field", "operator", "written", "kept"),
    [
        ("model", "in", ["430hd", " 450HD "], ("430HD", "450HD")),
        ("Model", "IN", ["430HD", "430hd"], ("430HD",)),
        ("train", "=", ["uc"], ("UC",)),
        ("ip", "in", [" 10.1.0.0/16", "2001:DB8::/32"], ("10.1.0.0/16", "2001:db8::/32")),
        ("ip", "in", ["10.1.2.3", "2001:DB8::7"], ("10.1.2.3/32", "2001:db8::7/128")),
        ("ip", "not-in", ["10.1.0.0/255.255.0.0", "::ffff:10.2.0.0/112"], ("10.1.0.0/16", "10.2.0.0/16")),
        ("mac", "in", ["00:90:8F", "0", "audiocodes"], ("00908f", "0", "AudioCodes")),
        ("mac", "in", ["00:90:8f:12:34:56"], ("00908f123456",)),
        ("firmware", ">=", [" UC_3.1 "], ("UC_3.1",)),
        ("firmware", "in-range", ["3.1", "3.1"], ("3.1", "3.1")),
        ("firmware", "starts-with", ["UC_3.0"], ("UC_3.0",)),
        ("user", "~", [" sales-* "], ("sales-*",)),
        ("user", "=", ["e\u0301"], ("é",)),
        ("user", "is-not-set", [], ()),
        ("via_proxy", "=", ["YES"], ("yes",)),
        ("now", "in", ["Mon-Fri@08:00-18:00"], ("mon-fri@08:00-18:00",)),
        ("now", "in", ["22:00-06:00"], ("mon-sun@22:00-06:00",)),
        ("now", "in", ["sat-sat@00:00-24:00"], ("sat@00:00-24:00",)),
    ],
)
def test_row_is_read(field: str, operator: str, written: list[str], kept: tuple[str, ...]) -> None:
    condition = VOCABULARY.condition(field, operator, written)

    assert (condition.operator, condition.values) == (operator.lower(), kept)
    assert VOCABULARY.condition(condition.field, condition.operator, condition.values) == condition


@pytest.mark.parametrize(
    ("field", "operator", "values", "part", "sentence"),
    [
        ("modle", "=", ["430HD"], "field", '"modle" is not a field; did you mean model?'),
        ("tenant", "=", ["emea"], "field", (
            '"tenant" is known from the stage template on; a rule of the stage placement cannot ask for it.'
        )),
        ("model", "is", ["430HD"], "operator", '"is" is not an operator; there are =, !=, in, not-in, is-set'),
        ("model", "notin", ["430HD"], "operator", '"notin" is not an operator; did you mean not-in?'),
        ("model", ">", ["430HD"], "operator", (
            '">" cannot be used with model (choice); use =, !=, in, not-in, is-set, is-not-set.'
        )),
        ("mac", "is-set", [], "operator", '"is-set" cannot be used with mac (MAC address); use in, not-in.'),
        ("model", "=", ["451HD"], "values", 'No model is called "451HD"; did you mean 450HD?'),
        ("site", "=", ["Berlin"], "field", '"site" is known from the stage template on'),
        ("url_site", "=", ["Berlin"], "values", 'No site is called "Berlin"; there is none yet.'),
        ("train", "=", ["SIP"], "values", 'No release train is called "SIP"; there are UC, generic.'),
        ("ip", "in", ["10.1.2.3/16"], "values", (
            '"10.1.2.3/16" has bits set beyond its prefix length; did you mean 10.1.0.0/16?'
        )),
        ("ip", "in", ["255.255.0.0/1"], "values", '"255.255.0.0/1" begins with a subnet mask'),
        ("ip", "in", ["somewhere"], "values", '"somewhere" has no prefix length; write the subnet like'),
        ("mac", "in", ["0090.8f12.3456.7"], "values", "is neither 1 to 12 hex digits"),
        ("mac", "in", ["Polycon"], "values", "did you mean Polycom?"),
        ("firmware", ">", ["latest"], "values", '"latest" is not a firmware version; write one like'),
        ("firmware", "in-range", ["3.2", "3.1"], "values", "3.2 is later than 3.1; write the earlier"),
        ("firmware", "in-range", ["3.2"], "values", '"in-range" takes two values, the least and the most.'),
        ("firmware", "starts-with", ["7.4.9c"], "values", '"starts-with" takes numbers alone'),
        ("user", "=", ["  "], "values", "to ask whether there is one, use is-set or is-not-set."),
        ("user", "=", ["x" * 257], "values", "has 257 characters; 256 is the most."),
        ("user", "=", ["a\u202eb"], "values", "a character that cannot be seen; leave it out."),
        ("user", "=", ["anna", "bob"], "values", '"=" takes one value'),
        ("user", "=", [], "values", '"=" needs a value.'),
        ("user", "is-set", ["x"], "values", '"is-set" takes no value; leave it out.'),
        ("via_proxy", "=", ["maybe"], "values", '"maybe" is neither yes nor no'),
        ("now", "in", ["weekdays"], "values", "write it like mon-fri@08:00-18:00 or 22:00-06:00."),
        ("now", "in", ["mon@24:00-12:00"], "values", "days end at 24:00"),
        ("now", "in", ["mon@08:00-24:30"], "values", "days end at 24:00"),
        ("now", "in", ["08:00-08:00"], "values", "write 00:00-24:00 for the whole day."),
        ("ip", "in", [f"10.0.{number}.0/24" for number in range(MOST_VALUES + 1)], "values", "201 values; 200 is"),
    ],
)  # fmt: skip
def test_wrong_row_is_refused_at_its_wrong_part(
    field: str, operator: str, values: list[str], part: str, sentence: str
) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        PLACEMENT.condition(field, operator, values)

    assert sentence in refusal.value.by_field[part]


def test_fields_decided_by_placement_are_asked_by_later_stages_only() -> None:
    assert set(Vocabulary(Stage.TEMPLATE).fields) - set(PLACEMENT.fields) == {"tenant", "site"}
    assert set(Vocabulary(Stage.TEMPLATE).fields) == set(Vocabulary(Stage.FIRMWARE).fields)


def test_fields_of_alarms_are_asked_by_rules_for_alarms_only() -> None:
    of_phones, of_alarms = set(Vocabulary(Stage.FIRMWARE).fields), set(Vocabulary(ALARM).fields)
    assert of_phones | of_alarms == set(FIELDS)
    assert of_phones - of_alarms == {"url_tenant", "url_site", "subnet_tenant", "subnet_site"}
    assert of_alarms - of_phones == {name for name, field in FIELDS.items() if field.known_from == ALARM}


def test_what_may_be_missing_can_be_asked_for() -> None:
    for field in FIELDS.values():
        assert set(PRESENCE).issubset(field.operators) is field.is_optional
    assert {name for name, field in FIELDS.items() if not field.is_optional} == {
        "mac",
        "train",
        "via_proxy",
        "now",
        *("alarm", "severity", "source_kind", "age", "count", "acked", "level", "flapping"),
    }


def test_every_choice_has_a_noun_that_the_vocabulary_fills() -> None:
    nouns = {field.type.noun for field in FIELDS.values() if isinstance(field.type, Choice)}
    assert nouns == {
        *("vendor", "model", "release train", "tenant", "site"),
        *("alarm type", "event type", "cause", "kind of source"),
    }


@pytest.mark.parametrize(
    ("field", "operator", "written", "kept"),
    [
        ("severity", ">=", ["Major"], ("major",)),
        ("severity", "in", ["major", "critical"], ("major", "critical")),
        ("age", ">", ["60m"], ("1h",)),
        ("age", ">", ["90 s"], ("90s",)),
        ("count", ">=", [" 010 "], ("10",)),
        ("alarm", "=", ["ipphone register failure"], ("IPPhone Register Failure",)),
        ("cause", "=", ["keyexpired"], ("keyExpired",)),
    ],
)
def test_row_about_an_alarm_is_read(
    field: str, operator: str, written: list[str], kept: tuple[str, ...]
) -> None:
    condition = VOCABULARY.condition(field, operator, written)

    assert condition.values == kept
    assert VOCABULARY.condition(condition.field, condition.operator, condition.values) == condition


@pytest.mark.parametrize(
    ("field", "operator", "values", "sentence"),
    [
        ("severity", ">=", ["sever"], 'No severity is called "sever"; there are critical, major, minor'),
        ("severity", "=", ["cleared"], 'No severity is called "cleared"'),
        ("age", ">", ["an hour"], '"an hour" is not a length of time; write it like 90s, 15m, 2h or 7d.'),
        ("count", ">", ["many"], '"many" is not a number; write digits alone, like 10.'),
        ("count", ">", ["-1"], '"-1" is not a number'),
        ("url_tenant", "=", ["emea"], '"url_tenant" is known of phones that come, and not of alarms.'),
    ],
)  # fmt: skip
def test_wrong_row_about_an_alarm_is_refused(
    field: str, operator: str, values: list[str], sentence: str
) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        VOCABULARY.condition(field, operator, values)

    assert sentence in "".join(refusal.value.by_field.values())


def test_zero_touch_cannot_ask_for_alarms() -> None:
    with pytest.raises(InvalidInputError) as refusal:
        PLACEMENT.condition("severity", "=", ["major"])

    assert (
        '"severity" is known of alarms; a rule of the stage placement cannot ask'
        in refusal.value.by_field["field"]
    )


@pytest.mark.parametrize(
    ("tree", "sentence"),
    [
        (And((Condition("user", Operator.IS_SET),) * (MOST_CONDITIONS + 1)), "51 conditions; 50 is the most"),
        (None, "more than 20 levels"),
    ],
)
def test_tree_that_nobody_could_read_is_refused(tree: Node | None, sentence: str) -> None:
    nested: Node = Condition("user", Operator.IS_SET)
    for _ in range(MOST_LEVELS):
        nested = Not(nested)
    check_size(nested)

    with pytest.raises(InvalidInputError, match=sentence):
        check_size(tree or Not(nested))
