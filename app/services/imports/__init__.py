"""Imports: files of users and configurations that are looked at first, then written whole or not at all."""
