"""What phones fetch, and how they are answered: noted in memory, written together (docs/decisions/0055)."""
