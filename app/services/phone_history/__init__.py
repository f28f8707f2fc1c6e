"""The history of phones: written where something changes about one, read on its page (docs/decisions/0055)."""
