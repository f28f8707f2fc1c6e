"""What the tests of the way out share: a certificate, and messages."""

from datetime import UTC, datetime

import pytest

from app.models.enums import NoticeReason, Severity
from app.rendering.notices.message import Message, ToldAlarm
from tests.receivers import Authority, make_authority

NOW = datetime(2026, 3, 9, 14, 5, 6, tzinfo=UTC)
OID = "1.3.6.1.4.1.5003.9.20.3.2.0.39"
SOURCE = "IPPhone/00908f123456"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate for this machine that is its own authority."""
    return make_authority(tmp_path_factory.mktemp("authority"))


def make_message(*, is_active: bool = True, text: str = "Registration failed", number: int = 41) -> Message:
    """Return a message about one alarm that stands, or is over."""
    alarm = ToldAlarm(
        id=number,
        type_name="IPPhoneRegisterFailure",
        title="IPPhone Register Failure",
        reason=NoticeReason.RAISE if is_active else NoticeReason.CLEAR,
        severity=Severity.CRITICAL,
        is_active=is_active,
        first_raised_at=NOW,
        last_raised_at=NOW,
        cleared_at=None if is_active else NOW,
        trap_oid=OID,
        event_type=1,
        cause=5,
        text=text,
        source=SOURCE,
        mac="00908f123456",
        tenant="emea",
        site="Berlin",
    )
    return Message(
        key=f"{number:064x}",
        group_key="cd" * 32,
        group_title="emea/Berlin",
        reason=alarm.reason,
        severity=Severity.CRITICAL if is_active else Severity.CLEARED,
        at=NOW,
        alarms=[alarm],
        told=1,
        active=int(is_active),
        phones=1,
    )
