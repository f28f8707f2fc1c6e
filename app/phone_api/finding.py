"""Answering calls from what is stored: one look for all of them, in a transaction that only reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.database import Database
from app.errors import NotFoundError, RingmasterError
from app.phone_api import hand_outs
from app.phone_api.calls import Call
from app.phone_api.context import Context
from app.phone_api.delivery import Deliverable, respond
from app.phone_api.errors import is_database_away, refusal_of
from app.phone_api.firmware_downloads import FirmwareDownloads
from app.phone_api.guard import Guard
from app.phone_api.hand_outs import HeldBack
from app.phone_api.known_forms import KnownForms
from app.phone_api.lost_connections import again_if_lost
from app.phone_api.messages import PhoneResponse
from app.phone_api.served_files import ServedFiles
from app.security.tenant_scope import ALL_TENANTS
from app.services import sites_of_addresses
from app.transaction import reading

_REFUSED = (403, 404, 429)


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds the answers that need nothing to be written."""

    database: Database
    firmware_folder: Path
    downloads: FirmwareDownloads
    served: ServedFiles
    guard: Guard
    forms: KnownForms
    held_back: HeldBack

    def find(self, calls: Sequence[Call]) -> Sequence[PhoneResponse | None]:
        """Answer calls from what is stored, with one look for all of them; None for each that must be recorded.

        While the database cannot be reached, a file that was served lately is served again (docs/decisions/0001).
        """
        try:
            return again_if_lost(lambda: self._find_together(calls))
        except Exception as error:  # noqa: BLE001 - which of the calls it was shows when each is alone
            if is_database_away(error):
                return [self._remembered(call) or refusal_of(error, call.request) for call in calls]
        return [self._find_alone(call) for call in calls]

    def _find_together(self, calls: Sequence[Call]) -> list[PhoneResponse | None]:
        context = Context(datetime.now(UTC), self.firmware_folder, self.forms)
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
