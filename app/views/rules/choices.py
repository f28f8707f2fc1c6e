"""What the rows of a rule are chosen from: fields in groups, operators in words, values that are suggested."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from app.rules.conditions.fields import Field
from app.rules.conditions.operators import Operator
from app.rules.conditions.types.choice import Choice
from app.rules.conditions.types.yes_no import NO, YES, YesNo
from app.rules.conditions.vocabulary import Vocabulary
from app.rules.rule_kinds.spec import OutcomeField

_GROUPS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("vendor", "model", "hardware", "oem", "mac", "firmware", "train", "user_agent"), "Phone"
        ),
        **dict.fromkeys(("user", "phone_number", "location"), "User"),
        **dict.fromkeys(
            ("tenant", "site", "url_tenant", "url_site", "subnet_tenant", "subnet_site"), "Place"
        ),
        **dict.fromkeys(("ip", "vlan", "sip_proxy", "via_proxy"), "Network"),
        "now": "Time",
    }
)
_OTHERS = "Alarm"
_ORDER = ("Phone", "User", "Place", "Network", "Time", _OTHERS)

OPERATORS: Mapping[Operator, str] = MappingProxyType(
    {
        Operator.IS: "is",
        Operator.IS_NOT: "is not",
        Operator.IN: "is one of, is in",
        Operator.NOT_IN: "is none of, is not in",
        Operator.LESS: "is less than, is earlier than",
        Operator.AT_MOST: "is at most",
        Operator.MORE: "is more than, is later than",
        Operator.AT_LEAST: "is at least",
        Operator.IN_RANGE: "is between",
        Operator.STARTS_WITH: "begins with",
        Operator.LIKE: "is like",
        Operator.NOT_LIKE: "is not like",
        Operator.IS_SET: "is known",
        Operator.IS_NOT_SET: "is not known",
    }
)
"""Every operator in words, for drop-downs; a script leaves those of the field."""

_HINTS: Mapping[str, str] = MappingProxyType(
    {
        "address": "10.1.0.0/16, 2001:db8::/32",
        "MAC address": "00908F, Polycom",
        "version": "UC_3.4.6.604",
        "window": "mon-fri@08:00-18:00",
        "yes/no": "yes",
        "text": "anna, sales-*",
    }
)


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A field of the drop-down: which operators it has, and what a value of it looks like."""

    name: str
    title: str
    operators: str
    hint: str


def grouped_fields(vocabulary: Vocabulary) -> Sequence[tuple[str, Sequence[FieldChoice]]]:
    """Return the fields of a stage in their groups."""
    groups: dict[str, list[FieldChoice]] = {title: [] for title in _ORDER}
    ordered = [*_GROUPS, *(name for name in vocabulary.fields if name not in _GROUPS)]
    for field in (vocabulary.fields[name] for name in ordered if name in vocabulary.fields):
        groups[_GROUPS.get(field.name, _OTHERS)].append(
            FieldChoice(field.name, field.title, " ".join(field.operators), _hint(field))
        )
    return [(title, fields) for title, fields in groups.items() if fields]


def suggested_values(vocabulary: Vocabulary, field_name: str, words: str) -> Iterator[tuple[str, str]]:
    """Yield the values of a field that have these words, each with a note."""
    field = vocabulary.fields.get(field_name)
    if field is None:
        return
    known = (YES, NO) if isinstance(field.type, YesNo) else getattr(field.type, "known", ())
    yield from _having(((value, "") for value in known), words)


def suggested_options(field: OutcomeField, words: str) -> Iterator[tuple[str, str]]:
    """Yield the options of a field of an outcome that have these words."""
    yield from _having(field.options, words)


def _having(
    options: Iterator[tuple[str, str]] | Sequence[tuple[str, str]], words: str
) -> Iterator[tuple[str, str]]:
    wanted = words.strip().casefold()
    for value, note in options:
        if wanted in value.casefold() or wanted in note.casefold():
            yield value, note


def _hint(field: Field) -> str:
    if isinstance(field.type, Choice):
        return ", ".join(list(field.type.known)[:2])
    return _HINTS.get(field.type.title, "")
