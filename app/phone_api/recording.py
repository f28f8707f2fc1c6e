"""Answering calls that write: each answer after the commit of a transaction that many of them share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

from app.database import Database
from app.license_watch import LicenseWatch
from app.phone_api import hand_outs
from app.phone_api.calls import Call
from app.phone_api.context import Context
from app.phone_api.delivery import Answer, respond
from app.phone_api.errors import (
    ONCE_LICENSED,
    is_conflict,
    is_database_away,
    refusal_of,
    refuse_busy,
)
from app.phone_api.guard import Guard
from app.phone_api.hand_outs import HeldBack
from app.phone_api.known_forms import KnownForms
from app.phone_api.lost_connections import again_if_lost
from app.phone_api.messages import PhoneResponse
from app.security.tenant_scope import ALL_TENANTS
from app.services import presence
from app.transaction import writing

Seen: TypeAlias = dict[str, datetime]
"""When phones were heard last, by MAC address."""
Recorded: TypeAlias = tuple[list[PhoneResponse], Seen]
"""The answers, and the phones of which the time of the last contact is left to be written."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """Records calls; with a watch it keeps to the licence."""

    database: Database
    firmware_folder: Path
    license: LicenseWatch | None
    guard: Guard
    forms: KnownForms
    held_back: HeldBack

    @property
    def expired(self) -> str:
        """The sentence that says since when the licence has expired, or an empty text."""
        return self.license.expired(datetime.now(UTC)) if self.license else ""

    def record(self, calls: Sequence[Call], carried: Seen, *, writes_seen: bool) -> Recorded:
        """Answer calls, in their order, in one transaction that has been committed when this returns.

        When the transaction fails, each call gets one of its own, so that a bad one fails alone. Times of the last
        contact that earlier calls have left are ``carried`` along with the transaction, and left again where it failed;
        those of these calls are written with it where ``writes_seen`` says so. Calls that stop when the licence has
        expired are refused then; files go on being served.
        """
        sentence = self.expired
        if not sentence:
            return self._record(calls, carried, writes_seen=writes_seen)
        going_on = [call for call in calls if not call.endpoint.stops_with_license]
        recorded, seen = (
            self._record(going_on, carried, writes_seen=writes_seen) if going_on else ([], carried)
        )
        answers = iter(recorded)
        return [
            refuse_busy(sentence, ONCE_LICENSED) if call.endpoint.stops_with_license else next(answers)
            for call in calls
        ], seen

    def _record(self, calls: Sequence[Call], carried: Seen, *, writes_seen: bool) -> Recorded:
        try:
            return again_if_lost(lambda: self._record_together(calls, carried, writes_seen=writes_seen))
        except Exception as error:  # noqa: BLE001 - which of the calls it was shows when each is alone
            if is_database_away(error):
                return [refusal_of(error, call.request) for call in calls], carried
        alone = [self._record_alone(call, writes_seen=writes_seen) for call in calls]
        heard = dict(carried)
        for _, seen in alone:
            heard |= seen
        return [answer for (answer,), _ in alone], heard

    def _record_alone(self, call: Call, *, writes_seen: bool) -> Recorded:
        """Record one call; a second time where another process wrote the same row in between."""
        try:
            return self._record_together([call], {}, writes_seen=writes_seen)
        except Exception as error:  # noqa: BLE001 - as above
            if not is_conflict(error):
                return [refusal_of(error, call.request)], {}
        try:
            return self._record_together([call], {}, writes_seen=writes_seen)
        except Exception as error:  # noqa: BLE001 - as above
            return [refusal_of(error, call.request)], {}

    def _record_together(self, calls: Sequence[Call], carried: Seen, *, writes_seen: bool) -> Recorded:
        context = Context(datetime.now(UTC), self.firmware_folder, self.forms)
        answers: Sequence[Answer] = []
        with writing(self.database, ALL_TENANTS) as session:
            refusals = self.guard.refusals(session, calls, are_found=False)
            context.guarded = self.guard.current(session)
            admitted = (
                [call for place, call in enumerate(calls) if place not in refusals] if refusals else calls
            )
            for endpoint, group in groupby(admitted, key=lambda call: call.endpoint):
                if endpoint.record is None:
                    raise TypeError("an endpoint without a way to record left a call unanswered")
                answers = [*answers, *endpoint.record(session, [call.arguments for call in group], context)]
            answers = hand_outs.hand_over(
                session, context.guarded, admitted, answers, self.held_back, now=context.now
            )
            due = carried | context.heard if writes_seen else carried
            if due:
                presence.touch_last_seen(session, due)
        self.guard.note_strangers(context.strangers)
        responses = [respond(call.request, answer) for call, answer in zip(admitted, answers, strict=True)]
        if refusals:
            left = iter(responses)
            responses = [refusals.get(place) or next(left) for place in range(len(calls))]
        return responses, {} if writes_seen else context.heard
