"""What must be true after a storm in which processes were killed."""

import json
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import text

from app.models import DeviceStatus
from app.phone_api import keep_alive
from app.phone_api.messages import PhoneRequest
from app.services.reports import Report
from simulator.ledger import Acknowledged
from simulator.phone import Phone
from tests.flows.installation import Installation
from tests.flows.storm import Kill, Storm

LONGEST_LOSS = timedelta(seconds=1)


def check_everything(raging: Storm) -> None:
    """Check what a manager owes its phones after crashes."""
    assert raging.reads.wrong == []
    assert raging.reads.whole > 0
    check_every_acknowledged_report_is_there(raging)
    check_database_is_whole(raging.ringmaster)


def check_every_acknowledged_report_is_there(raging: Storm) -> None:
    """Check each phone's row against its last answered report, or one it sent after that without an answer."""
    acknowledged = raging.acknowledged
    with raging.ringmaster.reading() as session:
        for phone in raging.phones:
            row = session.get_one(DeviceStatus, phone.mac)
            expected = _parsed(acknowledged[phone.mac][-1])
            stored = {name: getattr(row, name) for name in expected.fields}
            assert stored in (expected.fields, _as_said_last(expected, phone))
            assert row.status is expected.status


def longest_loss(raging: Storm) -> timedelta:
    """Return how long before the last kill the oldest contact was answered that the database did not have.

    Only what is certain counts: a contact came after the phone's answer before it, and not after its own.
    """
    assert raging.last_kill is not None
    return max(_loss(raging.last_kill, entries) for entries in raging.acknowledged.values())


def _loss(kill: Kill, entries: Sequence[Acknowledged]) -> timedelta:
    seen_at = kill.seen_at[entries[0].mac]
    lost = (
        kill.at - entry.answered_at for before, entry in pairwise(entries) if before.answered_at > seen_at
    )
    return max(lost, default=timedelta(0))


def check_database_is_whole(ringmaster: Installation) -> None:
    """Let the database check itself: its pages and indexes, and the references between its rows."""
    with ringmaster.reading() as session:
        if session.get_bind().dialect.name == "sqlite":
            assert session.scalars(text("PRAGMA integrity_check")).all() == ["ok"]
            assert not session.execute(text("PRAGMA foreign_key_check")).all()
            return
    with ringmaster.writing() as session:
        session.execute(text("CREATE EXTENSION IF NOT EXISTS amcheck"))
        session.execute(text(_CHECK_INDEXES))


_CHECK_INDEXES = """
SELECT bt_index_check(index.oid, true)
FROM pg_class AS index
JOIN pg_am AS method ON method.oid = index.relam AND method.amname = 'btree'
JOIN pg_namespace AS namespace ON namespace.oid = index.relnamespace AND namespace.nspname = 'public'
WHERE index.relkind = 'i'
"""


def _parsed(entry: Acknowledged) -> Report:
    body = json.dumps(dict(entry.fields)).encode()
    return keep_alive.parse(PhoneRequest("POST", "", {}, body, "127.0.0.1"), {}).report


def _as_said_last(expected: Report, phone: Phone) -> dict[str, str]:
    """Return the fields of the phone's last report, which differs from another by place and person alone."""
    assert phone.user is not None
    place = phone.reporter.words.get("location", phone.user.location)
    person = {
        "user_id": phone.user.id,
        "user_name": phone.user.display_name,
        "phone_number": phone.user.phone_number,
        "sip_proxy": phone.user.sip_proxy,
    }
    return {**expected.fields, **person, "location": place}
