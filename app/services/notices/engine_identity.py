"""Who the SNMP engine of this installation is; receivers of version 3 traps are told its id."""

import secrets

from sqlalchemy.orm import Session

from app.database import table_of
from app.models import SnmpIdentity
from app.services import upserts

_THE_ONE = 1
# The enterprise that pysnmp is registered as (20408), and 5: what follows is whatever the administrator chose, which
# is chance (RFC 3411, SnmpEngineID).
_PREFIX = "80004fb805"
_MOST_BOOTS = 2**31 - 1


def engine_id(session: Session) -> str:
    """Return the id in hexadecimal; it is made the first time that somebody asks, in a transaction that may write."""
    return _identity(session).engine_id


def known_engine_id(session: Session) -> str:
    """Return the id in hexadecimal, empty where nobody has needed it yet; only reads."""
    found = session.get(SnmpIdentity, _THE_ONE)
    return found.engine_id if found is not None else ""


def begin(session: Session) -> tuple[str, int]:
    """Note that the engine begins once more; return its id and how often it has."""
    identity = _identity(session)
    identity.boots = min(identity.boots + 1, _MOST_BOOTS)
    session.flush()
    return identity.engine_id, identity.boots


def _identity(session: Session) -> SnmpIdentity:
    found = session.get(SnmpIdentity, _THE_ONE, with_for_update=True)
    if found is None:
        row = {"id": _THE_ONE, "engine_id": f"{_PREFIX}{secrets.token_hex(8)}", "boots": 0}
        upserts.insert_missing(session, table_of(SnmpIdentity), [row])
        found = session.get_one(SnmpIdentity, _THE_ONE, with_for_update=True)
    return found
