"""The values of placeholders: who has which, what they are without them, and how they are changed (manual 9.4.5)."""
