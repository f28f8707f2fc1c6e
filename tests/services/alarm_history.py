"""Alarms as they were recorded, with what the scheduler did meanwhile: a history that is played again."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import Database
from app.models import Alarm, NoticeGroup, Outage, Simulation, SimulationAlarm, Tenant
from app.models.enums import RuleKind
from app.scheduler.simulation_worker import SimulationWorker
from app.security.tenant_scope import ALL_TENANTS
from app.services.alarms import due, outages, recording
from app.services.alarms.recording import Alert
from app.services.notices import telling
from app.services.what_if import jobs
from app.services.what_if.jobs import Wish
from app.transaction import reading, writing
from tests import factories
from tests.factories import NOW
from tests.services.rule_writing import ALICE
from tests.services.test_alarms import clear, make_alert

TICK = timedelta(seconds=5)
HOUR = timedelta(hours=1)


class History:
    """Writes what phones send at times that go forward, and lets the scheduler do its part every few seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.now = NOW

    def phones(self, number: int, site: str = "Berlin", tenant: str = "emea") -> list[str]:
        """Add phones at a site."""
        with writing(self._database, ALL_TENANTS) as session:
            there = session.scalar(select(Tenant).where(Tenant.name == tenant))
            place = factories.make_site(session, site, tenant=there or factories.make_tenant(session, tenant))
            devices = [factories.make_device(session, site=place) for _ in range(number)]
            return [factories.make_status(session, device=device).mac for device in devices]

    def send(self, *alerts: Alert) -> None:
        """Let phones send alerts now."""
        self.do(lambda session: recording.record(session, alerts, now=self.now))

    def fail(self, *macs: str) -> None:
        """Let phones raise the same alarm."""
        self.send(*(make_alert(mac=mac) for mac in macs))

    def recover(self, *macs: str) -> None:
        """Let phones clear it."""
        self.send(*(clear(mac=mac) for mac in macs))

    def do(self, deed: Callable[[Session], object]) -> None:
        """Do something in a transaction."""
        with writing(self._database, ALL_TENANTS) as session:
            deed(session)

    def wait(self, **time: float) -> None:
        """Let time go by: the scheduler looks every few seconds, as long as something is due."""
        end, at = self.now + timedelta(**time), self.now
        while at < end:
            at = min(max(self._next_due(), at + TICK), end) if at > self.now else at + TICK
            self.do(lambda session, at=at: _look(session, at))
        self.now = end

    def _next_due(self) -> datetime:
        """Return when the scheduler has something to do next."""
        times = (
            select(func.min(Alarm.next_due_at)),
            select(func.min(NoticeGroup.due_at)),
            select(func.min(Outage.below_since)).join(Alarm).where(Alarm.cleared_at.is_(None)),
        )
        with reading(self._database, ALL_TENANTS) as session:
            due, leaves, below = (session.scalar(each) for each in times)
        over = below + timedelta(minutes=5) if below is not None else None
        return min((each for each in (due, leaves, over) if each is not None), default=self.now + 1000 * HOUR)


def _look(session: Session, now: datetime) -> None:
    outages.settle(session, outages.find(session, now=now), now=now)
    due.settle(session, due.find_due(session, now=now), now=now)
    telling.tell(session, telling.find_due(session, now=now), now=now)


def simulate(
    database: Database, *, as_of: datetime, **wish: object
) -> tuple[Simulation, Sequence[SimulationAlarm]]:
    """Play the last day through all drafts of rules for alarms, and return what came of it."""
    with writing(database, ALL_TENANTS) as session:
        chosen = {draft.id for draft in jobs.drafts_to_choose(session, RuleKind.ROUTE)}
        asked = Wish(**{"kind": RuleKind.ROUTE, "draft_ids": chosen, "as_of": as_of, "days": 1, **wish})
        simulation_id = jobs.start(session, asked, author=ALICE, now=as_of).id
    SimulationWorker(database).work_off()
    return found(database, simulation_id)


def found(database: Database, simulation_id: int) -> tuple[Simulation, Sequence[SimulationAlarm]]:
    """Return a simulation and the alarms that it found to change, in their order."""
    with reading(database, ALL_TENANTS) as session:
        rows = session.query(SimulationAlarm).filter_by(simulation_id=simulation_id)
        return session.get_one(Simulation, simulation_id), rows.order_by(SimulationAlarm.number).all()
