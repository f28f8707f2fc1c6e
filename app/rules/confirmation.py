"""Whether a phone has confirmed what it was asked, whether it still may, or whether it is too late."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from app.models.enums import Status, TargetState
from app.rules.actions import Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked of a phone, and what is known of it since.

    ``is_queued``: it is told in the answer to a report, which ``handed_over_at`` is when it got; ``expires_at`` is None
    where the waiting action is not there any more. ``version`` is the firmware that it shall report, empty where the
    file does not say.
    """

    proof: Proof
    is_queued: bool
    sent_at: datetime | None
    confirm_by: datetime | None
    handed_over_at: datetime | None = None
    expires_at: datetime | None = None
    status: Status | None = None
    status_changed_at: datetime | None = None
    started_at: datetime | None = None
    seen_at: datetime | None = None
    fetched_at: datetime | None = None
    firmware_version: str = ""
    version: str = ""


class Verdict(NamedTuple):
    """The state that follows, and why."""

    state: TargetState
    reason: str


def judge(asked: Asked, *, now: datetime) -> Verdict | None:
    """Return what has become of a target that is queued or sent, or None while nothing has."""
    if asked.is_queued:
        return _judge_queued(asked, now)
    proven = _proof(asked, asked.sent_at)
    if proven:
        return Verdict(TargetState.CONFIRMED, proven)
    if asked.confirm_by is not None and asked.confirm_by <= now:
        return Verdict(TargetState.FAILED, _too_late(asked))
    return None


def _judge_queued(asked: Asked, now: datetime) -> Verdict | None:
    if asked.handed_over_at is not None:
        proven = _proof(asked, asked.handed_over_at)
        if proven:
            return Verdict(TargetState.CONFIRMED, proven)
        return Verdict(TargetState.SENT, "It was told in the answer to its report.")
    if asked.proof is Proof.REPORTS and _is_later(asked.seen_at, asked.sent_at):
        return Verdict(TargetState.CONFIRMED, "It reported.")
    if asked.expires_at is None and asked.proof is not Proof.REPORTS:
        return Verdict(
            TargetState.FAILED,
            "It was never told: later requests took the place of this one before it reported.",
        )
    if asked.confirm_by is not None and asked.confirm_by <= now:
        return Verdict(TargetState.FAILED, "It did not report in time, so it was never told.")
    return None


def _proof(asked: Asked, since: datetime | None) -> str:
    """Return how the phone has confirmed it after this moment, or nothing."""
    match asked.proof:
        case Proof.REPORTS:
            return "It reported." if _is_later(asked.seen_at, since) else ""
        case Proof.BOOTS:
            return _proof_of_boot(asked, since)
        case Proof.FETCHES_FILE:
            return "It fetched its file." if _is_later(asked.fetched_at, since) else ""
        case Proof.REPORTS_VERSION:
            return _proof_of_version(asked, since)
        case Proof.NONE:
            return ""


def _proof_of_boot(asked: Asked, since: datetime | None) -> str:
    if _is_later(asked.started_at, since):
        return "It came back after the restart."
    was_started = asked.status is Status.STARTED and not _is_later(asked.status_changed_at, since)
    if was_started and _is_later(asked.seen_at, since):
        # Nobody is signed in on it: what it says after a restart is what it says every hour.
        return "It reports again."
    return ""


def _proof_of_version(asked: Asked, since: datetime | None) -> str:
    if not asked.version:
        return _proof_of_boot(asked, since)
    if asked.firmware_version == asked.version and _is_later(asked.seen_at, since):
        return f"It reports the version {asked.version}."
    return ""


def _too_late(asked: Asked) -> str:
    match asked.proof:
        case Proof.REPORTS:
            return "It did not report in time."
        case Proof.BOOTS:
            return "It did not come back in time."
        case Proof.FETCHES_FILE:
            return "It did not fetch its file in time."
        case Proof.REPORTS_VERSION if asked.version:
            reported = asked.firmware_version or "no version"
            return f"It reports {reported}, not {asked.version}."
        case _:
            return "It did not confirm it in time."


def _is_later(at: datetime | None, since: datetime | None) -> bool:
    return at is not None and since is not None and at > since
