"""Names of people, lines and phones as they are typed: any script, one coding of each letter, nothing hidden."""

from unicodedata import category, normalize

from app.errors import InvalidInputError

# They turn letters around that were written the other way: a name would be read as another one.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Persian and the scripts of India need them to write some words at all.
_JOINERS = frozenset("\u200c\u200d")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def normal(text: str) -> str:
    """Return a name as it is kept: composed (NFC), without blanks around it."""
    return normalize("NFC", text).strip()


def hidden_character(text: str) -> str:
    """Return the first character that cannot be seen in a name, or an empty text where there is none."""
    if text.isprintable() and text.isascii():
        return ""
    return next((letter for letter in text if category(letter) in _HIDDEN and letter not in _JOINERS), "")


def checked_name(text: str, what: str, most: int) -> str:
    """Return a name as it is kept, or raise InvalidInputError with what is wrong with it; it may be empty."""
    name = normal(text)
    if len(name) > most:
        raise InvalidInputError(f"The {what} has {len(name)} characters; {most} is the most.")
    check_is_visible(name, what)
    return name


def check_is_visible(text: str, what: str) -> None:
    """Raise InvalidInputError where a text has a character that cannot be seen; the sentence says which."""
    hidden = hidden_character(text)
    if not hidden:
        return
    if hidden in _TURNING:
        kind = "a character that turns the direction of writing"
    else:
        kind = "a control character" if category(hidden) == "Cc" else "a character that cannot be seen"
    raise InvalidInputError(f"The {what} has {kind} (U+{ord(hidden):04X}); leave it out.")
