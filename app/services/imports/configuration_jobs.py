"""An import of a configuration as a job: looked at by adding it and taking that back, then added, then undone."""

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, RingmasterError
from app.models import (
    ConfigTemplate,
    ConfigurationValue,
    Device,
    ImportFile,
    ImportJob,
    ImportRow,
    PhoneUser,
    Placeholder,
    Site,
    TemplateDefault,
    Tenant,
)
from app.models.enums import ImportState, Verdict
from app.models.import_job import MAX_REASON
from app.models.phone_user import MAX_USER_NAME
from app.rendering.csv_lines import original_cell
from app.rules.configuration_tables import Item, read_configuration
from app.services import journal, settings, tenancy
from app.services.author import Author
from app.services.imports import jobs
from app.services.imports.configuration_apply import Configuration, Finding
from app.services.imports.jobs import Claim
from app.services.settings.catalogue import CATALOGUE
from app.services.templates import changes, defaults, texts

_CHANGED_SINCE = "It stays: it was changed since."
_IN_USE = "It stays: {}"


def items_of(session: Session, held: Claim) -> Sequence[Item]:
    """Read the file of a job; InvalidInputError where it is no configuration."""
    name, content = jobs.content_of(session, held.id)
    return read_configuration(content, name, original_cell)


def find(session: Session, held: Claim, items: Sequence[Item], now: datetime) -> list[Finding]:
    """Add what is new, in a transaction that is to be taken back, and return what was found of each row."""
    return Configuration(session, jobs.author_of(jobs.hold(session, held, now)), now).apply(items)


def keep(session: Session, held: Claim, findings: Sequence[Finding], now: datetime) -> None:
    """Let people look at what was found."""
    job = jobs.hold(session, held, now)
    rows = [
        {
            "job_id": job.id,
            "line": number,
            "verdict": found.verdict,
            "reason": found.reason[:MAX_REASON],
            "part": found.part.value,
            "name": found.name[:MAX_USER_NAME],
            "tenant_name": found.tenant_name[:100],
            "adds": found.verdict is Verdict.NEW,
        }
        for number, found in enumerate(findings, start=1)
    ]
    if rows:
        session.execute(insert(ImportRow), rows)
    counts: dict[str, Any] = dict(Counter(found.verdict.value for found in findings))
    jobs.present(job, counts, {}, now)


def write(session: Session, held: Claim, items: Sequence[Item], now: datetime) -> None:
    """Add what is new, all of it; ConflictError where it is not what was shown."""
    job = jobs.hold(session, held, now)
    findings = Configuration(session, jobs.author_of(job), now).apply(items)
    rows = session.scalars(select(ImportRow).where(ImportRow.job_id == job.id).order_by(ImportRow.line)).all()
    if [row.verdict for row in rows] != [found.verdict for found in findings]:
        raise ConflictError("The configuration has changed since the file was looked at.")
    for row, found in zip(rows, findings, strict=True):
        if found.undo is not None:
            row.payload = json.dumps(found.undo())
    session.delete(session.get_one(ImportFile, job.id))
    number = jobs.number_of_new(job)
    _record(session, job, "configuration imported", f"imported {number:,} things from {job.file_name}", now)
    jobs.move(job, ImportState.DONE)
    job.written_at = now


def undo(session: Session, held: Claim, now: datetime) -> bool:
    """Take back what was added, the last first, as far as nobody has built on it since; nothing is left to do then."""
    job = jobs.hold(session, held, now)
    rows = session.scalars(
        select(ImportRow).where(ImportRow.job_id == job.id, ImportRow.adds).order_by(ImportRow.line.desc())
    ).all()
    taker = _Taker(session, jobs.author_of(job), now)
    kept = 0
    for row in rows:
        row.outcome = taker.take_back(json.loads(row.payload or "{}"))
        kept += bool(row.outcome)
    job.counts = {**job.counts, "kept": kept} if kept else job.counts
    _record(session, job, "import undone", f"undid the import of {job.file_name}", now)
    jobs.move(job, ImportState.UNDONE)
    job.undone_at = now
    return False


class _Taker:
    """Takes back one thing after the other; what cannot go stays, and the sentence says why."""

    def __init__(self, session: Session, author: Author, now: datetime) -> None:
        self._session = session
        self._author = author
        self._now = now

    def take_back(self, added: dict[str, Any]) -> str:
        """Take back what was added; return why it stays, or nothing."""
        (kind, of), *rest = added.items() or [("", None)]
        take = getattr(self, f"_take_{kind}", None)
        if take is None:
            return ""
        try:
            with self._session.begin_nested():
                sentence: str = take(of, *(value for _, value in rest))
                self._session.flush()
                return sentence
        except RingmasterError as error:
            return _IN_USE.format(error)
        except IntegrityError:
            return _IN_USE.format("something uses it.")

    def _take_tenant(self, tenant_id: int) -> str:
        tenant = self._session.get(Tenant, tenant_id)
        if tenant is None:
            return ""
        if self._session.scalar(select(PhoneUser.id).where(PhoneUser.tenant_id == tenant_id).limit(1)):
            return _IN_USE.format("it has users by now.")
        tenancy.clear_tenant(self._session, tenant)
        self._session.delete(tenant)
        return ""

    def _take_site(self, site_id: int) -> str:
        site = self._session.get(Site, site_id)
        if site is None:
            return ""
        if self._session.scalar(select(Device.id).where(Device.site_id == site_id).limit(1)):
            return _IN_USE.format("phones are there by now.")
        tenancy.clear_site(self._session, site)
        self._session.delete(site)
        return ""

    def _take_line(self, line_id: int, value: str) -> str:
        return self._take_value(self._session.get(ConfigurationValue, line_id), value)

    def _take_placeholder(self, placeholder_id: int, value: str) -> str:
        return self._take_value(self._session.get(Placeholder, placeholder_id), value)

    def _take_value(self, row: ConfigurationValue | Placeholder | None, value: str) -> str:
        if row is None:
            return ""
        if row.value != value:
            return _CHANGED_SINCE
        self._session.delete(row)
        return ""

    def _take_template(self, template_id: int, version: int) -> str:
        template = self._session.get(ConfigTemplate, template_id)
        if template is None:
            return ""
        if template.version != version:
            return _CHANGED_SINCE
        changes.delete_template(self._session, template_id, author=self._author, now=self._now)
        return ""

    def _take_factory_template(self, template_id: int, version: int) -> str:
        template = self._session.get(ConfigTemplate, template_id)
        if template is None or template.version != version:
            return _CHANGED_SINCE
        texts.restore(self._session, template_id, base=version, author=self._author, now=self._now)
        return ""

    def _take_default(self, default_id: int) -> str:
        if self._session.get(TemplateDefault, default_id) is not None:
            defaults.remove(self._session, default_id, author=self._author, now=self._now)
        return ""

    def _take_setting(self, name: str, value: str) -> str:
        if settings.read_text(self._session, name) != value:
            return _CHANGED_SINCE
        with suppress(InvalidInputError):
            settings.change(self._session, name, CATALOGUE[name].default, author=self._author, now=self._now)
            return ""
        return _IN_USE.format("another setting needs it.")


def _record(session: Session, job: ImportJob, action: str, what: str, now: datetime) -> None:
    journal.record(
        session,
        at=now,
        author=jobs.author_of(job),
        action=action,
        subject=job.file_name,
        text=f"{job.asked_by} {what}.",
    )
