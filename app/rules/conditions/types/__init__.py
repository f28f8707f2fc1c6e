"""The types of fields."""
