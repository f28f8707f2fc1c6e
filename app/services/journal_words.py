"""How the journal says what was changed of something."""

from collections.abc import Mapping

_LONGEST_VALUE = 60


def changes_between(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Say what differs, field by field: ``site from "Berlin" to "Lyon", language from nothing to "German"``.

    An empty text where nothing does. The fields are named as people call them, and hold no secret.
    """
    return ", ".join(
        f"{name} from {_shown(before[name])} to {_shown(text)}"
        for name, text in after.items()
        if before[name] != text
    )


def _shown(text: str) -> str:
    if not text:
        return "nothing"
    return f'"{text[:_LONGEST_VALUE]}{"…" if len(text) > _LONGEST_VALUE else ""}"'
