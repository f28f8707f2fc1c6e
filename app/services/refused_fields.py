"""A form that is refused at its fields."""

from collections.abc import Mapping

from app.errors import InvalidInputError


class RefusedFieldsError(InvalidInputError):
    """What was typed will not do; ``by_field`` says for each field why, in a sentence."""

    def __init__(self, by_field: Mapping[str, str]) -> None:
        super().__init__(" ".join(by_field.values()))
        self.by_field = by_field
