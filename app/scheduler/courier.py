"""The courier: sends messages about alarms and events to their destinations, each destination by itself.

Every scheduler has one; SNMP is sent by the one that leads, which has the engine that receivers know. No transaction
is open while something is sent, and each message is noted before the next of the same destination.
"""

import asyncio
import logging
import secrets
import threading
from collections.abc import Callable, Sequence

from sqlalchemy.exc import DBAPIError

from app.database import Database
from app.errors import RingmasterError
from app.models import Delivery
from app.notifier.failures import NotDelivered
from app.notifier.sending import send
from app.notifier.snmp import EngineIdentity, SnmpSender
from app.rendering.notices import events
from app.rendering.notices.events import EventMessage
from app.rendering.notices.message import Message, from_payload
from app.rules.receivers import Receiver
from app.scheduler.naming import process_name
from app.security.tenant_scope import ALL_TENANTS
from app.services.destinations.receivers import receiver_of
from app.services.notices import engine_identity, outbox
from app.services.notices.outbox import Claim, Outcome
from app.services.shared_time import shared_time
from app.transaction import reading, writing

log = logging.getLogger(__name__)

MOST_DESTINATIONS = 30
"""Destinations that one scheduler sends to at once."""
_LOOKS_EVERY_SECONDS = 0.5
_TRIES_AGAIN_SECONDS = 1.0
_SPREADS = 1 << 16
_BUG = "An error of this software stood in the way; the scheduler's log has it."


class Courier:
    """Sends what waits in the outbox, in a thread of its own. ``leads`` says whether this process leads now."""

    def __init__(
        self, database: Database, *, leads: Callable[[], bool], looks_every: float = _LOOKS_EVERY_SECONDS
    ) -> None:
        self._database = database
        self._leads = leads
        self._looks_every = looks_every
        self._owner = process_name()
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """Begin to look for messages."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more, and return when what is being sent has been sent and noted."""
        self._is_stopping.set()
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._work())

    async def _work(self) -> None:
        snmp = SnmpSender(self._begin_engine)
        rounds: set[asyncio.Task[None]] = set()
        while not self._is_stopping.is_set():
            claims: Sequence[Claim] = ()
            if not self._leads():
                snmp.close()  # another has begun the engine since: receivers would refuse this one as older
            try:
                claims = await asyncio.to_thread(self._claim, MOST_DESTINATIONS - len(rounds))
            except DBAPIError as error:
                log.warning("Messages wait, because the database does not answer: %s", error.orig)
            except Exception:
                log.exception("Messages wait, because of an error of this software.")
            for claim in claims:
                round_ = asyncio.create_task(self._serve(claim, snmp))
                rounds.add(round_)
                round_.add_done_callback(rounds.discard)
            if not claims:
                await self._rest(self._looks_every)
        await asyncio.gather(*rounds)
        snmp.close()

    async def _rest(self, seconds: float) -> None:
        """Wait, but no longer than until this process is to stop."""
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while not self._is_stopping.is_set() and clock() < end:
            await asyncio.sleep(min(0.1, seconds))

    def _claim(self, room: int) -> Sequence[Claim]:
        if room < 1:
            return ()
        with_snmp = self._leads()
        with reading(self._database, ALL_TENANTS) as session:
            ids = outbox.find_due(session, with_snmp=with_snmp, now=shared_time(session))
        if not ids:
            return ()
        with writing(self._database, ALL_TENANTS) as session:
            now = shared_time(session)
            return outbox.claim(session, ids, owner=self._owner, room=room, with_snmp=with_snmp, now=now)

    async def _serve(self, claim: Claim, snmp: SnmpSender) -> None:
        """Send the messages of one destination, one after the other, as long as it is ours and takes them."""
        for delivery in claim.deliveries:
            if self._is_stopping.is_set():
                break
            outcome = await self._try(claim, delivery, snmp)
            if not await self._noted(delivery, outcome):
                break
        await self._written(lambda: self._let_go(claim))

    async def _try(self, claim: Claim, delivery: Delivery, snmp: SnmpSender) -> Outcome:
        """Send one message; never raises for what a receiver does or does not do."""
        try:
            receiver, message = _unpacked(claim, delivery)
            answer = await send(receiver, message, destination=claim.destination.name, snmp=snmp)
        except NotDelivered as error:
            return Outcome(is_sent=False, answer=str(error), is_of_message=error.is_of_message)
        except RingmasterError as error:
            return Outcome(is_sent=False, answer=str(error))
        except Exception:
            log.exception("The delivery %d ended with an error of this software.", delivery.id)
            return Outcome(is_sent=False, answer=_BUG, is_of_message=True)
        return Outcome(is_sent=True, answer=answer)

    async def _noted(self, delivery: Delivery, outcome: Outcome) -> bool:
        return await self._written(lambda: self._note(delivery.id, outcome))

    async def _written(self, write: Callable[[], bool]) -> bool:
        """Write something however long the database stays away: what is not noted is sent again."""
        while True:
            try:
                return await asyncio.to_thread(write)
            except DBAPIError as error:
                log.warning("What became of messages waits for the database: %s", error.orig)
                if self._is_stopping.is_set():
                    return False
                await asyncio.sleep(_TRIES_AGAIN_SECONDS)
            except Exception:
                log.exception("What became of a message could not be noted: it is sent again after a while.")
                return False

    def _note(self, delivery_id: int, outcome: Outcome) -> bool:
        chance = secrets.randbelow(_SPREADS) / _SPREADS
        with writing(self._database, ALL_TENANTS) as session:
            now = shared_time(session)
            return outbox.note(session, delivery_id, outcome, owner=self._owner, chance=chance, now=now)

    def _let_go(self, claim: Claim) -> bool:
        with writing(self._database, ALL_TENANTS) as session:
            outbox.let_go(session, claim.destination.id, owner=self._owner)
        return True

    async def _begin_engine(self) -> EngineIdentity:
        return await asyncio.to_thread(self._next_identity)

    def _next_identity(self) -> EngineIdentity:
        with writing(self._database, ALL_TENANTS) as session:
            return EngineIdentity(*engine_identity.begin(session))


def _unpacked(claim: Claim, delivery: Delivery) -> tuple[Receiver, Message | EventMessage]:
    payload = delivery.payload
    unpack = events.from_payload if events.MARK in payload else from_payload
    return receiver_of(claim.destination), unpack(payload)
