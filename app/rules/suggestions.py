"""What somebody probably meant who wrote a word that is not known."""

from collections.abc import Collection
from difflib import get_close_matches

_MOST_LISTED = 12
_LEAST_LIKENESS = 0.6


def nearest(word: str, known: Collection[str]) -> str | None:
    """Return the known word that is most like this one without regard to case, or None if none is."""
    by_folded = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), by_folded, n=1, cutoff=_LEAST_LIKENESS)
    return by_folded[found[0]] if found else None


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return the end of a sentence: the nearest known word as a question, else those that there are."""
    likely = nearest(word, known)
    if likely is not None:
        return f"did you mean {likely}?"
    if not known:
        return "there is none yet."
    listed = ", ".join(list(known)[:_MOST_LISTED])
    return f"there are {listed}" + (" and others." if len(known) > _MOST_LISTED else ".")
