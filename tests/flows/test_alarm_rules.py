"""Rules for alarms in a whole Ringmaster: what phones send comes in by HTTP, and messages reach real receivers."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.models import Alarm, Delivery, GroupedNotice
from app.models.enums import DeliveryState, DestinationKind, NoticeFate, RuleKind, SourceKind
from app.rules.receivers import MailSecurity, Transport
from app.security.secrets import open_vault
from tests import factories
from tests.flows.alerting import CLEARED, send_all
from tests.flows.installation import KEY, Installation, installation, until
from tests.receivers import Listener, MailServer, mail_server, udp_listener
from tests.services.noticing import make_destination
from tests.services.rule_writing import activate

pytestmark = pytest.mark.acceptance

PHONES = 500
CHANGES = 40
ROUTE = {"does": "forward", "at_least": "info", "wait": "0", "interval": "1", "continues": "yes"}
OUTAGE = {"by": "site", "severity": "critical", "percent": "25", "phones": "20", "ends_after": "5"}

Record = Callable[[str, object], None]


@pytest.fixture
def ringmaster(empty_database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """A Ringmaster of its own: rules for alarms are asked about all alarms."""
    open_vault(KEY)
    with installation(tmp_path / "data", empty_database_url) as running:
        yield running


@pytest.fixture
def receivers() -> Iterator[tuple[MailServer, Listener]]:
    """A mail server and a listener of syslog."""
    with ExitStack() as stack:
        yield stack.enter_context(mail_server()), stack.enter_context(udp_listener())


def write_rules(
    ringmaster: Installation, receivers: tuple[MailServer, Listener], *rules: tuple[RuleKind, dict[str, str]]
) -> None:
    mail, syslog = receivers
    with ringmaster.writing() as session:
        make_destination(
            session, DestinationKind.MAIL, "Mail", port=str(mail.port), security=MailSecurity.PLAIN
        )
        make_destination(
            session, DestinationKind.SYSLOG, "Syslog", port=str(syslog.port), transport=Transport.UDP
        )
        for kind, outcome in rules:
            activate(session, kind, ("", outcome))
        activate(
            session, RuleKind.ROUTE, *(("", {**ROUTE, "destinations": name}) for name in ("Mail", "Syslog"))
        )


def add_phones(ringmaster: Installation, number: int) -> list[str]:
    """Add devices of one site."""
    with ringmaster.writing() as session:
        site = factories.make_site(session, "Berlin", tenant=factories.make_tenant(session, "emea"))
        devices = [factories.make_device(session, site=site) for _ in range(number)]
        return [factories.make_status(session, device=device).mac for device in devices]


def counted(ringmaster: Installation, question: Callable[[Session], int | None]) -> int:
    with ringmaster.reading() as session:
        return question(session) or 0


def waits(session: Session) -> int | None:
    """How much is still to be told or to be sent."""
    notices = select(func.count()).where(GroupedNotice.fate == NoticeFate.WAITING)
    unsent = select(func.count()).where(Delivery.state != DeliveryState.SENT)
    return (session.scalar(notices) or 0) + (session.scalar(unsent) or 0)


def sent(ringmaster: Installation) -> Counter[str]:
    """How many messages each destination got, by the outbox."""
    with ringmaster.reading() as session:
        return Counter(delivery.destination.name for delivery in session.scalars(select(Delivery)))


def test_an_outage_of_500_phones_is_one_message_for_each_destination(
    ringmaster: Installation, receivers: tuple[MailServer, Listener], record_property: Record
) -> None:
    write_rules(ringmaster, receivers, (RuleKind.CORRELATE, OUTAGE))
    macs = add_phones(ringmaster, PHONES)
    asyncio.run(send_all(ringmaster.phone_url, macs))

    part_of_it = select(func.count()).where(Alarm.parent_id.is_not(None))
    until(lambda: counted(ringmaster, lambda session: session.scalar(part_of_it)) == PHONES)
    until(lambda: sent(ringmaster).total() and not counted(ringmaster, waits))
    assert sent(ringmaster) == {"Mail": 1, "Syslog": 1}
    mail, syslog = receivers
    until(lambda: mail.mails and syslog.received)
    assert [len(mail.mails), len(syslog.received)] == [1, 1]
    assert "Berlin" in str(mail.mails[0]["Subject"])
    record_property("subject of the mail", str(mail.mails[0]["Subject"]))
    outages = select(func.count()).where(Alarm.source_kind == SourceKind.GROUP)
    assert counted(ringmaster, lambda session: session.scalar(outages)) == 1


def test_a_flapping_phone_is_at_most_two_messages_for_each_destination(
    ringmaster: Installation, receivers: tuple[MailServer, Listener]
) -> None:
    """Forty changes come as fast as they are answered, which is within the rule's time; then time is set forward."""
    write_rules(ringmaster, receivers, (RuleKind.FLAP, {}))
    macs = add_phones(ringmaster, 1)

    async def flap() -> None:
        for number in range(CHANGES):
            await send_all(ringmaster.phone_url, macs, *([CLEARED] if number % 2 else []), at_once=1)
        await send_all(ringmaster.phone_url, macs, at_once=1)

    asyncio.run(flap())
    with ringmaster.reading() as session:
        (alarm,) = session.scalars(select(Alarm))
        assert (alarm.is_active, alarm.reopened, alarm.flaps_until is not None) == (True, CHANGES // 2, True)
    with ringmaster.writing() as session:
        now = datetime.now(UTC)
        session.execute(update(Alarm).values(flaps_until=now, next_due_at=now))

    settled = select(func.count()).where(Alarm.flaps_until.is_(None))
    until(lambda: counted(ringmaster, lambda session: session.scalar(settled)))
    until(lambda: sent(ringmaster).total() and not counted(ringmaster, waits))
    number = sent(ringmaster)
    assert set(number) == {"Mail", "Syslog"}
    assert max(number.values()) <= 2
    mail, syslog = receivers
    until(lambda: len(mail.mails) == number["Mail"] and len(syslog.received) == number["Syslog"])
