"""What the import of each row of users would do, part by part.

Most files bring users that are new, in rows that are as rows should be. Those of a part are judged together, and the
others one by one, with a sentence for each (docs/decisions/0037).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models.enums import Verdict
from app.models.import_job import MAX_REASON
from app.models.phone_user import MAX_DISPLAY_NAME, MAX_USER_NAME, key_of
from app.rules.user_table import UserCells
from app.security.secrets import vault
from app.security.tenant_scope import scope_of
from app.services.imports import user_known, user_verdicts
from app.services.imports.user_additions import Additions
from app.services.imports.user_claims import Claims
from app.services.imports.user_file import Part, UserFile
from app.services.imports.user_known import Known
from app.services.imports.user_meanings import Meanings
from app.services.imports.user_places import Places, UnknownNameError
from app.services.imports.user_plain import PlainRows
from app.services.imports.user_staging import Judged
from app.services.imports.user_verdicts import Finding, Wanted

PART = 2_000
"""Rows that are looked up together, and that one transaction stores."""
_MOST_UNKNOWN = 50
_NOTHING = UserCells("", "", "", "", [])


class UserCheck:
    """Judges the rows of one file. Names and addresses that it has seen are remembered, nothing else of rows is."""

    def __init__(self, session: Session, job_id: int, file: UserFile) -> None:
        self.places = Places(session)
        self.verdicts: Counter[str] = Counter()
        self.added = Additions()
        self.unknown: Counter[tuple[str, str]] = Counter()
        self._job_id = job_id
        self._file = file
        self._meanings = Meanings(self.places)
        self._claims = Claims()
        # The first import of an installation is the largest. Who comes meanwhile is noticed when the rows are written.
        self._is_first = user_known.is_nobody_there(session)

    @property
    def counts(self) -> dict[str, Any]:
        """How many rows have which verdict, what is to be added, and the names that there are none of."""
        unknown = [[what, name, number] for (what, name), number in self.unknown.most_common(_MOST_UNKNOWN)]
        return {**self.verdicts, **self.added.as_stored(), "unknown": unknown}

    def parts(self) -> Iterator[Part]:
        """Yield the rows of the file in parts; InvalidInputError where it turns out to be no table."""
        return self._file.parts(PART)

    def judge(self, session: Session, part: Part) -> Judged:
        """Return what the import of these rows would do, as the session sees what is there."""
        judged = Judged()
        plain = PlainRows(part.lines, self._file.columns.read_together(part.rows), self._meanings)
        wanted = self._claim(judged, part, plain)
        known = Known() if self._is_first and not wanted else _look_up(session, plain, wanted)
        for at in sorted(plain.leave_to_others(known)):
            wanted += self._want(judged, part, at)
        for row in wanted:
            self._judge(session, judged, row, known)
        self._note_plain(judged, plain)
        return judged

    def _claim(self, judged: Judged, part: Part, plain: PlainRows) -> list[Wanted]:
        """Let each row have the users and phones that it names first; return those that are judged one by one."""
        if not plain.odd and self._claims.take_all(part.lines, plain.tenant_ids, plain.keys, plain.macs):
            return []
        wanted: list[Wanted] = []
        for at, line in enumerate(part.lines):
            if at not in plain.odd and self._claims.take(
                line, plain.tenant_ids[at], plain.keys[at], plain.macs[at]
            ):
                plain.odd.add(at)
            if at in plain.odd:
                wanted += self._want(judged, part, at)
        return wanted

    def _want(self, judged: Judged, part: Part, at: int) -> Sequence[Wanted]:
        """Return what a row wants; none, noting why, where it cannot be had."""
        line, cells = part.lines[at], _NOTHING
        try:
            cells = self._file.columns.read(part.rows[at])
            return [self._understand(line, cells)]
        except InvalidInputError as error:
            self._refuse(judged, line, cells, error)
            return []

    def _understand(self, line: int, cells: UserCells) -> Wanted:
        user_verdicts.check_lengths(cells)
        tenant, key = self._meanings.tenant(cells.tenant), key_of(cells.name)
        kinds = [self._meanings.kind(tenant, device[3:]) for device in cells.devices]
        macs = [device.mac for device in cells.devices]
        if len(set(macs)) < len(macs):
            raise InvalidInputError("The row names the same phone twice.")
        taken = self._claims.take(line, tenant.id, key, macs)
        if taken:
            raise InvalidInputError(taken)
        return Wanted(line, cells, tenant, key, kinds)

    def _judge(self, session: Session, judged: Judged, row: Wanted, known: Known) -> None:
        try:
            found = user_verdicts.find(row, known, scope_of(session))
        except InvalidInputError as error:
            self._refuse(judged, row.line, row.cells, error)
            return
        self._note(judged, row, found)

    def _note_plain(self, judged: Judged, plain: PlainRows) -> None:
        """Note the rows that are judged together: all of them new."""
        judged.plain_rows, judged.plain_devices = plain.rows(self._job_id), plain.devices(self._job_id)
        users, devices = plain.count()
        self.added.users.update(users)
        self.added.devices.update(devices)
        self._count(Verdict.NEW, users.total())

    def _note(self, judged: Judged, row: Wanted, found: Finding) -> None:
        """Note what is to be added of a row, or that nothing is."""
        name, password, display_name, _, devices = row.cells
        secret = vault().encrypt(password.encode()) if found.adds_user and password else None
        tenant, key = row.tenant, row.key
        judged.rows.append(
            (
                self._job_id, row.line, found.verdict.value, found.reason[:MAX_REASON], "", name, tenant.name,
                ", ".join(device.mac for device in devices), found.adds_user, tenant.id, key, display_name, secret,
            )
        )  # fmt: skip
        for device, kind, is_known in found.devices:
            judged.devices.append(
                (
                    self._job_id, device.mac, row.line, is_known, tenant.id, key, device.display_name, device.serial,
                    *kind,
                )
            )  # fmt: skip
            (self.added.given if is_known else self.added.devices)[tenant.id] += 1
        if found.adds_user:
            self.added.users[tenant.id] += 1
        self._count(found.verdict, 1)

    def _refuse(self, judged: Judged, line: int, cells: UserCells, error: InvalidInputError) -> None:
        """Note what is wrong with a row, with as much of it as can be shown."""
        if isinstance(error, UnknownNameError):
            self.unknown[error.what, error.name] += 1
        judged.rows.append(
            (
                self._job_id, line, Verdict.ERROR.value, str(error)[:MAX_REASON], "", cells.name[:MAX_USER_NAME],
                cells.tenant[:100], ", ".join(device.mac for device in cells.devices), False, None, "",
                cells.display_name[:MAX_DISPLAY_NAME], None,
            )
        )  # fmt: skip
        self._count(Verdict.ERROR, 1)

    def _count(self, verdict: Verdict, rows: int) -> None:
        if rows:
            self.verdicts[verdict.value] += rows


def _look_up(session: Session, plain: PlainRows, wanted: Sequence[Wanted]) -> Known:
    keys: defaultdict[int, set[str]] = defaultdict(set)
    users = chain(
        zip(plain.tenant_ids, plain.keys, strict=True), ((row.tenant.id, row.key) for row in wanted)
    )
    for tenant_id, key in users:
        keys[tenant_id].add(key)
    macs = {device.mac for row in wanted for device in row.cells.devices}
    return user_known.look_up(session, keys, macs.union(*plain.macs))
