"""What conditions may speak of in a stage, or of alarms: the fields, and the names there are to choose from."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from app.errors import InvalidInputError
from app.rules.conditions.fields import ALARM, FIELDS, Field, Occasion
from app.rules.conditions.operators import Operator, find_operator, why_wrong_count
from app.rules.conditions.tree import Condition
from app.rules.sentences import quoted
from app.rules.suggestions import did_you_mean

MOST_VALUES = 200


class Vocabulary:
    """The fields of a stage, or those of alarms, each with the names there are at one moment.

    ``names`` are by what a choice is of: model, tenant, site. The errors name the part of a row that is wrong:
    field, operator or values.
    """

    def __init__(self, stage: Occasion, names: Mapping[str, Collection[str]] = MappingProxyType({})) -> None:
        self.stage = stage
        self.fields: Mapping[str, Field] = {
            field.name: field.among(tuple(names.get(_noun(field), ()))) if _noun(field) in names else field
            for field in FIELDS.values()
            if field.is_known_on(stage)
        }

    def field(self, name: str) -> Field:
        """Return the field of that name, or raise InvalidInputError."""
        found = self.fields.get(name.strip().casefold())
        if found is not None:
            return found
        later = FIELDS.get(name.strip().casefold())
        if later is not None:
            raise InvalidInputError(_why_unknown(later, self.stage), field="field")
        sentence = f"{quoted(name)} is not a field; {did_you_mean(name, self.fields)}"
        raise InvalidInputError(sentence, field="field")

    def operator(self, field: Field, word: str) -> Operator:
        """Return the operator that is written so, or raise InvalidInputError for one that the field has not."""
        operator = find_operator(word)
        if operator is None:
            sentence = f"{quoted(word)} is not an operator; {did_you_mean(word, field.operators)}"
            raise InvalidInputError(sentence, field="operator")
        if operator not in field.operators:
            usable = ", ".join(field.operators)
            raise InvalidInputError(
                f'"{operator}" cannot be used with {field.name} ({field.type.title}); use {usable}.',
                field="operator",
            )
        return operator

    def condition(self, field_name: str, operator_word: str, values: Sequence[str] = ()) -> Condition:
        """Return the condition of a row, or raise InvalidInputError with what is wrong with it."""
        field = self.field(field_name)
        operator = self.operator(field, operator_word)
        read = [read_value(field, value) for value in values]
        return checked(field, operator, read)


def read_value(field: Field, text: str) -> str:
    """Return a value of a field in its one form, or raise InvalidInputError."""
    try:
        return field.type.read(text)
    except InvalidInputError as error:
        raise InvalidInputError(str(error), field="values") from error


def checked(field: Field, operator: Operator, values: Sequence[str]) -> Condition:
    """Return the condition of values that were read one by one, or raise InvalidInputError; each is there once."""
    wrong = why_wrong_count(operator, len(values))
    if not wrong and len(values) > MOST_VALUES:
        wrong = f"The row has {len(values)} values; {MOST_VALUES} is the most."
    if wrong:
        raise InvalidInputError(wrong, field="values")
    try:
        field.type.check(operator, values)
    except InvalidInputError as error:
        raise InvalidInputError(str(error), field="values") from error
    kept = tuple(values) if operator is Operator.IN_RANGE else tuple(dict.fromkeys(values))
    return Condition(field.name, operator, kept)


def _why_unknown(field: Field, occasion: Occasion) -> str:
    if occasion == ALARM:
        return f'"{field.name}" is known of phones that come, and not of alarms.'
    if field.known_from == ALARM:
        return f'"{field.name}" is known of alarms; a rule of the stage {occasion} cannot ask for it.'
    return (
        f'"{field.name}" is known from the stage {field.known_from} on; '
        f"a rule of the stage {occasion} cannot ask for it."
    )


def _noun(field: Field) -> str:
    return str(getattr(field.type, "noun", ""))
