"""Events for other systems: read from the logs that are there, told by web hook (docs/decisions/0079)."""
