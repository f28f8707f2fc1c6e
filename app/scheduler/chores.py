"""What the elected scheduler does by itself: look for what is due without a lock, then do it in short chunks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.scheduler.busy_phones import BusyFetchers, BusyPhones
from app.services import journal_retention, operator_sessions, pending_actions, sign_in_limit, silence
from app.services.alarms import due as due_alarms
from app.services.alarms import outages
from app.services.alarms import phones as alarms_of_phones
from app.services.alarms import rearming as alarm_rearming
from app.services.alarms import standing as standing_alarms
from app.services.events import reading as events
from app.services.events import switching_off
from app.services.events.horizon import Ends, Horizon
from app.services.fetches import retention as fetch_retention
from app.services.imports import jobs as import_jobs
from app.services.licenses import alarms as license_alarms
from app.services.licenses import blocked
from app.services.notices import outbox, telling
from app.services.notices import retention as notice_retention
from app.services.operations import confirming, gates, postponing, results, retention, rolling_back
from app.services.phone_history import filing
from app.services.phone_history import retention as history_retention
from app.services.rule_sets import hits
from app.services.what_if import retention as simulation_retention


def _nothing() -> None:
    """Remember nothing."""


@dataclass(frozen=True)
class Chore:
    """Something to do every so often.

    ``find`` returns the keys of what is due, and may take its time: it only reads. ``do`` looks at some of them again
    under their locks, does what is still due and returns how much that was. When all of it was done without an
    error, ``note_done`` is called. ``is_everyday``: something is done nearly each time, which fills no log.
    """

    name: str
    every: timedelta
    find: Callable[[Session, datetime], Sequence[Any]]
    do: Callable[[Session, Sequence[Any], datetime], int]
    report: str
    note_done: Callable[[], None] = _nothing
    is_everyday: bool = False


def all_chores() -> Sequence[Chore]:
    """Return the chores of a scheduler that begins to lead: what another did meanwhile it does not know."""
    sweep, rearming, tellers = DisconnectSweep(), Rearming(), EventTelling()
    busy_phones, busy_fetchers = BusyPhones(), BusyFetchers()
    return (
        Chore(
            "disconnected",
            timedelta(seconds=30),
            sweep.find,
            sweep.mark,
            "%d phones were marked disconnected: they fell silent.",
            sweep.note_done,
        ),
        Chore(
            "never reported",
            timedelta(hours=1),
            lambda session, now: silence.find_never_reported(session, now=now),
            lambda session, macs, _now: silence.drop_never_reported(session, macs),
            "%d phones were dropped: they asked for a file and never reported.",
        ),
        Chore(
            "confirmations",
            timedelta(seconds=2),
            lambda session, now: confirming.find_decided(session, now=now),
            lambda session, ids, now: confirming.decide(session, ids, now=now),
            "Of %d targets of operations it was decided what became of them.",
        ),
        Chore(
            "postponed phones",
            timedelta(seconds=2),
            lambda session, now: postponing.find_due(session, now=now),
            lambda session, ids, now: postponing.follow_up(session, ids, now=now),
            "%d phones of operations were put off or are tried again.",
        ),
        Chore(
            "gates of roll-outs",
            timedelta(seconds=3),
            lambda session, now: gates.find_decided(session, now=now),
            lambda session, ids, now: gates.follow_up(session, ids, now=now),
            "%d waves of roll-outs ended.",
        ),
        Chore(
            "roll backs",
            timedelta(seconds=3),
            lambda session, _now: rolling_back.find_due(session),
            lambda session, ids, now: rolling_back.begin_due(session, ids, now=now),
            "%d roll-outs that their gates stopped are rolled back.",
        ),
        Chore(
            "ended operations",
            timedelta(seconds=2),
            lambda session, _now: results.find_ended(session),
            lambda session, ids, now: results.finish(session, ids, now=now),
            "%d operations ended.",
        ),
        Chore(
            "old operations",
            timedelta(hours=1),
            lambda session, now: retention.find_old_targets(session, now=now),
            lambda session, ids, now: retention.drop_targets(session, ids, now=now),
            "%d targets of operations that ended long ago were dropped.",
        ),
        Chore(
            "ended sessions",
            timedelta(hours=1),
            lambda session, now: operator_sessions.find_ended_long_ago(session, now=now),
            lambda session, ids, _now: operator_sessions.drop(session, ids),
            "%d sessions of operators that ended by themselves were dropped.",
        ),
        Chore(
            "old wrong passwords",
            timedelta(minutes=5),
            lambda session, now: sign_in_limit.find_old(session, now=now),
            lambda session, ids, _now: sign_in_limit.drop(session, ids),
            "%d wrong passwords at sign-in count no more.",
        ),
        Chore(
            "old actions",
            timedelta(hours=1),
            lambda session, now: pending_actions.find_old(session, now=now),
            lambda session, ids, _now: pending_actions.drop(session, ids),
            "%d past actions for phones were dropped.",
        ),
        Chore(
            "due alarms",
            timedelta(seconds=5),
            lambda session, now: due_alarms.find_due(session, now=now),
            lambda session, ids, now: due_alarms.settle(session, ids, now=now),
            "To %d alarms something happened by itself: they ended, or an operator's word ran out.",
        ),
        Chore(
            "outages",
            timedelta(seconds=5),
            lambda session, now: outages.find(session, now=now),
            lambda session, found, now: outages.settle(session, found, now=now),
            "%d outages of many phones began or ended.",
        ),
        Chore(
            "alarms under other rules",
            timedelta(seconds=5),
            rearming.find,
            rearming.rearm,
            "Of %d alarms other rules make something else.",
            rearming.note_done,
        ),
        Chore(
            "standing alarms",
            timedelta(minutes=1),
            lambda session, now: standing_alarms.find(session, now=now),
            lambda session, findings, now: standing_alarms.settle(session, findings, now=now),
            "%d alarms were raised or cleared, because what they tell of began or ended.",
        ),
        Chore(
            "alarms that moved",
            timedelta(minutes=1),
            lambda session, _now: alarms_of_phones.find_left_behind(session),
            lambda session, macs, now: alarms_of_phones.bring_along(session, macs, now=now),
            "%d alarms went with their phones to another tenant or site.",
        ),
        Chore(
            "old alarms",
            timedelta(hours=1),
            lambda session, now: due_alarms.find_old(session, now=now),
            lambda session, ids, _now: due_alarms.drop_old(session, ids),
            "%d alarms were dropped that ended long ago.",
        ),
        Chore(
            "notices",
            timedelta(seconds=1),
            lambda session, now: telling.find_due(session, now=now),
            lambda session, ids, now: telling.tell(session, ids, now=now),
            "%d messages about alarms are to be sent.",
        ),
        Chore(
            "events",
            timedelta(seconds=1),
            tellers.find,
            tellers.tell,
            "%d messages about events are to be sent.",
            is_everyday=True,
        ),
        Chore(
            "hopeless web hooks",
            timedelta(minutes=1),
            lambda session, now: switching_off.find_hopeless(session, now=now),
            lambda session, ids, now: switching_off.switch_off(session, ids, now=now),
            "%d web hooks for events were switched off: they could not be reached for too long.",
        ),
        Chore(
            "late messages",
            timedelta(minutes=1),
            lambda session, now: outbox.find_too_late(session, now=now),
            lambda session, ids, now: outbox.give_up(session, ids, now=now),
            "%d messages about alarms were given up: their destinations could not be reached in time.",
        ),
        Chore(
            "old messages",
            timedelta(hours=1),
            lambda session, now: notice_retention.find_old_deliveries(session, now=now),
            lambda session, ids, now: notice_retention.drop_deliveries(session, ids, now=now),
            "%d old messages about alarms were dropped.",
        ),
        Chore(
            "old notices",
            timedelta(hours=1),
            lambda session, now: notice_retention.find_old_notices(session, now=now),
            lambda session, ids, now: notice_retention.drop_notices(session, ids, now=now),
            "%d old notices about alarms were dropped.",
        ),
        Chore(
            "empty groups of notices",
            timedelta(hours=1),
            lambda session, now: notice_retention.find_empty_groups(session, now=now),
            lambda session, ids, now: notice_retention.drop_groups(session, ids, now=now),
            "%d empty groups of notices were dropped.",
        ),
        Chore(
            "licence",
            timedelta(minutes=1),
            lambda session, now: license_alarms.find_due(session, now=now),
            lambda session, due, now: license_alarms.settle(session, due, now=now),
            "%d alarms of the licence were raised or cleared.",
        ),
        Chore(
            "blocked phones",
            timedelta(minutes=1),
            lambda session, now: blocked.find_with_room(session, now=now),
            lambda session, macs, _now: blocked.let_in(session, macs),
            "For %d blocked phones there is room again: they become devices with their next report.",
        ),
        Chore(
            "old hits of rules",
            timedelta(hours=1),
            lambda session, now: hits.find_old(session, today=now.date()),
            lambda session, days, _now: hits.drop(session, days),
            "The hits of %d rules on days long ago were dropped.",
        ),
        Chore(
            "old imports",
            timedelta(hours=1),
            import_jobs.find_old,
            lambda session, ids, _now: import_jobs.drop_old(session, ids),
            "%d old imports were dropped.",
        ),
        Chore(
            "old simulations",
            timedelta(hours=1),
            simulation_retention.find_old,
            lambda session, ids, _now: simulation_retention.drop_old(session, ids),
            "%d old simulations were dropped.",
        ),
        Chore(
            "changes of phones",
            timedelta(seconds=30),
            lambda session, _now: filing.find_to_file(session),
            lambda session, ids, _now: filing.file(session, ids),
            "%d changes of phones were filed.",
        ),
        Chore(
            "old changes of phones",
            timedelta(minutes=10),
            lambda session, now: history_retention.find_old(session, now=now),
            lambda session, ids, _now: history_retention.drop(session, ids),
            "%d changes of phones were dropped: they are older than is kept.",
        ),
        Chore(
            "changes of busy phones",
            timedelta(minutes=1),
            busy_phones.find,
            lambda session, ids, _now: history_retention.drop(session, ids),
            "%d changes of phones that change all the time were dropped.",
            busy_phones.note_done,
        ),
        Chore(
            "old activities",
            timedelta(hours=1),
            lambda session, now: journal_retention.find_old(session, now=now),
            lambda session, ids, _now: journal_retention.drop(session, ids),
            "%d entries of the activity log were dropped: they are older than is kept.",
        ),
        Chore(
            "old fetches",
            timedelta(minutes=10),
            lambda session, now: fetch_retention.find_old(session, now=now),
            lambda session, keys, _now: fetch_retention.drop(session, keys),
            "%d lines of the provisioning log were dropped: they are older than is kept.",
        ),
        Chore(
            "fetches of busy phones",
            timedelta(minutes=1),
            busy_fetchers.find,
            lambda session, keys, _now: fetch_retention.drop(session, keys),
            "%d lines of the provisioning log were dropped: of phones that fetch all the time.",
            busy_fetchers.note_done,
        ),
    )


class DisconnectSweep:
    """Looks only at phones that fell silent since it last got through, so that a mass silence is paid for once."""

    # Covers phones that were left out because another wrote them at that moment.
    LOOKS_BACK = timedelta(minutes=5)

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._before: datetime | None = None

    def find(self, session: Session, now: datetime) -> Sequence[str]:
        """Return phones that fell silent."""
        self._before = silence.deadline(session, now=now)
        if self._before is None:
            return []
        return silence.find_silent(session, before=self._before, since=self._since)

    def mark(self, session: Session, macs: Sequence[str], now: datetime) -> int:
        """Mark those of them that are still silent."""
        if self._before is None:
            return 0
        return silence.mark_disconnected(session, macs, before=self._before, now=now)

    def note_done(self) -> None:
        """Remember that whoever was last heard before this sweep's deadline is marked."""
        if self._before is not None:
            self._since = self._before - self.LOOKS_BACK


class EventTelling:
    """Remembers up to where the logs are whole; where nobody wants to be told of events, nothing is looked at."""

    def __init__(self) -> None:
        self._horizon = Horizon()
        self._ends: Ends | None = None

    def find(self, session: Session, _now: datetime) -> Sequence[int]:
        """Return the web hooks that are to be told of something."""
        if not events.has_hooks(session):
            return ()
        self._ends = self._horizon.look(session)
        return events.find_behind(session, self._ends) if self._ends is not None else ()

    def tell(self, session: Session, ids: Sequence[int], now: datetime) -> int:
        """Put their messages into the outbox."""
        return events.tell(session, ids, self._ends, now=now) if self._ends is not None else 0


class Rearming:
    """Remembers under which rules the alarms that stand were asked about; a new leader asks once about all."""

    def __init__(self) -> None:
        self._looked_at: tuple[int, ...] = ()
        # Versions are never taken away: where there are none, nobody has ever written rules for alarms.
        self._done: tuple[int, ...] = ()

    def find(self, session: Session, _now: datetime) -> Sequence[int]:
        """Return the alarms that stand, where other rules are active than when it was done last."""
        self._looked_at = alarm_rearming.active_versions(session)
        return alarm_rearming.find_standing(session) if self._looked_at != self._done else ()

    def rearm(self, session: Session, ids: Sequence[int], now: datetime) -> int:
        """Ask about some of them."""
        return alarm_rearming.rearm(session, ids, now=now)

    def note_done(self) -> None:
        """Remember the rules that all were asked about."""
        self._done = self._looked_at
