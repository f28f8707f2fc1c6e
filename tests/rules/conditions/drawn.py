"""Conditions, trees and facts drawn by Hypothesis, from few values so that they often meet."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network
from typing import Any

from hypothesis import strategies as st

from app.rules.conditions.fields import ALARM, FIELDS
from app.rules.conditions.form import Form
from app.rules.conditions.operators import PRESENCE, Operator
from app.rules.conditions.tree import And, Condition, Node, Not, Or, parts_of
from app.rules.conditions.truth import Truth
from app.rules.conditions.types.mac import VENDOR_PREFIXES
from app.rules.conditions.vocabulary import Vocabulary
from app.rules.user_agents import VENDORS

MODELS = ("405", "430HD", "450HD")
TENANTS = ("emea", "Acme & Co", "or")
SITES = ("Berlin", "Berlin HQ", "(none)")
VOCABULARY = Vocabulary(ALARM, {"model": MODELS, "tenant": TENANTS, "site": SITES})

_NETWORKS = (
    "0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32", "10.1.2.128/25", "255.255.255.255/32",
    "::/0", "2001:db8::/32", "2001:db8:1::/48", "ffff::/16",
)  # fmt: skip
_ADDRESSES = (
    "0.0.0.0",
    "10.1.2.3",
    "10.1.2.200",
    "10.2.0.0",
    "255.255.255.255",
    "::1",
    "2001:db8:1::7",
    "2001:db8::",
)
_MACS = ("0", "00", "00908f", "00908f1", "00908f123456", "0004f2", "ff", "AudioCodes", "Polycom")
_WHOLE_MACS = ("00908f123456", "00908f000000", "0004f2abcdef", "482567164887", "ffffffffffff", "000000000000")
_VERSIONS = (
    "UC_3.1",
    "UC_3.1.0.478",
    "3.1.1",
    "3.2",
    "2.2.9",
    "2.2.16",
    "7.4.9",
    "7.4.9c",
    "2.0.0_build_15",
    "3.0.7",
)
_PREFIXES = ("UC_3", "3.0", "2.2", "UC_3.1.0", "7.4.9")
_TEXTS = (
    "anna",
    "Anna",
    "sales-anna",
    "sales-*",
    "a?",
    "x y",
    'say "hi"',
    "back\\slash",
    "and",
    "in",
    "a,b",
    "ß",
    "é",
)
_PATTERNS = ("*", "a*", "*a", "*a*", "sales-*", "?nna", "a?", "a*a", "ann?", "*-*", "?*", "SS")
_WINDOWS = (
    "mon-fri@08:00-18:00", "mon-sun@22:00-06:00", "sun@23:00-01:00", "sat-sun@00:00-24:00", "fri-mon@12:00-12:30",
)  # fmt: skip
_DURATIONS = ("0s", "90s", "15m", "900s", "2h", "7d")
_NUMBERS = ("0", "1", "3", "10", "007")
_WORST_LAST = ("info", "warning", "minor", "major", "critical")
_A_MONDAY = datetime.fromisoformat("2026-11-23")

_VALUES: Mapping[str, Sequence[str]] = {
    "vendor": VENDORS[:3],
    "model": MODELS,
    "release train": ("UC", "generic"),
    "tenant": TENANTS,
    "site": SITES,
    "address": _NETWORKS,
    "MAC address": _MACS,
    "version": _VERSIONS,
    "yes/no": ("yes", "no"),
    "window": _WINDOWS,
    "severity": _WORST_LAST,
    "duration": _DURATIONS,
    "number": _NUMBERS,
}

ONE_OF_EACH_TYPE = (
    "model",
    "train",
    "ip",
    "mac",
    "firmware",
    "user",
    "via_proxy",
    "now",
    "severity",
    "age",
    "count",
)


def _kind(name: str) -> str:
    return str(getattr(FIELDS[name].type, "noun", FIELDS[name].type.title))


def _values(name: str, operator: Operator) -> st.SearchStrategy[list[str]]:
    if operator in PRESENCE:
        return st.just([])
    if operator is Operator.IN_RANGE:
        pairs = [["2.2.9", "2.2.16"], ["UC_3.1", "3.2"], ["3.1", "UC_3.1.0.0"], ["2.0.0", "7.4.9c"]]
        return st.sampled_from(pairs)
    if operator is Operator.STARTS_WITH:
        return st.sampled_from(_PREFIXES).map(lambda value: [value])
    if _kind(name) == "text":
        pool = _PATTERNS if operator in (Operator.LIKE, Operator.NOT_LIKE) else _TEXTS
    else:
        pool = _VALUES[_kind(name)]
    takes_many = operator in (Operator.IN, Operator.NOT_IN, Operator.LIKE, Operator.NOT_LIKE)
    return st.lists(st.sampled_from(pool), min_size=1, max_size=3 if takes_many else 1)


@st.composite
def conditions(draw: st.DrawFn, names: Sequence[str] = ONE_OF_EACH_TYPE) -> Condition:
    """One condition, read as a row of a form is."""
    name = draw(st.sampled_from(names))
    operator = draw(st.sampled_from(FIELDS[name].operators))
    return VOCABULARY.condition(name, operator, draw(_values(name, operator)))


def trees(names: Sequence[str] = ONE_OF_EACH_TYPE) -> st.SearchStrategy[Node]:
    """Any tree that a text can have."""

    def joined(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        several = st.lists(parts, min_size=2, max_size=3).map(tuple)
        return several.map(And) | several.map(Or) | parts.map(Not)

    return st.recursive(conditions(names), joined, max_leaves=8)


def forms(names: Sequence[str] = ONE_OF_EACH_TYPE) -> st.SearchStrategy[Form]:
    """Any form, without rows too."""
    rows = st.lists(conditions(names), max_size=4).map(tuple)
    return st.builds(Form, rows, rows)


_MEASURED = {
    "duration": st.integers(0, 10_000).map("{}s".format),
    "number": st.integers(0, 12).map(str),
    "severity": st.sampled_from(_WORST_LAST),
}


def facts(name: str) -> st.SearchStrategy[str | None]:
    """A fact of a field as a phone has it, not known where that may be."""
    kind = _kind(name)
    known: st.SearchStrategy[str]
    if kind == "text":
        known = st.sampled_from(_TEXTS) | st.text("an-sle xß", min_size=1, max_size=6)
    elif kind == "address":
        known = st.sampled_from(_ADDRESSES) | st.ip_addresses().map(str)
    elif kind == "MAC address":
        known = st.sampled_from(_WHOLE_MACS) | st.from_regex("[0-9a-f]{12}", fullmatch=True)
    elif kind == "version":
        numbers = st.lists(st.integers(0, 16), min_size=2, max_size=4).filter(any)
        known = st.sampled_from(_VERSIONS) | numbers.map(lambda row: ".".join(map(str, row)))
    elif kind == "window":
        minutes = st.integers(0, 7 * 24 * 60 - 1)
        known = minutes.map(lambda minute: (_A_MONDAY + timedelta(minutes=minute)).isoformat())
    elif kind in _MEASURED:
        known = _MEASURED[kind]
    else:
        known = st.sampled_from(_VALUES[kind])
        if kind not in ("yes/no", "release train"):
            known |= st.just("something else")
    return known | st.none() if FIELDS[name].is_optional else known


def phones(names: Sequence[str] = ONE_OF_EACH_TYPE) -> st.SearchStrategy[dict[str, str | None]]:
    """The facts of a phone."""
    return st.fixed_dictionaries({name: facts(name) for name in names})


def plainly(node: Node, phone: Mapping[str, str | None]) -> Truth:
    """What a tree says of a phone, worked out the long way from what the words mean."""
    if isinstance(node, Condition):
        return _condition_plainly(node, phone[node.field])
    answers = [plainly(part, phone) for part in parts_of(node)]
    if isinstance(node, Not):
        return None if answers[0] is None else not answers[0]
    certain = isinstance(node, Or)
    if certain in answers:
        return certain
    return None if None in answers else not certain


def _condition_plainly(condition: Condition, fact: str | None) -> Truth:
    operator, values = condition.operator, condition.values
    if operator is Operator.IS_SET:
        return fact is not None
    if operator is Operator.IS_NOT_SET:
        return fact is None
    if fact is None:
        return None
    kind = _kind(condition.field)
    if kind == "version":
        return _version_plainly(operator, fact, values)
    if kind in _MEASURES:
        return _measured_plainly(operator, *(_MEASURES[kind](each) for each in (fact, *values)))
    affirmed = any(_equals(kind, operator, fact, value) for value in values)
    return affirmed is (operator in (Operator.IS, Operator.IN, Operator.LIKE))


_MEASURES: Mapping[str, Any] = {
    "number": int,
    "severity": _WORST_LAST.index,
    "duration": lambda text: int(text[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[text[-1]],
}


def _measured_plainly(operator: Operator, found: int, *wanted: int) -> bool:
    answers: dict[Operator, Any] = {
        Operator.IS: found in wanted,
        Operator.IS_NOT: found not in wanted,
        Operator.IN: found in wanted,
        Operator.NOT_IN: found not in wanted,
        Operator.LESS: found < wanted[0],
        Operator.AT_MOST: found <= wanted[0],
        Operator.MORE: found > wanted[0],
        Operator.AT_LEAST: found >= wanted[0],
    }
    return bool(answers[operator])


def _equals(kind: str, operator: Operator, fact: str, value: str) -> bool:
    if kind == "address":
        address, network = ip_address(fact), ip_network(value)
        mapped = getattr(address, "ipv4_mapped", None)
        return (mapped or address) in network
    if kind == "MAC address":
        return any(fact.startswith(prefix) for prefix in VENDOR_PREFIXES.get(value, (value,)))
    if kind == "window":
        return _is_within(datetime.fromisoformat(fact), value)
    if operator in (Operator.LIKE, Operator.NOT_LIKE):
        return fnmatchcase(fact.casefold(), value.casefold())
    return fact.casefold() == value.casefold()


def _is_within(at: datetime, window: str) -> bool:
    """Whether a window that begins on one of the last eight days has this minute."""
    names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    days, _, hours = window.partition("@")
    first, _, last = days.partition("-")
    day, chosen = names.index(first), {first}
    while names[day % 7] != (last or first):
        day += 1
        chosen.add(names[day % 7])
    begin, end = (int(hour[:2]) * 60 + int(hour[3:]) for hour in hours.split("-"))
    for back in range(8):
        midnight = at.replace(hour=0, minute=0) - timedelta(days=back)
        if names[midnight.weekday()] in chosen:
            since = (at - midnight) // timedelta(minutes=1)
            if begin <= since < (end if end > begin else end + 24 * 60):
                return True
    return False


def _version_plainly(operator: Operator, fact: str, values: Sequence[str]) -> bool:
    found, wanted = _padded(fact), [_padded(value) for value in values]
    if operator is Operator.STARTS_WITH:
        numbers = values[0].removeprefix("UC_").split(".")
        return found[0][: len(numbers)] == [int(number) for number in numbers]
    answers: dict[Operator, Any] = {
        Operator.IS: found == wanted[0],
        Operator.IS_NOT: found != wanted[0],
        Operator.LESS: found < wanted[0],
        Operator.AT_MOST: found <= wanted[0],
        Operator.MORE: found > wanted[0],
        Operator.AT_LEAST: found >= wanted[0],
        Operator.IN_RANGE: wanted[0] <= found <= wanted[-1],
    }
    return bool(answers[operator])


def _padded(version: str) -> tuple[list[int], str, int]:
    text, _, build = version.removeprefix("UC_").partition("_build_")
    letter = text[-1] if text[-1].isalpha() else ""
    numbers = [int(number) for number in text.rstrip("abcdefghijklmnopqrstuvwxyz").split(".")]
    return numbers + [0] * (8 - len(numbers)), letter, int(build or 0)
