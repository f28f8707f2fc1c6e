"""Tokens of the REST API: how they are written, and what one may be narrowed to."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest

from app.rules import network_lists

MOST_NETWORKS = 20
_PREFIX = "rmt"
_WRITTEN = re.compile(rf"{_PREFIX}_(?P<key_id>[0-9a-f]{{16}})_(?P<secret>[0-9A-Za-z_-]{{43}})")
_KEY_BYTES, _SECRET_BYTES = 8, 32


class Kind(StrEnum):
    """The kinds of resources of the REST API; a token may be narrowed to some of them."""

    TENANTS = "tenants"
    SITES = "sites"
    USERS = "users"
    DEVICES = "devices"
    PHONES = "phones"
    ALARMS = "alarms"
    OPERATIONS = "operations"
    TEMPLATES = "templates"
    PHONE_MODELS = "phone-models"
    PLACEHOLDERS = "placeholders"
    CONFIGURATION = "configuration"
    CONFIGURATION_FILES = "configuration-files"
    FIRMWARE = "firmware"
    RULES = "rules"
    ALARM_DESTINATIONS = "alarm-destinations"
    EVENT_HOOKS = "event-hooks"
    IMPORTS = "imports"
    EXPORTS = "exports"
    SETTINGS = "settings"
    LICENSE = "license"
    JOURNAL = "journal"
    ACCOUNTS = "accounts"
    API_TOKENS = "api-tokens"


@dataclass(frozen=True, slots=True)
class Written:
    """A token as a program sends it, in its two parts: what finds it, and the secret."""

    key_id: str
    secret: str

    @property
    def text(self) -> str:
        """The whole token. What begins like this is found by scanners for secrets in source code."""
        return f"{_PREFIX}_{self.key_id}_{self.secret}"

    @property
    def digest(self) -> str:
        """What is kept of the secret. It has 256 random bits, so a slow hash would protect nothing more."""
        return sha256(self.secret.encode()).hexdigest()

    def fits(self, digest: str) -> bool:
        """Whether the secret is the one of which this was kept."""
        return compare_digest(self.digest, digest)


def invent() -> Written:
    """Return a token that nobody has."""
    return Written(secrets.token_hex(_KEY_BYTES), secrets.token_urlsafe(_SECRET_BYTES))


def parse(text: str) -> Written | None:
    """Return the parts of a token, or None for anything else."""
    found = _WRITTEN.fullmatch(text)
    return Written(**found.groupdict()) if found else None


def read_networks(text: str) -> list[str]:
    """Return the networks of a token as they are kept; raises InvalidInputError."""
    return network_lists.read_networks(text, field="networks", most=MOST_NETWORKS)


def is_taken_from(networks: Sequence[str], address: str) -> bool:
    """Whether a token with these networks is taken from this address; none is any."""
    return not networks or network_lists.has_address(networks, address)
