"""The form in which a rule is written, as it is typed: without a script, with rows that are not right yet."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as of
from datetime import datetime, tzinfo

from werkzeug.datastructures import MultiDict

from app.errors import InvalidInputError
from app.models import RuleRow
from app.rules import typed_times
from app.rules.conditions.form import Form, find_form
from app.rules.conditions.stored import tree_from_json
from app.rules.conditions.text.parser import parse
from app.rules.conditions.text.printer import as_text
from app.rules.conditions.text.problems import ConditionTextError
from app.rules.conditions.tree import MOST_CONDITIONS, Condition, Node
from app.rules.conditions.vocabulary import Vocabulary

ALL, EXCEPT = "all", "except"
OUTCOME = "outcome."
_MOST_ROWS = MOST_CONDITIONS + 1
_MOST_OUTCOME_VALUES = 500
_LONGEST = 10_000
_value = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,"][^,]*)?)\s*(?:,|$)').match
_escaped = re.compile(r"\\(.)").sub
_needs_quotes = re.compile(r'[,"\\]|^\s|\s$').search


@dataclass(slots=True)
class TypedRow:
    """A row as it is typed, and what is wrong with its parts: field, operator or values."""

    field: str = ""
    operator: str = ""
    values: str = ""
    problems: Mapping[str, str] = of(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was chosen or typed."""
        return not self.field and not self.values.strip()


@dataclass(slots=True)
class TypedRule:
    """A rule as it is typed. Its conditions are ``text`` where ``is_text``, else rows; times are in the page's zone."""

    name: str = ""
    is_enabled: bool = True
    comment: str = ""
    valid_from: str = ""
    valid_until: str = ""
    position: str = ""
    is_text: bool = False
    text: str = ""
    rows: dict[str, list[TypedRow]] = of(default_factory=lambda: {ALL: [TypedRow()], EXCEPT: []})
    outcome: dict[str, list[str]] = of(default_factory=dict)
    problems: dict[str, str] = of(default_factory=dict)
    caret: str = ""

    @property
    def is_right(self) -> bool:
        """Whether nothing was found to be wrong with it."""
        return not self.problems and not any(row.problems for rows in self.rows.values() for row in rows)

    def add_row(self, part: str) -> None:
        """Add an empty row."""
        if part in self.rows and len(self.rows[part]) < _MOST_ROWS:
            self.rows[part].append(TypedRow())

    def remove_row(self, part: str, number: str) -> None:
        """Take a row away."""
        rows = self.rows.get(part, [])
        if number.isascii() and number.isdecimal() and len(number) < 4 and int(number) < len(rows):
            del rows[int(number)]

    def show(self, tree: Node, *, as_form: bool = True) -> None:
        """Write conditions, as rows where they fit into rows, else as text."""
        form = find_form(tree) if as_form else None
        self.is_text = form is None
        self.text = as_text(tree)
        if form is not None:
            self.rows = {ALL: _typed(form.all_of) or [TypedRow()], EXCEPT: _typed(form.except_any_of)}


def typed_in(form: MultiDict[str, str]) -> TypedRule:
    """Return what a form that was sent has."""
    return TypedRule(
        name=form.get("name", ""),
        is_enabled="enabled" in form,
        comment=form.get("comment", ""),
        valid_from=form.get("valid_from", ""),
        valid_until=form.get("valid_until", ""),
        position=form.get("position", "").strip(),
        is_text=form.get("view") == "text",
        text=form.get("text", "").replace("\r\n", "\n"),
        rows={part: list(_rows_in(form, part)) for part in (ALL, EXCEPT)},
        outcome={
            name.removeprefix(OUTCOME): form.getlist(name)[:_MOST_OUTCOME_VALUES]
            for name in form
            if name.startswith(OUTCOME)
        },
    )


def typed_of(row: RuleRow, outcome: Mapping[str, list[str]], zone: tzinfo) -> TypedRule:
    """Return how the form is filled in that says what a rule says."""
    typed = TypedRule(
        name=row.name,
        is_enabled=row.is_enabled,
        comment=row.comment,
        valid_from=_local(row.valid_from, zone),
        valid_until=_local(row.valid_until, zone),
        position=str(row.position),
        outcome=dict(outcome),
    )
    typed.show(tree_from_json(row.conditions))
    return typed


def read_tree(typed: TypedRule, vocabulary: Vocabulary) -> Node | None:
    """Return the conditions, or None; what is wrong with them is noted at the rows, or at the text."""
    if typed.is_text:
        try:
            return parse(typed.text, vocabulary)
        except ConditionTextError as error:
            typed.problems["text"] = str(error)
            typed.caret = error.caret
            return None
    parts = {part: list(_conditions(rows, vocabulary)) for part, rows in typed.rows.items()}
    if any(row.problems for rows in typed.rows.values() for row in rows):
        return None
    return Form(tuple(parts[ALL]), tuple(parts[EXCEPT])).as_tree()


def read_time(typed: TypedRule, name: str, zone: tzinfo) -> datetime | None:
    """Return a time of the form, None where it is left empty; one that cannot be read is noted."""
    text = str(getattr(typed, name)).strip()
    if not text:
        return None
    try:
        return typed_times.read_time(text, zone)
    except ValueError:
        typed.problems[name] = "Choose a day and a time, or leave it empty."
        return None


def values_in(text: str) -> list[str]:
    """Return the values of a row: with commas between them, in quotes where they have one themselves."""
    values, at = [], 0
    while at < len(text):
        found = _value(text, at)
        if found is None:
            values.append(text[at:].strip())
            break
        quoted, bare = found.groups()
        if quoted is not None:
            values.append(_escaped(r"\1", quoted))
        elif bare and bare.strip():
            values.append(bare.strip())
        at = max(found.end(), at + 1)
    return values


def written(values: Sequence[str]) -> str:
    """Return values as a row has them; ``values_in`` reads them back."""
    return ", ".join(
        '"' + value.replace("\\", r"\\").replace('"', r"\"") + '"' if _needs_quotes(value) else value
        for value in values
    )


def _rows_in(form: MultiDict[str, str], part: str) -> Iterator[TypedRow]:
    columns = [form.getlist(f"{part}-{name}")[:_MOST_ROWS] for name in ("field", "operator", "values")]
    for row in zip(*columns, strict=False):
        yield TypedRow(*(text[:_LONGEST] for text in row))


def _conditions(rows: Sequence[TypedRow], vocabulary: Vocabulary) -> Iterator[Condition]:
    for row in rows:
        if row.is_empty:
            continue
        if not row.field:
            row.problems = {"field": "Choose what the row asks for."}
            continue
        try:
            yield vocabulary.condition(row.field, row.operator, values_in(row.values))
        except InvalidInputError as error:
            row.problems = error.by_field or {"values": str(error)}


def _typed(conditions: Sequence[Condition]) -> list[TypedRow]:
    return [TypedRow(each.field, each.operator.value, written(each.values)) for each in conditions]


def _local(at: datetime | None, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if at else ""
