"""Taking back what an import of users added, as far as nobody has built on it since."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, select, update
from sqlalchemy.orm import Session

from app.models import Device, ImportDevice, ImportJob, ImportRow, PhoneUser
from app.models.enums import Approval, ImportState
from app.services import config_files, journal, status_rows
from app.services.alarms import phones as alarms_of_phones
from app.services.imports import jobs
from app.services.imports.jobs import Claim

_PHONES_AT_ONCE = 200
_USERS_AT_ONCE = 500
_USERS_FROM = "users:"
_REASON = "The import that had brought the phone was undone."


def undo_next(session: Session, held: Claim, now: datetime) -> bool:
    """Take back the next phones, then the next users; whether there are more. What stays says why."""
    job = jobs.hold(session, held, now)
    if not job.cursor.startswith(_USERS_FROM):
        if not _take_back_phones(session, job, now):
            job.cursor = f"{_USERS_FROM}0"
        return True
    if _take_back_users(session, job):
        return True
    _record(session, job, now)
    jobs.move(job, ImportState.UNDONE)
    job.undone_at = now
    return False


def _take_back_phones(session: Session, job: ImportJob, now: datetime) -> bool:
    phones = session.execute(
        select(
            ImportDevice.mac, ImportDevice.line, ImportDevice.is_known, Device.id, Device.created_at,
            Device.phone_user_id, PhoneUser.id.label("our_user_id"),
        )
        .outerjoin(Device, Device.mac == ImportDevice.mac)
        .outerjoin(
            PhoneUser,
            (PhoneUser.tenant_id == ImportDevice.tenant_id) & (PhoneUser.name_key == ImportDevice.user_key),
        )
        .where(ImportDevice.job_id == job.id, ImportDevice.mac > job.cursor)
        .order_by(ImportDevice.mac)
        .limit(_PHONES_AT_ONCE)
    ).all()  # fmt: skip
    if not phones:
        return False
    stays: dict[int, str] = {}
    gone: dict[str, int] = {}
    returned: list[int] = []
    for phone in phones:
        is_still_theirs = phone.phone_user_id in {None, phone.our_user_id}
        if phone.id is None:
            continue
        if phone.is_known:
            returned += [phone.id] if phone.phone_user_id and is_still_theirs else []
        elif phone.created_at != job.written_at:
            stays[phone.line] = f"{phone.mac} stays: it was deleted, and added anew since."
        elif not is_still_theirs:
            stays[phone.line] = f"{phone.mac} stays: another user is signed in on it by now."
        else:
            gone[phone.mac] = phone.id
    _delete_devices(session, gone, now)
    _return_devices(session, returned, now)
    _note(session, job, stays)
    job.cursor, job.done = phones[-1].mac, job.done + len(phones)
    return True


def _delete_devices(session: Session, gone: Mapping[str, int], now: datetime) -> None:
    """Delete devices with their files and values; those that report wait, and are placed anew when they next do."""
    waiting = {"device_id": None, "approval": Approval.NEEDED, "placement_reason": _REASON, "digest": None}
    status_rows.write(session, [row | waiting for row in status_rows.lock(session, gone).values()])
    alarms_of_phones.clear_of_removed(session, gone.keys(), now=now)
    session.execute(delete(Device).where(Device.id.in_(gone.values())))


def _return_devices(session: Session, ids: Collection[int], now: datetime) -> None:
    """Let devices that were there before be without a user again."""
    if ids:
        session.execute(update(Device).where(Device.id.in_(ids)).values(phone_user_id=None))
        config_files.generate_many(session, ids, now=now)


def _take_back_users(session: Session, job: ImportJob) -> bool:
    after = int(job.cursor.removeprefix(_USERS_FROM))
    lines = session.execute(
        select(
            ImportRow.line,
            PhoneUser.id,
            exists().where(Device.phone_user_id == PhoneUser.id).label("has_phones"),
        )
        .outerjoin(
            PhoneUser,
            (PhoneUser.tenant_id == ImportRow.tenant_id)
            & (PhoneUser.name_key == ImportRow.name_key)
            & (PhoneUser.created_at == job.written_at),
        )
        .where(ImportRow.job_id == job.id, ImportRow.adds, ImportRow.line > after)
        .order_by(ImportRow.line)
        .limit(_USERS_AT_ONCE)
    ).all()
    if not lines:
        return False
    stays = {
        row.line: "The user stays: he has a phone by now that stays, too." for row in lines if row.has_phones
    }
    gone = [row.id for row in lines if row.id is not None and not row.has_phones]
    session.execute(delete(PhoneUser).where(PhoneUser.id.in_(gone)))
    _note(session, job, stays)
    job.cursor, job.done = f"{_USERS_FROM}{lines[-1].line}", job.done + len(lines)
    return True


def _note(session: Session, job: ImportJob, stays: Mapping[int, str]) -> None:
    """Say with their rows what stays, and count it."""
    if not stays:
        return
    noted = update(ImportRow).where(
        ImportRow.job_id == bindparam("of_job"), ImportRow.line == bindparam("of_line")
    )
    rows = [{"of_job": job.id, "of_line": line, "said": f"{words} "} for line, words in stays.items()]
    session.connection().execute(noted.values(outcome=ImportRow.outcome + bindparam("said")), rows)
    job.counts = {**job.counts, "kept": job.counts.get("kept", 0) + len(stays)}


def _record(session: Session, job: ImportJob, now: datetime) -> None:
    tenants = session.scalars(
        select(ImportRow.tenant_id)
        .where(ImportRow.job_id == job.id, ImportRow.tenant_id.is_not(None))
        .distinct()
    )
    kept = job.counts.get("kept", 0)
    entries = [
        journal.entry(
            at=now,
            author=jobs.author_of(job),
            action="import undone",
            subject=job.file_name,
            text=f"{job.asked_by} undid the import of {job.file_name}"
            + (f"; {kept:,} of its users and phones stay." if kept else "."),
            tenant_id=tenant_id,
        )
        for tenant_id in sorted(found for found in tenants if found is not None)
    ]
    journal.record_all(session, entries)
