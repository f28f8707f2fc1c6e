"""From a call to its answer: guard, find, and where that is not enough, record."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from app.database import Database
from app.license_watch import LicenseWatch
from app.phone_api import firmware_downloads, rate_limits
from app.phone_api.calls import Call, prepare
from app.phone_api.fetch_log import FetchLog
from app.phone_api.finding import Finder
from app.phone_api.firmware_downloads import FirmwareDownloads
from app.phone_api.guard import Guard
from app.phone_api.hand_outs import HeldBack
from app.phone_api.known_forms import KnownForms
from app.phone_api.messages import PhoneRequest, PhoneResponse
from app.phone_api.rate_limits import RateLimits
from app.phone_api.recording import Recorded, Recorder, Seen
from app.phone_api.served_files import ServedFiles
from app.security.tenant_scope import ALL_TENANTS
from app.services import hand_outs as held_back_files
from app.services import presence
from app.services.fetches import recording as fetches_of_phones
from app.transaction import writing

log = logging.getLogger(__name__)


@dataclass(frozen=True)
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

    @cached_property
    def _finder(self) -> Finder:
        return Finder(
            self.database,
            self.firmware_folder,
            self.downloads,
            self.served,
            self.guard,
            self.forms,
            self.held_back,
        )

    @cached_property
    def _recorder(self) -> Recorder:
        return Recorder(
            self.database, self.firmware_folder, self.license, self.guard, self.forms, self.held_back
        )

    @property
    def expired(self) -> str:
        """The sentence that says since when the licence has expired, or an empty text."""
        return self._recorder.expired

    def find(self, calls: Sequence[Call]) -> Sequence[PhoneResponse | None]:
        """Answer calls from what is stored; None for each that must be recorded."""
        return self._finder.find(calls)

    def record(self, calls: Sequence[Call], carried: Seen | None = None) -> Recorded:
        """Answer calls, in their order, in one transaction that has been committed when this returns.

        When the transaction fails, each call gets one of its own, so that a bad one fails alone. The second value
        names the phones of which the time of the last contact is left to be written: ``write_seen``. Those of earlier
        calls may be ``carried`` along with the transaction, and are left as well where it failed.
        """
        return self._recorder.record(calls, carried or {}, writes_seen=False)

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
            (found,), _ = self._recorder.record([call], {}, writes_seen=True)
        self.note_fetch(call, found)
        if self.fetched.is_due and found.status < 500:
            self._write_fetches_or_go_on()
        return found

    def _write_fetches_or_go_on(self) -> None:
        try:
            self.write_fetches()
        except Exception:
            log.exception("A part of the provisioning log could not be written.")
