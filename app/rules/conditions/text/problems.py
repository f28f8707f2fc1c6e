"""What is wrong with the text of a rule, and where."""

from app.errors import InvalidInputError


class ConditionTextError(InvalidInputError):
    """A text that is no condition; ``position`` is where, counted from 0, and ``reason`` says why."""

    def __init__(self, text: str, position: int, reason: str) -> None:
        super().__init__(f"{place_in(text, position).capitalize()}: {reason}")
        self.position = position
        self.reason = reason
        self._text = text

    @property
    def caret(self) -> str:
        """The line with what is wrong, and under it a caret at the place."""
        line, column = _line_and_column(self._text, self.position)
        wrong = self._text.split("\n")[line - 1]
        indent = "".join("\t" if letter == "\t" else " " for letter in wrong[: column - 1])
        return f"{wrong}\n{indent}^"


def place_in(text: str, position: int) -> str:
    """Return a place in a text as a sentence names it, with its line where there are several."""
    line, column = _line_and_column(text, position)
    return f"line {line}, column {column}" if "\n" in text else f"column {column}"


def _line_and_column(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, position - before.rfind("\n")
