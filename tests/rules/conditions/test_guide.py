"""docs/rules.md says of fields and operators what the registry has."""

from pathlib import Path

import pytest

from app.models.enums import Stage
from app.rules.conditions.fields import FIELDS
from app.rules.conditions.text.parser import parse
from app.rules.conditions.text.problems import ConditionTextError
from app.rules.conditions.types.mac import VENDOR_PREFIXES
from app.rules.conditions.vocabulary import Vocabulary

GUIDE = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    lines = GUIDE.partition(f"\n## {heading}\n")[2].splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[first + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows


def test_every_field_has_its_row() -> None:
    assert table("Fields") == [
        [
            f"`{field.name}`",
            field.type.title,
            field.source,
            field.missing or "-",
            str(field.known_from) + ("" if field.is_of_alarms else ", not of alarms"),
        ]
        for field in FIELDS.values()
    ]


def test_every_type_has_its_operators() -> None:
    expected = {
        field.type.title: " ".join(f"`{each}`" for each in field.type.operators) for field in FIELDS.values()
    }
    assert {title: operators for title, operators, _ in table("Operators")} == expected


def test_every_vendor_of_mac_addresses_is_named() -> None:
    assert f"or a vendor: {', '.join(VENDOR_PREFIXES)} |" in GUIDE


def test_texts_that_are_shown_are_read_and_refused_as_they_say() -> None:
    vocabulary = Vocabulary(Stage.FIRMWARE, {"model": ("405", "445HD", "450HD"), "tenant": ("or",)})
    shown = [block.strip() for block in GUIDE.split("```")[1::2]]

    assert parse(shown[0], vocabulary)
    text, caret, message = shown[1].split("\n")
    with pytest.raises(ConditionTextError) as refusal:
        parse(text, vocabulary)
    assert (refusal.value.caret, str(refusal.value)) == (f"{text}\n{caret}", message)
