"""Diff before apply: which phones' files the next Generate would change, and making them, in short steps.

Every page that changes what phones get asks here. Nothing is kept between two steps: what is due is found by comparing
what would be made with what is stored, so whoever asks twice, or goes on tomorrow, does nothing twice (decision 0028).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.models import ConfigTemplate, Device
from app.security.tenant_scope import scope_of
from app.services import affected, config_files, journal, value_owners
from app.services.affected import Change
from app.services.author import Author
from app.services.change_names import NamedChange
from app.services.config_files import differences
from app.services.config_files.differences import Outdated, OutdatedShared
from app.services.config_files.sources import Sources
from app.services.value_owners import OwnerKind

LOOK = 2_500
"""Files that one step compares: some tenths of a second."""

CHUNK = 250
"""Files that one transaction writes: on SQLite some tenths of a second at most in which nobody else can write."""

_MOST_COUNTED = 1_000_000
_MOST_TITLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whose files are asked about: the phones that these changes concern, or all; of them those that the words find."""

    changes: Sequence[NamedChange] = ()
    words: str = ""

    @property
    def title(self) -> str:
        """What changed, in words; empty where nothing is named."""
        titles = [change.title for change in self.changes[:_MOST_TITLES]]
        more = len(self.changes) - len(titles)
        return ", ".join(titles) + (f" and {more} more" if more else "")


@dataclass(frozen=True, slots=True)
class Step:
    """What one step found, by MAC, and how many it compared; the next begins behind ``after``, unless that is empty."""

    found: Sequence[Outdated]
    compared: int
    after: str


def count_concerned(session: Session, question: Question) -> int:
    """Return how many phones' files are made from what changed, whether or not they would differ."""
    return affected.count(session, _concerned(session, question), _MOST_COUNTED)


def look(session: Session, question: Question, *, after: str = "", enough: int = LOOK) -> Step:
    """Compare the files of the next phones behind a MAC, until ``enough`` are found that would change."""
    statement = _concerned(session, question).add_columns(Device.mac).where(Device.mac > after)
    rows = session.execute(statement.order_by(Device.mac).limit(LOOK + 1)).all()
    sources = Sources(session)
    found: list[Outdated] = []
    compared = 0
    while compared < min(len(rows), LOOK) and len(found) < enough:
        ids = [row.id for row in rows[compared : min(compared + CHUNK, LOOK)]]
        found += differences.find_outdated(session, ids, sources=sources)
        compared += len(ids)
    if len(found) > enough:
        return Step(found[:enough], compared, found[enough - 1].mac)
    return Step(found, compared, rows[compared - 1].mac if compared < len(rows) else "")


def shared_files(session: Session, question: Question) -> Sequence[OutdatedShared]:
    """Return the files that all phones of a template include, and that the account may generate, as far as they differ.

    Words look for phones, and such a file belongs to none.
    """
    if question.words:
        return ()
    changes = _changes(question)
    concerned = affected.shared_by_any(session, changes) if changes else affected.shared_by_everybody()
    return differences.find_outdated_shared(session, _permitted(session, concerned))


def read_devices(session: Session, device_ids: Collection[int]) -> Sequence[Device]:
    """Return devices for a list, with what it shows of them, by MAC."""
    shown = (
        joinedload(Device.phone_user),
        joinedload(Device.tenant),
        joinedload(Device.site),
        joinedload(Device.template).load_only(ConfigTemplate.name),
    )
    statement = select(Device).where(Device.id.in_(device_ids)).order_by(Device.mac)
    return session.scalars(statement.options(*shown)).all()


def generate(session: Session, device_ids: Collection[int], *, now: datetime) -> int:
    """Make the files of these devices as far as they would change, at most ``CHUNK``; return how many that were.

    Devices that another transaction is at are left to it.
    """
    wanted = select(Device.id).where(Device.id.in_(list(device_ids)[:CHUNK])).order_by(Device.id)
    ours = session.scalars(wanted.with_for_update(of=Device, skip_locked=True)).all()
    due = [outdated.device_id for outdated in differences.find_outdated(session, ours)]
    config_files.generate_many(session, due, now=now)
    return len(due)


def generate_shared(session: Session, question: Question, *, now: datetime) -> int:
    """Make the files that phones share, as far as they would change; return how many."""
    due = [outdated.template_id for outdated in shared_files(session, question)]
    config_files.generate_global_files(session, due, now=now)
    return len(due)


def note_generating(session: Session, question: Question, *, author: Author, now: datetime) -> None:
    """Note in the journal that somebody begins to generate."""
    concerned = count_concerned(session, question)
    why = f" ({question.title})" if question.title else ""
    narrowed = f", those found by '{question.words}'" if question.words else ""
    _note(
        session,
        question.title or "all phones",
        f"{author.name} generates what changed in the files of {_counted(concerned)}{why}{narrowed}.",
        journal.tenant_of(session, [change.tenant_id for change in question.changes]),
        author,
        now,
    )


def note_chosen(
    session: Session, device_ids: Collection[int], made: int, *, author: Author, now: datetime
) -> None:
    """Note in the journal whose files somebody generated one by one."""
    devices = select(Device.mac, Device.tenant_id).where(Device.id.in_(list(device_ids)[:CHUNK]))
    rows = session.execute(devices.order_by(Device.mac)).all()
    _note(
        session,
        ", ".join(row.mac for row in rows),
        f"{author.name} generated the files of {_counted(made)} that were selected.",
        journal.tenant_of(session, [row.tenant_id for row in rows]),
        author,
        now,
    )


def _concerned(session: Session, question: Question) -> Select[int]:
    changes = _changes(question)
    concerned = affected.affected_by_any(session, changes) if changes else affected.everybody()
    if not question.words:
        return concerned
    return concerned.where(*value_owners.conditions(OwnerKind.DEVICE, question.words, ""))


def _changes(question: Question) -> list[Change]:
    return [named.change for named in question.changes]


def _permitted(session: Session, templates: Select[int]) -> list[int]:
    """Return the ids of those that the account may change; a shared one belongs to all tenants."""
    rows = session.execute(templates.add_columns(ConfigTemplate.tenant_id))
    return [template_id for template_id, tenant_id in rows if scope_of(session).includes(tenant_id)]


def _counted(number: int) -> str:
    return f"{number:,} phone{'' if number == 1 else 's'}"


def _note(
    session: Session, subject: str, text: str, tenant_id: int | None, author: Author, now: datetime
) -> None:
    journal.record(
        session,
        at=now,
        author=author,
        action="files generated",
        subject=subject,
        text=text,
        tenant_id=tenant_id,
    )
