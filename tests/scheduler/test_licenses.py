"""What schedulers do about licences: imports without room wait, blocked phones are let in, alarms stand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.database import Database
from app.models import Alarm, Device, ImportJob, PhoneUser
from app.models.enums import ImportKind, ImportState, Status
from app.scheduler.candidacy import Candidacy
from app.scheduler.chores import all_chores
from app.scheduler.import_worker import ImportWorker
from app.scheduler.timetable import do_chore
from app.security.tenant_scope import ALL_TENANTS
from app.services.author import Author
from app.services.imports import jobs
from app.transaction import reading, writing
from tests import factories, licensed
from tests.services.reporting import make_report, record

OSCAR = Author("oscar", "10.0.0.9")
NO_ROOM = "The licence is for 1 device, and 0 are there: no room for 2 more."
TABLE = b"Name,Tenant,Device 1 MAC Address\nanna,Acme,00908f000001\nben,Acme,00908f000002\n"


@pytest.fixture(autouse=True)
def _issuer(database: Database) -> Iterator[None]:
    with licensed.trusted(), writing(database, ALL_TENANTS) as session:
        factories.make_tenant(session, "Acme")
    with licensed.trusted():
        yield


def bring(database: Database) -> int:
    """Bring a file of two users with a phone each, and let it be looked at."""
    with writing(database, ALL_TENANTS) as session:
        job = jobs.add(session, ImportKind.USERS, "users.csv", TABLE, author=OSCAR, now=datetime.now(UTC))
    ImportWorker(database).work_off()
    return job.id


def confirm(database: Database, job_id: int) -> tuple[ImportState, str]:
    """Confirm an import, and return what has become of it."""
    with writing(database, ALL_TENANTS) as session:
        jobs.confirm(session, jobs.get(session, job_id, "oscar"), author=OSCAR)
    ImportWorker(database).work_off()
    with reading(database, ALL_TENANTS) as session:
        job = session.get_one(ImportJob, job_id)
        return job.state, job.sentence


def test_an_import_without_room_is_not_written_and_stays_to_be_confirmed(database: Database) -> None:
    with writing(database, ALL_TENANTS) as session:
        licensed.install_current(session, devices="1")
    job_id = bring(database)
    state, sentence = confirm(database, job_id)
    assert (state, sentence) == (
        ImportState.CHECKED,
        f"{NO_ROOM} Install a larger licence, or delete devices that are gone.",
    )
    with reading(database, ALL_TENANTS) as session:
        assert (
            session.scalars(select(func.count()).select_from(PhoneUser).where(~PhoneUser.is_system)).one()
            == 0
        )
    with writing(database, ALL_TENANTS) as session:
        licensed.install_current(session, devices="2")
    assert confirm(database, job_id)[0] is ImportState.DONE


def test_blocked_phones_come_in_and_their_alarm_goes(database: Database) -> None:
    candidacy = Candidacy(database, lasts=timedelta(hours=1))
    candidacy.stand()
    chores = [chore for chore in all_chores() if chore.name in {"licence", "blocked phones"}]
    reports = [make_report(Status.REGISTERED, mac=f"00908f00000{number}", region="Acme") for number in (1, 2)]

    def go_by() -> tuple[int, list[str]]:
        """Let phones report and a minute go by; return how many devices there are, and which alarms stand."""
        with writing(database, ALL_TENANTS) as session:
            record(session, *reports, now=datetime.now(UTC))
        for chore in chores:
            do_chore(chore, database, candidacy)
        with reading(database, ALL_TENANTS) as session:
            active = select(Alarm.name).where(Alarm.cleared_at.is_(None)).order_by(Alarm.name)
            return session.scalars(select(func.count()).select_from(Device)).one(), list(
                session.scalars(active)
            )

    with writing(database, ALL_TENANTS) as session:
        licensed.install_current(session, devices="1")
    assert go_by() == (1, ["Endpoint License Alarm", "Endpoints Blocked"])
    with writing(database, ALL_TENANTS) as session:
        licensed.install_current(session, devices="20")
    assert go_by() == (1, ["Endpoints Blocked"])
    assert go_by() == (2, [])
