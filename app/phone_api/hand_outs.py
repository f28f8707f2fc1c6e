"""Files that go out once: to the phone that had its file before, and to nobody else (docs/decisions/0078)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from sqlalchemy.orm import Session

from app.phone_api.calls import Call
from app.phone_api.claims import caller_of
from app.phone_api.delivery import Answer, Deliverable
from app.phone_api.errors import refuse_silently
from app.phone_api.guard import NOTHING_SAID
from app.phone_api.messages import PhoneRequest, PhoneResponse
from app.rules.neighbours import are_neighbours
from app.services import hand_outs
from app.services.hand_outs import Handed
from app.services.provisioning_guard import Caller, Guarded

MOST_HELD = 1_000
"""Phones whose files were held back and that are not noted yet; of more nothing is noted."""


class HeldBack:
    """Remembers for whom files were held back until that is written; for several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: dict[str, str] = {}

    def note(self, mac: str, address: str) -> None:
        """Note that a phone's file was held back."""
        with self._lock:
            if mac in self._held or len(self._held) < MOST_HELD:
                self._held[mac] = address

    def take(self) -> Mapping[str, str]:
        """Return for whom files were held back since this was asked last, by the phones' MACs."""
        with self._lock:
            held, self._held = self._held, {}
        return held


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of the calls of a batch, by their places: whose file went out before, and who now asks for it."""

    held_back: HeldBack
    callers: Mapping[int, tuple[Handed, Caller]] = field(default_factory=dict)
    refused: Mapping[int, PhoneResponse] = field(default_factory=dict)

    def settle(self, place: int, request: PhoneRequest, found: PhoneResponse | None) -> PhoneResponse | None:
        """Return what a caller gets of what was found; None where it has to be noted first that he gets it.

        That a phone has the file already is told to anybody who knows which one it has.
        """
        if place not in self.callers or (found is not None and found.status == 304):
            return found
        handed, caller = self.callers[place]
        if place in self.refused:
            self.held_back.note(handed.mac, caller.address)
            return self.refused[place]
        is_content = found is not None and found.status in (200, 206) and request.method != "HEAD"
        return None if is_content and handed.handed_at is None else found


def look(session: Session, guarded: Guarded, calls: Sequence[Call], held_back: HeldBack) -> Findings:
    """Look at calls for files: which of them ask for one that goes out once, and may not have it."""
    tenants = _handing_out_once(guarded)
    callers = _callers(calls) if tenants else {}
    if not callers:
        return Findings(held_back)
    handed = hand_outs.read(session, {caller.macs[0] for caller in callers.values()}, tenants)
    known = {
        place: (handed[caller.macs[0]], caller)
        for place, caller in callers.items()
        if caller.macs[0] in handed
    }
    refused = {place: _refusal(pair[0]) for place, pair in known.items() if not _may_have(guarded, *pair)}
    return Findings(held_back, known, refused)


def hand_over(
    session: Session,
    guarded: Guarded,
    calls: Sequence[Call],
    answers: Sequence[Answer],
    held_back: HeldBack,
    *,
    now: datetime,
) -> Sequence[Answer]:
    """Note to whom files go out, in the transaction that hands them out; hold back what went to somebody else."""
    if not _handing_out_once(guarded):
        return answers
    given = [
        call
        for call, answer in zip(calls, answers, strict=True)
        if isinstance(answer, Deliverable) and call.request.method != "HEAD"
    ]
    findings = look(session, guarded, given, held_back)
    first = [
        (handed, caller.address) for handed, caller in findings.callers.values() if handed.handed_at is None
    ]
    if first:
        hand_outs.note(session, first, now=now)
        findings = look(session, guarded, given, held_back)  # another process may have been first
    if not findings.refused:
        return answers
    refusals = {id(call): findings.settle(place, call.request, None) for place, call in enumerate(given)}
    return [refusals.get(id(call)) or answer for call, answer in zip(calls, answers, strict=True)]


def _handing_out_once(guarded: Guarded) -> set[int]:
    return {tenant.id for tenant in guarded.by_id.values() if tenant.hands_out_once}


def _callers(calls: Sequence[Call]) -> Mapping[int, Caller]:
    """Return who asks for the file of one phone, by their places."""
    callers = {
        place: caller_of(call.request, call.endpoint.claims(call.arguments))
        for place, call in enumerate(calls)
        if call.endpoint.find is not None and call.endpoint.claims is not None
    }
    return {place: caller for place, caller in callers.items() if len(caller.macs) == 1}


def _may_have(guarded: Guarded, handed: Handed, caller: Caller) -> bool:
    """Whether somebody may have a file: the first who asks, and then who proves that he is the same phone."""
    return (
        handed.handed_at is None
        or caller.certificate == handed.mac
        or guarded.proves(caller, handed.tenant_id)
        or are_neighbours(handed.address or "", caller.address)
    )


def _refusal(handed: Handed) -> PhoneResponse:
    return refuse_silently(
        403,
        NOTHING_SAID,
        f"The file, which goes out once, went to {handed.address} before: the page of the phone can release it.",
    )
