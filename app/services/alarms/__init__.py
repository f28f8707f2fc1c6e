"""Alarms and events: one active row for each source and kind, what happens to it, and what it leaves (manual 6.4)."""
