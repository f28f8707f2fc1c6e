"""Who is refused before anything is looked up for him: the provisioning guard before both doors (decision 0068)."""

import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.phone_api.calls import Call
from app.phone_api.claims import Claim, caller_of
from app.phone_api.errors import LATER, refuse_silently
from app.phone_api.guesses import Guesses, GuessMemory, Limits, source_of
from app.phone_api.messages import PhoneRequest, PhoneResponse
from app.rules.sentences import quoted
from app.services import provisioning, provisioning_guard
from app.services.provisioning_guard import Guarded, Lack

LOOKS_EVERY_SECONDS = 5.0
NOTHING_SAID = "This is not served here."
TRY_LATER = "Too much was asked for from here. Try again later."
"""All that is said to whom a guard refuses; the provisioning log has the reason."""
_WHY_SUSPECT = (
    "The files of too many unknown phones were asked for from this address: phones that were not heard from there "
    "before have to wait."
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A call among others, and whom it is about."""

    place: int
    request: PhoneRequest
    claim: Claim
    is_file: bool


class Guard:
    """Remembers what tenants guard, and looks again every few seconds; for several threads."""

    def __init__(
        self, guesses: Guesses | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.guesses = guesses or Guesses(GuessMemory(), Limits(0, 0.0, 0.0))
        self._clock = clock
        self._looked_at = float("-inf")
        self._guarded = Guarded()

    @property
    def is_on(self) -> bool:
        """Whether a tenant guards its phones, or somebody is suspect, as far as was known lately."""
        return bool(self._guarded.by_id) or self.guesses.are_suspected

    @property
    def shared_addresses(self) -> Sequence[str]:
        """Networks of addresses behind each of which there may be very many phones, as far as was known lately."""
        return self._guarded.shared

    def refusals(
        self, session: Session, calls: Sequence[Call], *, are_found: bool
    ) -> Mapping[int, PhoneResponse]:
        """Return by their places the calls that are refused: of those that are found, or of the others.

        Each is asked about once: a file before it is looked for, a report before it is recorded.
        """
        guarded = self.current(session)
        if not self.is_on:
            return {}
        asked = [
            _Asked(place, call.request, call.endpoint.claims(call.arguments), is_file=are_found)
            for place, call in enumerate(calls)
            if call.endpoint.claims is not None and (call.endpoint.find is not None) is are_found
        ]
        return {**self._of_suspects(session, asked), **self._of_tenants(session, guarded, asked)}

    def note_strangers(self, strangers: Iterable[tuple[str, str]]) -> None:
        """Note who asked for files of phones of which nobody has heard, each by address and MAC."""
        for address, mac in strangers:
            self.guesses.note(address, mac)

    def current(self, session: Session) -> Guarded:
        """Return what is guarded, read anew where that is some seconds old.

        No lock is held meanwhile: the session of a report may wait long for its turn to write, and files must not.
        """
        asked_at = self._clock()
        if asked_at - self._looked_at >= LOOKS_EVERY_SECONDS:
            found = provisioning_guard.read(session, now=datetime.now(UTC))
            if asked_at >= self._looked_at:
                self._guarded, self._looked_at = found, asked_at
        return self._guarded

    def _of_suspects(self, session: Session, asked: Sequence[_Asked]) -> Mapping[int, PhoneResponse]:
        """Refuse whoever guesses all but the phones that were heard from there before (docs/decisions/0069)."""
        of_suspects = [one for one in asked if one.claim.macs and self.guesses.is_suspect(one.request.peer)]
        if not of_suspects:
            return {}
        heard = provisioning_guard.addresses_of(
            session, {mac for one in of_suspects for mac in one.claim.macs}
        )
        refusals = {}
        for one in of_suspects:
            here = source_of(one.request.peer)
            away = [mac for mac in one.claim.macs if source_of(heard.get(mac, "")) != here]
            strangers = [mac for mac in away if mac not in heard]
            if one.is_file:
                self.note_strangers((one.request.peer, mac) for mac in strangers)
            elif strangers == away:
                # The first report of a new phone gives nothing away, and makes it known here.
                continue
            if away:
                refusals[one.place] = refuse_silently(
                    429, TRY_LATER, _WHY_SUSPECT, **{"Retry-After": str(secrets.choice(LATER))}
                )
        return refusals

    def _of_tenants(
        self, session: Session, guarded: Guarded, asked: Sequence[_Asked]
    ) -> Mapping[int, PhoneResponse]:
        """Refuse who is not where the tenant serves its phones, or does not prove what it wants proved.

        Without the key nothing can be told from a phone that there is not, and who asks so guesses.
        """
        if not guarded.by_id:
            return {}
        tenants = provisioning_guard.tenants_of(session, {mac for one in asked for mac in one.claim.macs})
        refusals = {}
        for one in asked:
            caller = caller_of(one.request, one.claim)
            of_phones = (
                guarded.find(tenants.get(mac), one.claim.tenant, one.claim.customer)
                for mac in one.claim.macs or ("",)
            )
            reasons = (tenant.why_not(caller, guarded) for tenant in of_phones if tenant)
            lack, why = next(filter(None, reasons), (None, ""))
            if lack is Lack.KEY:
                refusals[one.place] = _as_if_nothing_were_there(one, why)
                if one.is_file:
                    self.note_strangers((caller.address, mac) for mac in caller.macs)
            elif lack is not None:
                refusals[one.place] = refuse_silently(403, NOTHING_SAID, why)
        return refusals


def _as_if_nothing_were_there(one: _Asked, why: str) -> PhoneResponse:
    """Return what somebody is told who asks for a phone or a tenant that there is not."""
    if not one.is_file:
        sentence = f"There is nothing for phones at {quoted(one.request.path)}."
    elif one.claim.tenant and one.claim.macs:
        sentence = provisioning.no_tenant(one.claim.tenant)
    elif one.claim.macs:
        sentence = provisioning.not_approved(one.claim.macs[0])
    else:
        name = one.request.path.rpartition("/")[2]
        sentence = f"There is no configuration file called {quoted(name)}."
    return refuse_silently(404, sentence, why)
