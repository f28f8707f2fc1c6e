"""What an endpoint is given beside the call, and what it leaves behind."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path


@dataclass(slots=True)
class Context:
    """The time of the answer, the folder of firmware, and the phones whose report changed nothing.

    Of those only the time of the last contact is left to be written.
    """

    now: datetime
    firmware_folder: Path
    unchanged: dict[str, datetime] = field(default_factory=dict)
