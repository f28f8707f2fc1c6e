"""Conditions on what is known of a phone: typed fields, rows and trees of them, their text, and what they say."""
