"""Alarms that stand are looked up by their keys and phones, also in a storm of which statistics do not know yet."""

from sqlalchemy import event, insert, text

from app.models import Alarm
from app.services.alarms import recording
from tests.factories import NOW, make_alarm, make_status
from tests.services.test_alarms import make_alert

MACS = [f"00908f{number:06x}" for number in range(20)]
CLEARED, STANDING = 1_500, 1_500


class Lookups:
    """What is asked of the table of alarms, with what goes along."""

    def __init__(self, session):
        self.asked = []
        event.listen(session.connection().engine, "before_cursor_execute", self._note)

    def _note(self, _connection, _cursor, statement, parameters, *_):
        if statement.startswith("SELECT") and "FROM alarm " in statement:
            self.asked.append((statement, parameters))

    def plans(self, session):
        """Return how the database finds what was asked for."""
        explain = "EXPLAIN" if is_postgresql(session) else "EXPLAIN QUERY PLAN"
        rows = (
            session.connection().exec_driver_sql(f"{explain} {statement}", parameters).all()
            for statement, parameters in list(self.asked)
        )
        return ["\n".join(str(row[-1]) for row in plan) for plan in rows]


def is_postgresql(session):
    return session.get_bind().dialect.name == "postgresql"


def fill(session):
    """Many alarms that are over, which is what statistics know of, and then many that stand."""
    for mac in MACS:
        make_status(session, mac=mac)
    like = make_alarm(session, mac=MACS[0], name="Another", cleared_at=NOW)
    kept = {
        column.name: getattr(like, column.name)
        for column in Alarm.__table__.columns
        if column.name not in {"id", "active_key", "dedup_key", "mac", "cleared_at"}
    }
    session.execute(insert(Alarm), [kept | row_of(number, NOW) for number in range(CLEARED)])
    if is_postgresql(session):
        session.execute(text("ANALYZE alarm"))
    session.execute(insert(Alarm), [kept | row_of(-number, None) for number in range(STANDING)])


def row_of(number, cleared_at):
    return {"mac": f"0a{abs(number):010x}", "dedup_key": f"of {number}", "cleared_at": cleared_at}


def plans_of(session, alerts):
    lookups = Lookups(session)
    recording.record(session, alerts, now=NOW)
    return lookups.plans(session)


def test_those_that_are_raised_are_found_by_their_key(session):
    fill(session)
    plans = plans_of(session, [make_alert(mac=mac) for mac in MACS])
    assert len(plans) == 2  # those that stand, and those that ended just now
    assert "uq_alarm_active" in plans[0]
    assert "Seq Scan" not in plans[0]


def test_those_that_are_cleared_by_number_are_found_by_key_and_phone(session):
    fill(session)
    recording.record(session, [make_alert(mac=mac) for mac in MACS], now=NOW)
    (plan,) = plans_of(session, [make_alert(mac=mac, is_clear=True) for mac in MACS])
    assert "uq_alarm_active" in plan
    assert "ix_alarm_mac" in plan
    assert "ix_alarm_counts" not in plan


def test_only_one_that_stands_has_its_key(session):
    standing = make_alarm(session, mac=MACS[0])
    over = make_alarm(session, mac=MACS[1], cleared_at=NOW)
    session.flush()
    session.refresh(standing)
    session.refresh(over)
    assert (standing.active_key, over.active_key) == (standing.dedup_key, None)
