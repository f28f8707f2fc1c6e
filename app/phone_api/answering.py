"""From a call to its answer: guard, find, and where that is not enough, record."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TypeAlias, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import NotFoundError, RingmasterError
from app.license_watch import LicenseWatch
from app.phone_api import firmware_downloads, hand_outs, rate_limits
from app.phone_api.calls import Call, prepare
from app.phone_api.context import Context
from app.phone_api.delivery import Answer, Deliverable, respond
from app.phone_api.errors import (
    ONCE_LICENSED,
    is_conflict,
    is_database_away,
    refusal_of,
    refuse_busy,
)
from app.phone_api.fetch_log import FetchLog
from app.phone_api.firmware_downloads import FirmwareDownloads
from app.phone_api.guard import Guard
from app.phone_api.hand_outs import HeldBack
from app.phone_api.known_forms import KnownForms
from app.phone_api.messages import PhoneRequest, PhoneResponse
from app.phone_api.rate_limits import RateLimits
from app.phone_api.served_files import ServedFiles
from app.security.tenant_scope import ALL_TENANTS
from app.services import hand_outs as held_back_files
from app.services import presence, sites_of_addresses
from app.services.fetches import recording as fetches_of_phones
from app.transaction import reading, writing

Seen: TypeAlias = dict[str, datetime]
Done = TypeVar("Done")
_REFUSED = (403, 404, 429)
log = logging.getLogger(__name__)

Recorded: TypeAlias = tuple[list[PhoneResponse], Seen]


@dataclass(frozen=True, slots=True)
class PhoneApi:
    """The phone API over one database and one folder of firmware; with a watch it keeps to the licence."""

    database: Database
    firmware_folder: Path
    downloads: FirmwareDownloads = field(default_factory=firmware_downloads.unlimited)
    served: ServedFiles = field(default_factory=ServedFiles)
    license: LicenseWatch | None = None
    fetched: FetchLog = field(default_factory=FetchLog)
    guard: Guard = field(default_factory=Guard)
    forms: KnownForms = field(default_factory=KnownForms)
    held_back: HeldBack = field(default_factory=HeldBack)
    rates: RateLimits = field(default_factory=rate_limits.unlimited)

    @property
    def expired(self) -> str:
        """The sentence that says since when the licence has expired, or an empty text."""
        return self.license.expired(datetime.now(UTC)) if self.license else ""

    def find(self, calls: Sequence[Call]) -> Sequence[PhoneResponse | None]:
        """Answer calls from what is stored, with one look for all of them; None for each that must be recorded.

        While the database cannot be reached, a file that was served lately is served again (docs/decisions/0001).
        """
        try:
            return _again_if_lost(lambda: self._find_together(calls))
        except Exception as error:  # noqa: BLE001 - which of the calls it was shows when each is alone
            if is_database_away(error):
                return [self._remembered(call) or refusal_of(error, call.request) for call in calls]
        return [self._find_alone(call) for call in calls]

    def record(self, calls: Sequence[Call], carried: Seen | None = None) -> Recorded:
        """Answer calls, in their order, in one transaction that has been committed when this returns.

        When the transaction fails, each call gets one of its own, so that a bad one fails alone. The second value
        names the phones of which the time of the last contact is left to be written: ``write_seen``. Those of earlier
        calls may be ``carried`` along with the transaction, and are left as well where it failed.
        """
        return self._record_licensed(calls, carried or {}, writes_seen=False)

    def write_seen(self, seen: Seen) -> None:
        """Write the times of the last contact."""
        if seen:
            with writing(self.database, ALL_TENANTS) as session:
                presence.touch_last_seen(session, seen)

    def note_fetch(self, call: Call, response: PhoneResponse) -> None:
        """Note for the provisioning log how a call was answered, where it asks for a file."""
        if call.endpoint.hands_out_files:
            self.fetched.note(call.request, response)

    def write_fetches(self) -> None:
        """Write some of what was noted for the provisioning log, in one transaction; where that fails it is lost."""
        fetches, left_out = self.fetched.take()
        held = self.held_back.take()
        if left_out:
            log.warning("%d fetches are not in the provisioning log: there were too many at once.", left_out)
        with writing(self.database, ALL_TENANTS) as session:
            fetches_of_phones.record(session, fetches)
            if held:
                held_back_files.note_held_back(session, held, now=datetime.now(UTC))

    def answer(self, request: PhoneRequest) -> PhoneResponse:
        """Answer one request from beginning to end, for a door that serves one at a time.

        What phones fetched is written by the request itself, once a second at most: the rest by the next request.
        """
        call = prepare(request)
        if isinstance(call, PhoneResponse):
            return self.rates.refusal(request, None) or call
        refusal = self.rates.refusal(request, call)
        if refusal is not None:
            self.note_fetch(call, refusal)
            return refusal
        (found,) = self.find([call])
        if found is None:
            (found,), _ = self._record_licensed([call], {}, writes_seen=True)
        self.note_fetch(call, found)
        if self.fetched.is_due and found.status < 500:
            self._write_fetches_or_go_on()
        return found

    def _write_fetches_or_go_on(self) -> None:
        try:
            self.write_fetches()
        except Exception:
            log.exception("A part of the provisioning log could not be written.")

    def _find_together(self, calls: Sequence[Call]) -> list[PhoneResponse | None]:
        context = self._context()
        with reading(self.database, ALL_TENANTS) as session:
            wanted = [
                file for call in calls if call.endpoint.wants for file in call.endpoint.wants(call.arguments)
            ]
            context.shelf.lay_out(session, wanted)
            refusals = self.guard.refusals(session, calls, are_found=True)
            context.guarded = self.guard.current(session)
            findings = hand_outs.look(session, context.guarded, calls, self.held_back)
            found = [
                refusals.get(place)
                or findings.settle(place, call.request, self._find(session, call, context))
                for place, call in enumerate(calls)
            ]
            self._forget_what_is_not_theirs(calls, found, findings)
        self.guard.note_strangers(context.strangers)
        return found

    def _find_alone(self, call: Call) -> PhoneResponse | None:
        try:
            return self._find_together([call])[0]
        except Exception as error:  # noqa: BLE001 - as above
            remembered = self._remembered(call) if is_database_away(error) else None
            return remembered or refusal_of(error, call.request)

    def _find(self, session: Session, call: Call, context: Context) -> PhoneResponse | None:
        if call.endpoint.find is None:
            return None
        path = self._kept_as(call)
        try:
            found = call.endpoint.find(session, call.arguments, context)
        except RingmasterError as error:
            if isinstance(error, NotFoundError):
                self.served.forget(path)
            return refusal_of(error, call.request)
        if isinstance(found, Deliverable):
            self.served.keep(path, found)
        elif found is not None:
            self.served.forget_older(path, found.headers.get("ETag", ""))
        if found is None:
            return None
        response = respond(call.request, found)
        return self.downloads.admit(
            call.request, response, lambda address: sites_of_addresses.find(session, address)
        )

    def _forget_what_is_not_theirs(
        self, calls: Sequence[Call], found: Sequence[PhoneResponse | None], findings: hand_outs.Findings
    ) -> None:
        """Remember nothing for who was refused, or is not noted yet to have a file that goes out once."""
        for place, (call, response) in enumerate(zip(calls, found, strict=True)):
            is_refused = response is not None and response.status in _REFUSED
            if is_refused or (response is None and place in findings.callers):
                self.served.forget(self._kept_as(call))

    def _remembered(self, call: Call) -> PhoneResponse | None:
        remembered = self.served.find(self._kept_as(call)) if call.endpoint.find else None
        if remembered is None:
            return None
        return self.downloads.admit(call.request, respond(call.request, remembered), lambda _: None)

    def _kept_as(self, call: Call) -> str:
        """Return what a served file is remembered by: where a tenant guards its phones, by whom it was served to."""
        request = call.request
        is_for_all = not self.guard.is_on and not request.key
        return request.path if is_for_all else f"{request.peer} {request.key} {request.path}"

    def _record_licensed(self, calls: Sequence[Call], carried: Seen, *, writes_seen: bool) -> Recorded:
        """Record calls, but for those that stop when the licence has expired: files go on being served."""
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
            return _again_if_lost(lambda: self._record_together(calls, carried, writes_seen=writes_seen))
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
        context = self._context()
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

    def _context(self) -> Context:
        return Context(datetime.now(UTC), self.firmware_folder, self.forms)


def _again_if_lost(order: Callable[[], Done]) -> Done:
    """Do something once more where the connection turned out to be lost: the pool makes a fresh one.

    So a restart of the database between two batches costs nobody an answer. What the lost transaction may have
    committed without saying so is done a second time: a report says the same again, an alarm counts once more.
    """
    try:
        return order()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    return order()
