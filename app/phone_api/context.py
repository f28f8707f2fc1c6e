"""What an endpoint is given beside the call, and what it leaves behind."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from app.phone_api.known_forms import KnownForms
from app.phone_api.shelf import Shelf
from app.services.provisioning_guard import Guarded


@dataclass(slots=True)
class Context:
    """The time of the answer, the folder of firmware, the forms and files of the batch, and what reports leave behind.

    Of the known phones that were heard the time of the last contact is left to be written. ``strangers`` are phones
    that asked for their files and of which nobody had heard, each with its address. ``guarded`` is what tenants guard,
    ``hosts`` the names that phones are told of this server, once they were asked for.
    """

    now: datetime
    firmware_folder: Path
    forms: KnownForms = field(default_factory=KnownForms)
    shelf: Shelf = field(default_factory=Shelf)
    heard: dict[str, datetime] = field(default_factory=dict)
    guarded: Guarded = field(default_factory=Guarded)
    hosts: frozenset[str] = frozenset()
    strangers: list[tuple[str, str]] = field(default_factory=list)
