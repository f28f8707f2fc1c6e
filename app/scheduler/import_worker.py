"""Imports in the background: whichever scheduler holds a job's lease looks at its file, writes it, or takes it back.

Every step is a transaction of its own that renews the lease, so another process goes on where one was killed.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import ConflictError, InvalidInputError
from app.models import ImportJob
from app.models.enums import ImportKind, ImportState
from app.scheduler.leased_worker import LeasedWorker
from app.security.tenant_scope import ALL_TENANTS
from app.services.bulk_rows import ReadyRows
from app.services.imports import configuration_jobs, jobs, user_staging, user_undo, user_write
from app.services.imports.configuration_apply import Finding
from app.services.imports.jobs import Claim, LostLeaseError
from app.services.imports.user_check import UserCheck
from app.services.imports.user_file import UserFile
from app.services.licenses.room import NoRoomError
from app.transaction import reading, writing

log = logging.getLogger(__name__)

_PAUSE_SECONDS = 0.01
_CHANGED = (
    "Something that the file names was changed since you looked at it, so nothing was written. Below is what the file "
    "would do now."
)
_FAILED = "The file could not be worked on because of an error of Ringmaster itself; its log tells more."

Step = Callable[[Session, Claim, datetime], bool]


class ImportWorker(LeasedWorker[Claim]):
    """Works off imports: each step of a file in a transaction of its own."""

    def __init__(self, database: Database, *, looks_every: float = 1.0) -> None:
        super().__init__(database, "imports", looks_every=looks_every)

    def _claim(self) -> Claim | None:
        with reading(self._database, ALL_TENANTS) as session:
            if not jobs.is_anything_due(session, _now()):
                return None
        with writing(self._database, ALL_TENANTS) as session:
            return jobs.claim(session, self._name, _now())

    def _work_on(self, held: Claim) -> None:
        """Do what the state of a job asks for; what goes wrong ends with it."""
        try:
            _DEEDS[held.kind][held.state](self, held)
        except LostLeaseError:
            log.warning("Import %d is worked on by another process, or is gone.", held.id)
        except (InterfaceError, OperationalError):
            raise
        except Exception:
            log.exception("Import %d failed.", held.id)
            self._give_up(held)

    def _check_users(self, held: Claim) -> None:
        """Look at every row of a file of users: a part is judged while what was found of the one before is stored."""
        with self._refusing(held):
            check = self._open(held)
            with ThreadPoolExecutor(1, "import verdicts") as pool:
                before = pool.submit(lambda: None)
                for part in check.parts():
                    with reading(self._database, held.scope) as session:
                        found = check.judge(session, part).ready(session)
                    before.result()
                    before = pool.submit(self._keep, held, found, len(part.lines))
                before.result()
            with writing(self._database, held.scope) as session:
                jobs.present(self._hold(session, held), check.counts, check.places.snapshot(), _now())

    def _keep(self, held: Claim, found: Sequence[ReadyRows], rows: int) -> None:
        """Store what was found of a part of so many rows."""
        with writing(self._database, held.scope) as session:
            job = self._hold(session, held)
            user_staging.keep(session, found)
            job.done += rows

    def _check_configuration(self, held: Claim) -> None:
        """Look at what a configuration would add by adding it, and taking that back."""
        with self._refusing(held):
            self._forget_rows(held)
            with reading(self._database, held.scope) as session:
                items = configuration_jobs.items_of(session, held)
            findings: list[Finding] = []
            with suppress(_TakenBackError), writing(self._database, held.scope) as session:
                findings = configuration_jobs.find(session, held, items, _now())
                raise _TakenBackError
            with writing(self._database, held.scope) as session:
                configuration_jobs.keep(session, held, findings, _now())

    @contextmanager
    def _refusing(self, held: Claim) -> Iterator[None]:
        """Refuse a file that turns out to be none of its kind."""
        try:
            yield
        except InvalidInputError as error:
            with writing(self._database, held.scope) as session:
                jobs.move(self._hold(session, held), ImportState.REFUSED, sentence=str(error))

    def _open(self, held: Claim) -> UserCheck:
        """Open the file of a job, after what an earlier look has left is gone."""
        self._forget_rows(held)
        with reading(self._database, held.scope) as session:
            name, content = jobs.content_of(session, held.id)
            file = UserFile(content, name)
            check = UserCheck(session, held.id, file)
        with writing(self._database, held.scope) as session:
            job = self._hold(session, held)
            job.done, job.total = 0, max(0, file.count_lines() - 1)
        return check

    def _forget_rows(self, held: Claim) -> None:
        """Take away what an earlier look has left."""
        is_more = True
        while is_more:
            with writing(self._database, held.scope) as session:
                self._hold(session, held)
                is_more = jobs.forget_next_rows(session, held.id)
            if is_more:
                time.sleep(_PAUSE_SECONDS)

    def _write_users(self, held: Claim) -> None:
        """Write all users that are new, or none."""
        with self._looking_again(held), writing(self._database, held.scope) as session:
            user_write.write(session, held, _now())

    def _write_configuration(self, held: Claim) -> None:
        """Write all of a configuration that is new, or nothing."""
        with reading(self._database, held.scope) as session:
            items = configuration_jobs.items_of(session, held)
        with self._looking_again(held), writing(self._database, held.scope) as session:
            configuration_jobs.write(session, held, items, _now())

    @contextmanager
    def _looking_again(self, held: Claim) -> Iterator[None]:
        """Look at a file again when what was to be written no longer fits what is there."""
        try:
            yield
        except NoRoomError as error:
            with writing(self._database, held.scope) as session:
                jobs.move(self._hold(session, held), ImportState.CHECKED, sentence=str(error))
        except (IntegrityError, ConflictError) as error:
            log.info("Import %d is looked at again: %s", held.id, error)
            with writing(self._database, held.scope) as session:
                jobs.look_again(self._hold(session, held), _CHANGED)

    def _repeat(self, held: Claim, step: Step) -> None:
        """Do a step until nothing is left; other writers get their turn in between."""
        is_more = True
        while is_more and not self._is_to_stop.is_set():
            with writing(self._database, held.scope) as session:
                is_more = step(session, held, _now())
            time.sleep(_PAUSE_SECONDS)
        if is_more:
            self._let_go(held)

    def _let_go(self, held: Claim) -> None:
        """Let another process go on at once."""
        with writing(self._database, held.scope) as session:
            self._hold(session, held).leased_until = None

    def _give_up(self, held: Claim) -> None:
        """Say that it failed, where nothing was begun; otherwise it is tried again when the lease has run out."""
        with suppress(LostLeaseError), writing(self._database, held.scope) as session:
            if held.state is ImportState.UPLOADED:
                jobs.move(self._hold(session, held), ImportState.REFUSED, sentence=_FAILED)
            elif held.state is ImportState.CONFIRMED:
                jobs.move(self._hold(session, held), ImportState.CHECKED, sentence=_FAILED)

    def _hold(self, session: Session, held: Claim) -> ImportJob:
        return jobs.hold(session, held, _now())


class _TakenBackError(Exception):
    """What a transaction has done is not to be kept."""


Deed = Callable[[ImportWorker, Claim], None]

_DEEDS: dict[ImportKind, dict[ImportState, Deed]] = {
    ImportKind.USERS: {
        ImportState.UPLOADED: ImportWorker._check_users,
        ImportState.CONFIRMED: ImportWorker._write_users,
        ImportState.WRITTEN: lambda worker, held: worker._repeat(held, user_write.settle_next),
        ImportState.UNDOING: lambda worker, held: worker._repeat(held, user_undo.undo_next),
    },
    ImportKind.CONFIGURATION: {
        ImportState.UPLOADED: ImportWorker._check_configuration,
        ImportState.CONFIRMED: ImportWorker._write_configuration,
        ImportState.UNDOING: lambda worker, held: worker._repeat(held, configuration_jobs.undo),
    },
}


def _now() -> datetime:
    return datetime.now(UTC)
