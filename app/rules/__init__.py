"""Decisions: plain facts and a time in, an answer with its reasons out."""
