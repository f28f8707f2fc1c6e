"""What the commands `backup` and `restore` do and say."""

import argparse
from pathlib import Path

from app.cli.backup import restoring, taking
from app.cli.backup.container import SHORTEST_PASSPHRASE
from app.errors import InvalidInputError, NotFoundError
from config import Settings


def back_up(settings: Settings, given: argparse.Namespace) -> None:
    """Write a backup, and say what is not in it."""
    passphrase = _passphrase_of(given)
    taking.back_up(settings, given.file, passphrase)
    print(f"{given.file} has the database and the firmware files, as they were a moment ago.")
    if not passphrase:
        print(
            "The key that opens its secrets is NOT in it: keep secret.key of the data folder (or "
            "RINGMASTER_SECRET_KEY) in another safe place, or give a passphrase with --passphrase-file."
        )


def restore(settings: Settings, given: argparse.Namespace) -> None:
    """Restore a backup, and say what is to be done next."""
    head = restoring.restore(settings, given.file, _passphrase_of(given), replaces=given.replace)
    print(f"What {given.file} has of {head.made_at} is restored.")
    if restoring.needs_upgrade(head):
        print("It is of an earlier version: run `python run.py init` before the processes are started.")


def _passphrase_of(given: argparse.Namespace) -> str:
    path: Path | None = given.passphrase_file
    if path is None:
        return ""
    try:
        text = path.read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFoundError(f"The passphrase cannot be read from {path}.") from error
    if len(text) < SHORTEST_PASSPHRASE:
        raise InvalidInputError(f"A passphrase has at least {SHORTEST_PASSPHRASE} characters.")
    return text
