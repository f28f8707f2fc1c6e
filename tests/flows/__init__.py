"""Whole installations, from the first request to the last; their servers end behind the last test of this folder."""
