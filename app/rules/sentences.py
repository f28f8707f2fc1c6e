"""How the words of a phone or a person are quoted in a sentence for an administrator."""

_QUOTED_CHARACTERS = 40


def quoted(text: str) -> str:
    """Return at most 40 characters of ``text`` in double quotes, what cannot be printed replaced."""
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in text[:_QUOTED_CHARACTERS])
    more = "…" if len(text) > _QUOTED_CHARACTERS else ""
    return f'"{shown}{more}"'
