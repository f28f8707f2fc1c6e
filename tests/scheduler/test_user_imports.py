"""Imports of users from end to end: what is shown, what is written, what is taken back, and who may be in between."""

import csv
import io
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, event, func, select
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import ConflictError, NotFoundError
from app.models import (
    ConfigFile,
    Device,
    DeviceStatus,
    ImportFile,
    ImportJob,
    ImportRow,
    JournalEntry,
    PhoneUser,
    Tenant,
)
from app.models.enums import Approval, ImportKind, ImportState, Origin, Verdict, VlanMode
from app.rendering.csv_lines import reversible_line
from app.rendering.secret_parameters import MASK
from app.scheduler.import_worker import ImportWorker
from app.security.tenant_scope import ALL_TENANTS, TenantScope, only_tenants
from app.services import config_files, tenancy, user_export
from app.services.author import Author
from app.services.imports import jobs, rows, user_write
from app.transaction import reading, writing
from tests.factories import TEMPLATE, make_device, make_site, make_status, make_tenant, make_user

PATIENCE_SECONDS = 30


OSCAR = Author("oscar", "10.0.0.9")


def now() -> datetime:
    return datetime.now(UTC)


def table(*people: Mapping[str, str]) -> bytes:
    """Return a table of these rows, its columns those that they have."""
    columns = list(dict.fromkeys(name for person in people for name in person))
    return "".join(
        reversible_line(cells)
        for cells in (columns, *([person.get(name, "") for name in columns] for person in people))
    ).encode()


def person(name: str, *macs: str, tenant: str = "Acme", **cells: str) -> dict[str, str]:
    found = {"Name": name, "Tenant": tenant, **{name.replace("_", " "): text for name, text in cells.items()}}
    return found | {f"Device {number} MAC Address": mac for number, mac in enumerate(macs, start=1)}


@pytest.fixture
def acme(database: Database) -> int:
    with writing(database, ALL_TENANTS) as session:
        return make_tenant(session, "Acme").id


def bring(database: Database, content: bytes, scope: TenantScope = ALL_TENANTS) -> int:
    """Bring a file, let it be looked at, and return its job."""
    with writing(database, scope) as session:
        job_id = jobs.add(session, ImportKind.USERS, "users.csv", content, author=OSCAR, now=now()).id
    ImportWorker(database).work_off()
    return job_id


def confirm(database: Database, job_id: int, scope: TenantScope = ALL_TENANTS) -> ImportState:
    with writing(database, scope) as session:
        jobs.confirm(session, jobs.get(session, job_id, "oscar"), author=OSCAR)
    ImportWorker(database).work_off()
    return job_of(database, job_id).state


def undo(database: Database, job_id: int) -> ImportState:
    with writing(database, ALL_TENANTS) as session:
        jobs.undo(session, jobs.get(session, job_id, "oscar"), author=OSCAR, now=now())
    ImportWorker(database).work_off()
    return job_of(database, job_id).state


def job_of(database: Database, job_id: int) -> ImportJob:
    with reading(database, ALL_TENANTS) as session:
        return session.get_one(ImportJob, job_id)


def rows_of(database: Database, job_id: int) -> list[tuple[Verdict, str]]:
    with reading(database, ALL_TENANTS) as session:
        found = select(ImportRow.verdict, ImportRow.reason).where(ImportRow.job_id == job_id)
        return [(verdict, reason) for verdict, reason in session.execute(found.order_by(ImportRow.line))]


def count(database: Database, model: type[object], *conditions: object) -> int:
    with reading(database, ALL_TENANTS) as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def device_of(session: Session, mac: str) -> Device:
    return session.scalars(select(Device).where(Device.mac == mac)).one()


def test_what_is_new_is_shown_then_written_with_files_for_the_phones(database: Database, acme: int):
    content = table(
        person(
            "anna@acme.com", "00:90:8F:00:00:01", "00908f000002", Password="=secret", Display_Name="Anna",
            Device_1_IP_Phone_Model=TEMPLATE.upper(), Device_1_Language="german", Device_1_VLAN_Mode="Manual",
            Device_1_VLAN_ID="7", Device_1_Display_Name="Desk", Device_1_Serial_Number="SN1",
        ),
        person("bob"),
    )  # fmt: skip
    job_id = bring(database, content)
    job = job_of(database, job_id)
    assert (job.state, job.counts) == (
        ImportState.CHECKED,
        {"new": 2, "users": 2, "devices": 2, "by_tenant": {str(acme): [2, 2, 0]}, "unknown": []},
    )
    assert count(database, PhoneUser, ~PhoneUser.is_system) == 0
    assert confirm(database, job_id) is ImportState.DONE
    with reading(database, ALL_TENANTS) as session:
        anna = session.scalars(select(PhoneUser).where(PhoneUser.name_key == "anna@acme.com")).one()
        assert (anna.password, anna.display_name, anna.tenant_id) == ("=secret", "Anna", acme)
        desk, other = device_of(session, "00908f000001"), device_of(session, "00908f000002")
        assert (desk.phone_user_id, other.phone_user_id) == (anna.id, anna.id)
        assert (desk.display_name, desk.serial_number, desk.language) == ("Desk", "SN1", "German")
        assert (desk.vlan_mode, desk.vlan_id, desk.origin) == (VlanMode.MANUAL, 7, Origin.IMPORTED)
        assert desk.template is not None
        assert desk.phone_model_id == desk.template.phone_model_id
        assert (desk.site.name, other.template_id) == ("AutoDetection", None)
        file = config_files.find(session, "00908f000001.cfg")
        assert file is not None
        assert "anna@acme.com" in config_files.text_of(file)
        entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "users imported")).one()
        assert entry.text == "oscar imported 2 users and 2 devices from users.csv."
        assert (entry.tenant_id, entry.address) == (acme, "10.0.0.9")
    assert count(database, ImportFile) == 0


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_an_earlier_version_looked_at_is_looked_at_again(database: Database, acme: int):
    job_id = bring(database, table(person("anna", "00908f000001")))
    with writing(database, ALL_TENANTS) as session:
        session.get_one(ImportJob, job_id).counts = {"new": 1, "users": 1, "devices": 1, "unknown": []}
    assert confirm(database, job_id) is ImportState.CHECKED
    assert confirm(database, job_id) is ImportState.DONE
    assert count(database, Device) == 1


def test_where_nobody_is_in_sight_a_device_of_another_tenant_is_seen(database: Database, acme: int):
    with writing(database, ALL_TENANTS) as session:
        make_device(session, mac="00908f000009", tenant=make_tenant(session, "Globex"))
    job_id = bring(database, table(person("carl", "00908f000009")), only_tenants([acme]))
    ((verdict, reason),) = rows_of(database, job_id)
    assert (verdict, "already, of a tenant that your account does not see" in reason) == (Verdict.ERROR, True)


def test_who_comes_while_the_first_file_waits_is_noticed_when_it_is_written(database: Database, acme: int):
    job_id = bring(database, table(person("anna"), person("bob", "00908f000001")))
    with writing(database, ALL_TENANTS) as session:
        make_user(session, "anna", tenant=session.get_one(Tenant, acme))
    assert confirm(database, job_id) is ImportState.CHECKED
    assert [verdict for verdict, _ in rows_of(database, job_id)] == [Verdict.UNCHANGED, Verdict.NEW]
    assert confirm(database, job_id) is ImportState.DONE


def test_every_row_has_its_verdict_and_what_is_wrong_is_said(database: Database, acme: int):
    with writing(database, ALL_TENANTS) as session:
        anna = make_user(session, "anna", password="old", display_name="Anna")
        make_device(session, mac="00908f000001", phone_user=anna, display_name="Desk")
        make_device(session, mac="00908f000002", phone_user=anna)
        globex = make_tenant(session, "Globex")
        make_device(session, mac="00908f000009", tenant=globex)
    job_id = bring(
        database,
        table(
            person("ANNA", "00908f000001", Display_Name="Anna"),
            person("anna "),
            person("bob", "00908f000002"),
            person("carl", "00908f000009"),
            person("dora", tenant="Nowhere"),
            person("emil", "00908f000005", Device_1_IP_Phone_Model="Nothing"),
            person("fred", "00908f000006", Device_1_Language="Klingon"),
            person("gina", "00908f000007", Device_1_VLAN_ID="4097"),
            person("hans", "00908f000008", Device_1_VLAN_Mode="sometimes"),
            person("ilse", "00908f00000a", Device_1_Site="Moon"),
            person("jens", Password=MASK),
            person("system"),
            person("", tenant="Acme"),
            person("x" * 200),
            person("kurt", "00908f00000b"),
            person("lena", "00908f00000b"),
            person("mona", "00908f00000c", Device_1_Display_Name="d" * 201),
            person("zoe", "00908f00000d"),
        ),
    )
    found = rows_of(database, job_id)
    wanted = [
        (Verdict.UNCHANGED, ""),
        (Verdict.ERROR, "The user stands in line 2 already"),
        (Verdict.ERROR, "The phone 00908f000002 is anna's already."),
        (Verdict.ERROR, "is a device of another tenant already"),
        (Verdict.ERROR, 'There is no tenant "Nowhere".'),
        (Verdict.ERROR, 'There is no template "Nothing".'),
        (Verdict.ERROR, 'There is no language "Klingon".'),
        (Verdict.ERROR, '"4097" is no VLAN ID; write a whole number from 0 to 4096.'),
        (Verdict.ERROR, '"sometimes" is no VLAN mode'),
        (Verdict.ERROR, 'There is no site "Moon of Acme".'),
        (Verdict.ERROR, "The password is masked"),
        (Verdict.ERROR, "is what phones call themselves"),
        (Verdict.ERROR, "The row has no name."),
        (Verdict.ERROR, "The name has 200 characters; 128 is the most."),
        (Verdict.NEW, ""),
        (Verdict.ERROR, "The phone 00908f00000b stands in line 16 already."),
        (Verdict.ERROR, "has 201 characters"),
        (Verdict.NEW, ""),
    ]
    assert [verdict for verdict, _ in found] == [verdict for verdict, _ in wanted]
    for (_, reason), (_, words) in zip(found, wanted, strict=True):
        assert words in reason
    unknown = {(what, name) for what, name, _ in job_of(database, job_id).counts["unknown"]}
    assert unknown == {
        ("tenant", "Nowhere"),
        ("template", "Nothing"),
        ("language", "Klingon"),
        ("site", "Moon of Acme"),
    }
    assert confirm(database, job_id) is ImportState.DONE
    assert count(database, PhoneUser, PhoneUser.name_key.in_(["kurt", "zoe", "lena"])) == 2


def test_what_exists_with_other_values_stays_and_says_how_it_differs(database: Database, acme: int):
    with writing(database, ALL_TENANTS) as session:
        anna = make_user(session, "anna", password="old", display_name="Anna")
        make_device(session, mac="00908f000001", phone_user=anna, display_name="Desk")
    content = table(
        person("anna", "00908f000001", Display_Name="Ann", Password="new", Device_1_Serial_Number="SN9")
    )
    job_id = bring(database, content)
    ((verdict, reason),) = rows_of(database, job_id)
    assert verdict is Verdict.EXISTS
    assert reason == (
        'Stays as it is: the display name is "Anna"; the password is another one; '
        "00908f000001 has another serial number."
    )
    with writing(database, ALL_TENANTS) as session, pytest.raises(ConflictError, match="nothing to import"):
        jobs.confirm(session, jobs.get(session, job_id, "oscar"), author=OSCAR)


def test_a_user_that_is_there_gets_a_further_phone_and_a_device_without_user_gets_one(
    database: Database, acme: int
):
    with writing(database, ALL_TENANTS) as session:
        anna = make_user(session, "anna")
        make_device(session, mac="00908f000001", phone_user=anna)
        make_device(session, mac="00908f000003", phone_user=None)
    job_id = bring(
        database,
        table(person("anna", "00908f000001", "00908f000002"), person("bob", "00908f000003", Password="x")),
    )
    assert rows_of(database, job_id) == [
        (Verdict.NEW, "The user is there, and gets 1 phone."),
        (Verdict.NEW, "A device without user gets this one: 00908f000003."),
    ]
    assert confirm(database, job_id) is ImportState.DONE
    with reading(database, ALL_TENANTS) as session:
        assert device_of(session, "00908f000002").phone_user.name == "anna"
        given = device_of(session, "00908f000003")
        assert given.phone_user.name == "bob"
        file = config_files.find(session, "00908f000003.cfg")
        assert file is not None
        assert "bob" in config_files.text_of(file)
    assert undo(database, job_id) is ImportState.UNDONE
    with reading(database, ALL_TENANTS) as session:
        assert device_of(session, "00908f000003").phone_user is None
        assert device_of(session, "00908f000001").phone_user.name == "anna"
    assert count(database, Device, Device.mac == "00908f000002") == 0
    assert count(database, PhoneUser, PhoneUser.name_key == "bob") == 0


def test_a_phone_that_waits_becomes_the_device_of_its_row_and_waits_again_after_undo(
    database: Database, acme: int
):
    with writing(database, ALL_TENANTS) as session:
        make_status(session, mac="00908f000001")
    job_id = bring(database, table(person("anna", "00908f000001")))
    confirm(database, job_id)
    with reading(database, ALL_TENANTS) as session:
        status = session.get_one(DeviceStatus, "00908f000001")
        assert (status.device_id, status.tenant_id) == (device_of(session, "00908f000001").id, acme)
        assert (status.approval, status.digest) == (Approval.NOT_NEEDED, None)
    undo(database, job_id)
    with reading(database, ALL_TENANTS) as session:
        status = session.get_one(DeviceStatus, "00908f000001")
        assert (status.device_id, status.approval, status.digest) == (None, Approval.NEEDED, None)


def test_undo_leaves_what_somebody_built_on_since(database: Database, acme: int):
    job_id = bring(
        database,
        table(person("anna", "00908f000001"), person("bob", "00908f000002"), person("carl", "00908f000003")),
    )
    confirm(database, job_id)
    with writing(database, ALL_TENANTS) as session:
        device_of(session, "00908f000002").phone_user = make_user(session, "dora")
        carl = session.scalars(select(PhoneUser).where(PhoneUser.name_key == "carl")).one()
        make_device(session, mac="00908f000009", phone_user=carl)
    assert undo(database, job_id) is ImportState.UNDONE
    assert count(database, Device) == 2
    assert count(database, ConfigFile, ConfigFile.name == "00908f000001.cfg") == 0
    with reading(database, ALL_TENANTS) as session:
        job = session.get_one(ImportJob, job_id)
        lines = [rows.result_of(job, row, ()) for row in rows.read_chunk(session, job_id, after=0)]
        names = set(session.scalars(select(PhoneUser.name_key).where(~PhoneUser.is_system)))
    assert names == {"carl", "dora"}
    assert lines == [
        "Taken back",
        "00908f000002 stays: another user is signed in on it by now.",
        "The user stays: he has a phone by now that stays, too.",
    ]
    assert job.counts["kept"] == 2


def test_undo_ends_after_a_day_and_works_once(database: Database, acme: int):
    job_id = bring(database, table(person("anna")))
    confirm(database, job_id)
    with writing(database, ALL_TENANTS) as session:
        job = jobs.get(session, job_id, "oscar")
        with pytest.raises(ConflictError, match="more than a day old"):
            jobs.undo(session, job, author=OSCAR, now=now() + timedelta(days=1, minutes=1))
    undo(database, job_id)
    with writing(database, ALL_TENANTS) as session, pytest.raises(ConflictError, match="undone already"):
        jobs.undo(session, jobs.get(session, job_id, "oscar"), author=OSCAR, now=now())


def add_anna(session: Session) -> None:
    make_user(session, "anna")


def add_phone(session: Session) -> None:
    make_device(session, mac="00908f000002")


def rename_tenant(session: Session) -> None:
    session.scalars(select(Tenant).where(Tenant.name == "Acme")).one().name = "Ajax"


@pytest.mark.parametrize(
    ("change", "verdicts"),
    [
        (add_anna, [Verdict.UNCHANGED, Verdict.NEW]),
        (add_phone, [Verdict.NEW, Verdict.NEW]),
        (rename_tenant, [Verdict.ERROR, Verdict.ERROR]),
    ],
)
def test_nothing_is_written_when_something_changed_since_it_was_shown(
    database: Database, acme: int, change: Callable[[Session], None], verdicts: list[Verdict]
):
    job_id = bring(database, table(person("anna"), person("bob", "00908f000002")))
    with writing(database, ALL_TENANTS) as session:
        change(session)
    assert confirm(database, job_id) is ImportState.CHECKED
    job = job_of(database, job_id)
    assert "was changed since you looked at it" in job.sentence
    assert [verdict for verdict, _ in rows_of(database, job_id)] == verdicts
    assert count(database, PhoneUser, PhoneUser.name_key == "bob") == 0


class DiedError(BaseException):
    """A process that is killed: what it began is never committed."""


@contextmanager
def failing_at(database: Database, *parts: str, error: BaseException) -> Iterator[None]:
    """Raise at the first statement that holds all of these parts, before it reaches the database."""

    def fail(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if all(part in statement for part in parts):
            raise error

    event.listen(database.reader, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(database.reader, "before_cursor_execute", fail)


def die_at(database: Database, *parts: str) -> None:
    """Let a worker die at this statement, and its lease run out."""
    with failing_at(database, *parts, error=DiedError()), pytest.raises(DiedError):
        ImportWorker(database).work_off()
    assert ImportWorker(database).work_off() == 0, "the lease of the dead holds"
    let_lease_run_out(database)


def test_a_worker_that_dies_leaves_all_or_nothing_and_another_goes_on(database: Database, acme: int):
    people = [person(f"user{number}", f"00908f{number:06x}") for number in range(1250)]
    with writing(database, ALL_TENANTS) as session:
        job_id = jobs.add(session, ImportKind.USERS, "users.csv", table(*people), author=OSCAR, now=now()).id
    die_at(database, "UPDATE import_job", "places")
    assert len(rows_of(database, job_id)) == 1250
    ImportWorker(database).work_off()
    assert len(rows_of(database, job_id)) == 1250
    with writing(database, ALL_TENANTS) as session:
        jobs.confirm(session, jobs.get(session, job_id, "oscar"), author=OSCAR)
    die_at(database, "INSERT INTO journal_entry")
    assert count(database, PhoneUser, ~PhoneUser.is_system) == count(database, Device) == 0
    die_at(database, "FROM device_status")
    assert count(database, PhoneUser, ~PhoneUser.is_system) == count(database, Device) == 1250
    ImportWorker(database).work_off()
    assert job_of(database, job_id).state is ImportState.DONE
    with writing(database, ALL_TENANTS) as session:
        jobs.undo(session, jobs.get(session, job_id, "oscar"), author=OSCAR, now=now())
    die_at(database, "DELETE FROM phone_user")
    ImportWorker(database).work_off()
    assert job_of(database, job_id).state is ImportState.UNDONE
    assert count(database, PhoneUser, ~PhoneUser.is_system) == count(database, Device) == 0


def let_lease_run_out(database: Database) -> None:
    with writing(database, ALL_TENANTS) as session:
        for job in session.scalars(select(ImportJob).where(ImportJob.leased_until.is_not(None))):
            job.leased_until = datetime.now(UTC) - timedelta(seconds=1)


def test_a_job_is_done_by_one_of_two_workers(database: Database, acme: int):
    for number in range(6):
        with writing(database, ALL_TENANTS) as session:
            jobs.add(
                session,
                ImportKind.USERS,
                "users.csv",
                table(person(f"user{number}")),
                author=OSCAR,
                now=now(),
            )
    counts: list[int] = []
    workers = [
        threading.Thread(target=lambda: counts.append(ImportWorker(database).work_off())) for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counts) == 6
    assert count(database, ImportRow) == 6


def test_a_late_worker_writes_nothing_after_another_took_over(database: Database, acme: int):
    job_id = bring(database, table(person("anna")))
    with writing(database, ALL_TENANTS) as session:
        jobs.confirm(session, jobs.get(session, job_id, "oscar"), author=OSCAR)
        late = jobs.claim(session, "late", datetime.now(UTC) - 2 * jobs.LEASE)
    assert late is not None
    assert ImportWorker(database).work_off() == 2
    with pytest.raises(jobs.LostLeaseError), writing(database, ALL_TENANTS) as session:
        user_write.write(session, late, datetime.now(UTC))
    assert count(database, PhoneUser, PhoneUser.name_key == "anna") == 1


def test_an_error_of_our_own_refuses_the_file_and_is_logged(
    database: Database, acme: int, caplog: pytest.LogCaptureFixture
):
    with writing(database, ALL_TENANTS) as session:
        make_user(session, "bob")
    with failing_at(database, "FROM phone_user", "phone_user.password", error=ZeroDivisionError()):
        job_id = bring(database, table(person("anna")))
    job = job_of(database, job_id)
    assert job.state is ImportState.REFUSED
    assert "an error of Ringmaster itself" in job.sentence
    assert "ZeroDivisionError" in caplog.text


def test_a_table_that_breaks_in_the_middle_is_refused_with_the_place(database: Database, acme: int):
    content = table(*(person(f"user{number}") for number in range(1500))) + b'"never closed\n'
    job_id = bring(database, content)
    job = job_of(database, job_id)
    assert job.state is ImportState.REFUSED
    assert "a quote that begins a cell is never closed" in job.sentence


def test_more_rows_than_are_taken_are_refused(database: Database, acme: int):
    content = b"Name,Tenant\n" + b"".join(b"u%d,Acme\n" % number for number in range(30_001))
    job = job_of(database, bring(database, content))
    assert job.state is ImportState.REFUSED
    assert "more than 30,000 rows" in job.sentence


def test_an_account_of_a_tenant_imports_into_it_and_is_told_nothing_of_others(database: Database, acme: int):
    with writing(database, ALL_TENANTS) as session:
        globex = make_tenant(session, "Globex")
        make_user(session, "gina", tenant=globex)
        make_device(
            session, mac="00908f000009", tenant=globex, phone_user=make_user(session, "greg", tenant=globex)
        )
    scope = only_tenants([acme])
    content = table(
        person("anna", tenant=""),
        person("gina", tenant="Globex"),
        person("carl", "00908f000009"),
        person("gina"),
    )
    job_id = bring(database, content, scope)
    assert rows_of(database, job_id) == [
        (Verdict.NEW, ""),
        (Verdict.ERROR, 'There is no tenant "Globex".'),
        (
            Verdict.ERROR,
            "The phone 00908f000009 is a device already, of a tenant that your account does not see.",
        ),
        (Verdict.NEW, ""),
    ]
    assert confirm(database, job_id, scope) is ImportState.DONE
    assert count(database, PhoneUser, PhoneUser.tenant_id == acme) == 2


def test_an_account_that_sees_more_than_before_has_the_file_looked_at_again(database: Database, acme: int):
    with writing(database, ALL_TENANTS) as session:
        globex = make_tenant(session, "Globex").id
    both = table(person("anna"), person("gina", tenant="Globex"))
    job_id = bring(database, both, only_tenants([acme]))
    assert [verdict for verdict, _ in rows_of(database, job_id)] == [Verdict.NEW, Verdict.ERROR]
    assert confirm(database, job_id, only_tenants([acme, globex])) is ImportState.CHECKED
    assert [verdict for verdict, _ in rows_of(database, job_id)] == [Verdict.NEW, Verdict.NEW]
    assert count(database, PhoneUser, ~PhoneUser.is_system) == 0


def test_an_account_that_lost_a_tenant_does_not_see_what_it_brought_for_it(database: Database, acme: int):
    with writing(database, ALL_TENANTS) as session:
        globex = make_tenant(session, "Globex").id
    both = bring(database, table(person("gina", tenant="Globex")), only_tenants([acme, globex]))
    own = bring(database, table(person("anna")), only_tenants([acme]))
    whole = bring(database, table(person("otto")), ALL_TENANTS)
    for scope, seen in (
        (only_tenants([acme]), [own]),
        (only_tenants([acme, globex]), [own, both]),
        (only_tenants([]), []),
        (ALL_TENANTS, [whole, own, both]),
    ):
        with reading(database, scope) as session:
            assert [job.id for job in jobs.recent(session, "oscar")] == seen
            for job_id in {both, own, whole} - set(seen):
                with pytest.raises(NotFoundError):
                    jobs.get(session, job_id, "oscar")


def test_imports_are_seen_by_who_brought_them_and_by_those_who_see_everything(database: Database, acme: int):
    job_id = bring(database, table(person("anna")), only_tenants([acme]))
    with reading(database, only_tenants([acme])) as session:
        assert jobs.get(session, job_id, "oscar").id == job_id
        assert jobs.recent(session, "olga") == []
        with pytest.raises(NotFoundError):
            jobs.get(session, job_id, "olga")
    with reading(database, ALL_TENANTS) as session:
        assert [job.id for job in jobs.recent(session, "alice")] == [job_id]


def exported(database: Database, scope: TenantScope = ALL_TENANTS, *, with_passwords: bool = True) -> bytes:
    stream = io.BytesIO()
    with reading(database, scope) as session:
        user_export.write_users(session, stream, with_passwords=with_passwords)
    return stream.getvalue()


def exported_rows(content: bytes) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read("users.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_an_export_comes_back_unchanged_and_makes_the_same_again(database: Database, acme: int):
    with writing(database, ALL_TENANTS) as session:
        tenant = session.get_one(Tenant, acme)
        site = make_site(session, "Bern", tenant=tenant)
        anna = make_user(session, "anna", password="=1+1; 'x\"", display_name="'-Änna")
        make_device(
            session, mac="00908f000001", phone_user=anna, site=site, vlan_mode=VlanMode.CDP_LLDP, vlan_id=9
        )
        make_device(
            session, mac="00908f000002", phone_user=anna, display_name="+1+", language="Czech", template=None
        )
        make_user(session, "bob", display_name="@home", password=None)
    content = exported(database)
    assert len(exported_rows(content)) == 3
    again = bring(database, content)
    assert rows_of(database, again) == [(Verdict.UNCHANGED, "")] * 3
    with writing(database, ALL_TENANTS) as session:
        session.execute(delete(Device))
        session.execute(delete(PhoneUser).where(~PhoneUser.is_system))
    assert confirm(database, bring(database, content)) is ImportState.DONE
    assert exported_rows(exported(database)) == exported_rows(content)


def test_what_may_not_be_seen_is_not_exported(database: Database, acme: int):
    with writing(database, ALL_TENANTS) as session:
        make_user(session, "anna", password="open-sesame")
        make_user(session, "gina", tenant=make_tenant(session, "Globex"))
    found = exported_rows(exported(database, only_tenants([acme]), with_passwords=False))
    assert [(row["Name"], row["Password"]) for row in found] == [("anna", MASK)]
    job_id = bring(database, exported(database, with_passwords=False))
    assert {verdict for verdict, _ in rows_of(database, job_id)} == {Verdict.UNCHANGED}


def test_the_result_is_in_the_words_of_the_field(database: Database, acme: int):
    with writing(database, ALL_TENANTS) as session:
        make_user(session, "carl")
    content = table(
        person("anna", "00908f000001"), person("bob"), person("carl"), person("dora", tenant="=cmd()")
    )
    job_id = bring(database, content)
    confirm(database, job_id)
    with reading(database, ALL_TENANTS) as session:
        job = session.get_one(ImportJob, job_id)
        text = rows.header() + rows.lines(session, job, rows.read_chunk(session, job_id, after=0))
    found = list(csv.DictReader(io.StringIO(text)))
    assert [row["Result"] for row in found] == [
        "anna Added, Device 00908f000001 - added",
        "bob Added",
        "carl Already exists",
        "Left out",
    ]
    assert found[3]["Belongs to"] == "'=cmd()"


def test_old_imports_go_with_what_was_kept_of_them(database: Database, acme: int):
    job_id = bring(database, table(person("anna", "00908f000001")))
    later = datetime.now(UTC) + jobs.KEPT_FOR + timedelta(minutes=1)
    with writing(database, ALL_TENANTS) as session:
        assert jobs.find_old(session, datetime.now(UTC)) == []
        assert jobs.find_old(session, later) == [job_id]
        assert jobs.drop_old(session, [job_id]) == 0
        assert jobs.drop_old(session, [job_id]) == 1
    assert count(database, ImportJob) == count(database, ImportRow) == 0


def test_a_tenant_that_was_looked_up_can_be_deleted(database: Database, acme: int):
    job_id = bring(database, table(person("anna")))
    with writing(database, ALL_TENANTS) as session:
        tenant = session.get_one(Tenant, acme)
        tenancy.clear_tenant(session, tenant)
        session.delete(tenant)
    assert confirm(database, job_id) is ImportState.CHECKED
    assert rows_of(database, job_id) == [(Verdict.ERROR, 'There is no tenant "Acme".')]


def test_a_worker_serves_in_a_thread_until_it_is_stopped(database: Database, acme: int):
    with writing(database, ALL_TENANTS) as session:
        job_id = jobs.add(
            session, ImportKind.USERS, "users.csv", table(person("anna")), author=OSCAR, now=now()
        ).id
    worker = ImportWorker(database, looks_every=0.01)
    worker.start()
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while job_of(database, job_id).state is ImportState.UPLOADED:
        assert time.monotonic() < ends_at
    worker.stop()
    assert job_of(database, job_id).state is ImportState.CHECKED
