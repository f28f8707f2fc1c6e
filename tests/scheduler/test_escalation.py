"""A step of an escalation is taken once, whoever takes it and whoever dies over it (rules 5)."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.database import Database
from app.models import Destination, EscalationStep, GroupedNotice
from app.models.enums import DestinationKind, NoticeReason, RuleKind, Severity
from app.security.tenant_scope import ALL_TENANTS
from app.services.alarms import due, recording
from app.transaction import reading, writing
from tests import factories
from tests.factories import NOW
from tests.services.rule_writing import activate
from tests.services.test_alarms import make_alert

ROOT = Path(__file__).parent.parent.parent
LATER = NOW + timedelta(minutes=16)
STEPS = {
    "step1_after": "15",
    "step1_severity": "critical",
    "step1_destinations": "NOC",
    **{f"step{number}_severity": "" for number in (2, 3, 4)},
}


def make_alarms(database: Database, number: int) -> None:
    """Alarms whose first step is due at LATER."""
    with writing(database, ALL_TENANTS) as session:
        session.add(
            Destination(
                name="NOC", kind=DestinationKind.MAIL, settings={}, rate_per_minute=60, created_at=NOW
            )
        )
        session.flush()
        activate(session, RuleKind.ESCALATE, ("", STEPS))
        macs = [factories.make_status(session).mac for _ in range(number)]
        alerts = [make_alert(mac=mac, severity=Severity.MAJOR) for mac in macs]
        recording.record(session, alerts, now=NOW)


def settle(database: Database, _number: int = 0) -> None:
    with writing(database, ALL_TENANTS) as session:
        due.settle(session, due.find_due(session, now=LATER), now=LATER)


def taken(database: Database) -> tuple[int, list[NoticeReason]]:
    """How many steps were taken, and of what somebody is told."""
    with reading(database, ALL_TENANTS) as session:
        steps = session.execute(select(EscalationStep.alarm_id, EscalationStep.step)).all()
        return len(steps), [*session.scalars(select(GroupedNotice.reason))]


@pytest.mark.parametrize("number", [8, pytest.param(2_000, marks=pytest.mark.acceptance)])
def test_four_schedulers_take_each_step_once(database: Database, number: int) -> None:
    make_alarms(database, number)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(settle, [database] * 4))

    assert taken(database) == (number, [NoticeReason.ESCALATE] * number)


def test_a_step_that_was_taken_and_not_committed_is_taken_by_another_once(
    database: Database, database_url: str
) -> None:
    make_alarms(database, 3)
    words = [sys.executable, "-m", "tests.scheduler.escalating_process", database_url, LATER.isoformat()]
    killed = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == b"taken\n"
        killed.kill()
    assert taken(database) == (0, [])

    settle(database)
    settle(database)
    assert taken(database) == (3, [NoticeReason.ESCALATE] * 3)
