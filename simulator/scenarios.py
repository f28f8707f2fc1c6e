"""Ready-made choices of options by name."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

SCENARIOS: Mapping[str, Mapping[str, Any]] = {
    "steady": {},
    "storm": {"boot_over": timedelta(0), "concurrency": 500},
    "day": {
        "boot_over": timedelta(seconds=30),
        "period": timedelta(seconds=60),
        "stay": timedelta(minutes=5),
        "away": timedelta(minutes=2),
        "vanish": 0.1,
        "fails_to_register": 0.03,
        "shared_desks": 0.1,
        "alarms_per_hour": 2.0,
    },
}
