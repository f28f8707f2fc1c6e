"""Backup and restore of an installation: its database, its firmware and, where a passphrase guards it, its key."""
