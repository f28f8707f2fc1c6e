"""Destinations: who is told of alarms, and how each is reached."""
