"""Writes docs/configuration.md out of what config.py and the system settings say of themselves.

Usage: python -m tools.write_configuration_reference
"""

import dataclasses
from pathlib import Path

from app.services.settings.catalogue import CATALOGUE
from config import PREFIX, Settings

REFERENCE = Path(__file__).parent.parent / "docs" / "configuration.md"

_INTRODUCTION = """# Configuration

<!-- Written by `python -m tools.write_configuration_reference` out of config.py and the catalogue of settings. -->

What decides how Ringmaster starts is read from the environment. A wrong value stops the start with a sentence that
says how to mend it; a variable that begins with `RINGMASTER_` and is no setting is reported and ignored.

"""

_SYSTEM_SETTINGS = """
## System settings

What an administrator changes while Ringmaster runs is kept in the database: `python run.py set NAME VALUE`. Phones
learn what concerns them with the file that is generated next.

"""


def reference() -> str:
    """Return the page."""
    return _INTRODUCTION + _environment() + _SYSTEM_SETTINGS + _system_settings()


def _environment() -> str:
    rows = [
        (f"`{PREFIX}{field.name.upper()}`", field.metadata["meaning"], _shown_default(field))
        for field in dataclasses.fields(Settings)
    ]
    return _table(("variable", "meaning", "default"), rows)


def _shown_default(field: dataclasses.Field[object]) -> str:
    if field.metadata["shown_default"]:
        return str(field.metadata["shown_default"])
    if isinstance(field.default, bool):
        return "`yes`" if field.default else "`no`"
    return f"`{field.default}`"


def _system_settings() -> str:
    rows = [
        (
            f"`{setting.name}`",
            f"{setting.title}. {setting.meaning}",
            f"`{setting.default}`" if setting.default else "empty",
        )
        for setting in CATALOGUE.values()
    ]
    return _table(("name", "meaning", "default"), rows)


def _table(head: tuple[str, str, str], rows: list[tuple[str, str, str]]) -> str:
    lines = [head, ("---", "---", "---"), *rows]
    escaped = ([cell.replace("|", "\\|") for cell in cells] for cells in lines)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in escaped)


if __name__ == "__main__":
    REFERENCE.write_text(reference(), encoding="utf-8")
