"""Working off operations: claim what is due, ask phones or do it here, keep what became of it.

Every scheduler does, whether it leads or not. No transaction is open while a phone is spoken to. What is to be
written comes together for one commit: marks of phones that are about to be asked, and results.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError

from app.database import Database
from app.models import Operation
from app.models.enums import TargetState
from app.phone_client import web_pages
from app.rules.phone_calls import Answer, Outcome, PhoneCall
from app.scheduler.naming import process_name
from app.security.tenant_scope import ALL_TENANTS
from app.services.operations import calls, claiming, local, postponing, results
from app.services.operations.calls import Ports, Prepared
from app.services.operations.claiming import Claim
from app.services.operations.results import Result
from app.services.shared_time import shared_time
from app.transaction import reading, writing

log = logging.getLogger(__name__)

MOST_CALLS = 200
"""Phones that one scheduler speaks to at once."""
_LOOKS_EVERY_SECONDS = 0.3
_TAKES_BACK_EVERY_SECONDS = 5.0
_TRIES_AGAIN_SECONDS = 1.0
_BUG = "An error of this software stood in the way; the scheduler's log has it."

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class _Mark:
    """A phone that is about to be asked; the future tells whether it may be."""

    target_id: int
    may_ask: "asyncio.Future[bool]"


@dataclass(frozen=True, slots=True)
class _End:
    """What came of a phone; ``not_asked`` says why a call could not ask it."""

    operation: Operation
    target_id: int
    result: Result | None = None
    not_asked: str = ""


class Drain:
    """The worker of one scheduler process, in a thread of its own."""

    def __init__(self, database: Database, ports: Ports) -> None:
        self._database = database
        self._ports = ports
        self._owner = process_name()
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="operations", daemon=True)

    def start(self) -> None:
        """Begin to look for what is due."""
        self._thread.start()

    def stop(self) -> None:
        """Claim nothing more, and return when what is under way has ended."""
        self._is_stopping.set()
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._work())

    async def _work(self) -> None:
        self._pen = _Pen(self._database, self._owner)
        self._talks: set[asyncio.Task[None]] = set()
        self._can_be_broken_off: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            self._asking = group.create_task(self._repeat(self._ask_phones))
            group.create_task(self._repeat(self._work_here))
            group.create_task(self._repeat(self._take_back, _TAKES_BACK_EVERY_SECONDS))
            group.create_task(self._pen.write_until(self._is_over))
        with suppress(DBAPIError):
            await asyncio.to_thread(self._give_back)

    def _is_over(self) -> bool:
        """Whether nothing more will be written: asked on the way out, it breaks off talks that have asked nothing."""
        if not self._asking.done():
            return False
        for talk in self._can_be_broken_off:
            talk.cancel()
        return not self._talks

    def _give_back(self) -> None:
        """Let others have what this worker claimed and did not come to."""
        with writing(self._database, ALL_TENANTS) as session:
            claiming.give_back(session, owner=self._owner, now=shared_time(session))

    async def _repeat(self, step: Callable[[], Any], pause: float = _LOOKS_EVERY_SECONDS) -> None:
        """Do a step again and again, at once where it found something to do."""
        while not self._is_stopping.is_set():
            found_something = False
            try:
                found_something = await step()
            except DBAPIError as error:
                log.warning("Operations wait, because the database does not answer: %s", error.orig)
            if not found_something:
                await self._rest(pause)

    async def _rest(self, seconds: float) -> None:
        """Wait, but no longer than until this process is to stop."""
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while not self._is_stopping.is_set() and clock() < end:
            await asyncio.sleep(0.1)

    async def _ask_phones(self) -> bool:
        room = MOST_CALLS - len(self._talks)
        found = await asyncio.to_thread(self._claim_calls, room) if room else None
        if found is None:
            return False
        claim, prepared = found
        for target_id, call in prepared.calls.items():
            talk = asyncio.create_task(self._talk(claim.operation, target_id, call))
            for talks in (self._talks, self._can_be_broken_off):
                talks.add(talk)
                talk.add_done_callback(talks.discard)
        return True

    def _claim_calls(self, room: int) -> tuple[Claim, Prepared] | None:
        claim = self._claim(room, is_local=False)
        if claim is None:
            return None
        prepared = Prepared()
        with self._failing(claim):
            prepared = self._prepare(claim)
        return claim, prepared

    def _prepare(self, claim: Claim) -> Prepared:
        """Prepare the calls of a claim; phones that need none are done with in the same transaction."""
        with writing(self._database, ALL_TENANTS) as session:
            now, operation = shared_time(session), claim.operation
            prepared = calls.prepare(session, claim, self._ports, now=now)
            results.record(session, operation, prepared.results, owner=self._owner, now=now)
            postponing.put_off(session, operation, prepared.absent, owner=self._owner, now=now)
            if prepared.told_later:
                request = results.request_for(operation.action, operation.options)
                results.queue(session, operation, prepared.told_later, request, owner=self._owner, now=now)
        return prepared

    async def _talk(self, operation: Operation, target_id: int, call: PhoneCall) -> None:
        try:
            outcome = await web_pages.ask(call, lambda: self._mark(target_id))
        except Exception:
            log.exception("A call of the phone %s ended with an error of this software.", call.mac)
            end = _End(operation, target_id, Result(target_id, TargetState.FAILED, _BUG, call.way))
        else:
            if outcome.answer is Answer.LOST:
                return
            end = _end_of(operation, target_id, call, outcome)
        await self._pen.end(end)

    async def _mark(self, target_id: int) -> bool:
        """Note that the phone is about to be asked; from then on the talk is not broken off."""
        talk = asyncio.current_task()
        if talk is not None:
            self._can_be_broken_off.discard(talk)
        return await self._pen.mark(target_id)

    async def _work_here(self) -> bool:
        return await asyncio.to_thread(self._do_local)

    def _do_local(self) -> bool:
        claim = self._claim(local.ROOM, is_local=True)
        if claim is None:
            return False
        with self._failing(claim), writing(self._database, ALL_TENANTS) as session:
            now = shared_time(session)
            outcomes = local.work_off(session, claim, now=now)
            results.record(session, claim.operation, outcomes, owner=self._owner, now=now)
        return True

    def _claim(self, room: int, *, is_local: bool) -> Claim | None:
        if not self._is_due(is_local=is_local):
            return None
        with writing(self._database, ALL_TENANTS) as session:
            now = shared_time(session)
            return claiming.claim(session, owner=self._owner, room=room, is_local=is_local, now=now)

    @contextmanager
    def _failing(self, claim: Claim) -> Iterator[None]:
        """Let the targets of a claim fail where the block ends with a bug: it would do so again and again."""
        try:
            yield
        except DBAPIError:
            raise  # the database is away, and the claim is taken back when it is there again
        except Exception:
            log.exception("The operation %d ended with an error of this software.", claim.operation.id)
            with writing(self._database, ALL_TENANTS) as session:
                failed = [Result(target_id, TargetState.FAILED, _BUG) for target_id, _ in claim.targets]
                now = shared_time(session)
                results.record(session, claim.operation, failed, owner=self._owner, now=now)

    def _is_due(self, *, is_local: bool) -> bool:
        with reading(self._database, ALL_TENANTS) as session:
            return claiming.is_anything_due(session, is_local=is_local, now=shared_time(session))

    async def _take_back(self) -> bool:
        await asyncio.to_thread(self._take_back_abandoned)
        return False

    def _take_back_abandoned(self) -> None:
        with reading(self._database, ALL_TENANTS) as session:
            ids = claiming.find_abandoned(session, now=shared_time(session))
        if ids:
            with writing(self._database, ALL_TENANTS) as session:
                number = claiming.take_back(session, ids, now=shared_time(session))
            log.warning("%d targets of operations were left by a scheduler that ended.", number)


class _Pen:
    """Writes what talks have to note, all that came meanwhile in one transaction."""

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self._owner = owner
        self._marks: list[_Mark] = []
        self._ends: list[tuple[_End, asyncio.Future[None]]] = []
        self._has_something = asyncio.Event()

    async def mark(self, target_id: int) -> bool:
        """Note that a phone is about to be asked; whether it may be."""
        may_ask: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._marks.append(_Mark(target_id, may_ask))
        self._has_something.set()
        return await may_ask

    async def end(self, end: _End) -> None:
        """Note what came of a phone, and return when it is kept."""
        is_kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ends.append((end, is_kept))
        self._has_something.set()
        await is_kept

    async def write_until(self, is_over: Callable[[], bool]) -> None:
        """Write whatever comes, until nothing more will."""
        while not is_over():
            try:
                async with asyncio.timeout(_LOOKS_EVERY_SECONDS):
                    await self._has_something.wait()
            except TimeoutError:
                continue
            self._has_something.clear()
            await self._write_all()

    async def _write_all(self) -> None:
        marks, self._marks = self._marks, []
        ends, self._ends = self._ends, []
        while True:
            try:
                marked = await asyncio.to_thread(
                    self._write, [mark.target_id for mark in marks], [end for end, _ in ends]
                )
                break
            except DBAPIError as error:
                log.warning("Results of operations wait for the database: %s", error.orig)
                await asyncio.sleep(_TRIES_AGAIN_SECONDS)
        for mark in marks:
            if not mark.may_ask.done():
                mark.may_ask.set_result(mark.target_id in marked)
        for _, is_kept in ends:
            is_kept.set_result(None)

    def _write(self, marks: Sequence[int], ends: Sequence[_End]) -> set[int]:
        with writing(self._database, ALL_TENANTS) as session:
            now = shared_time(session)
            marked = claiming.mark_sending(session, marks, owner=self._owner, now=now) if marks else set()
            for operation, of_one in _by_operation(ends):
                found = [end.result for end in of_one if end.result is not None]
                results.record(session, operation, found, owner=self._owner, now=now)
                not_asked = {end.target_id: end.not_asked for end in of_one if end.not_asked}
                if not_asked:
                    postponing.put_off_or_queue(session, operation, not_asked, owner=self._owner, now=now)
        return marked


def _by_operation(ends: Sequence[_End]) -> Sequence[tuple[Operation, list[_End]]]:
    grouped: dict[int, tuple[Operation, list[_End]]] = {}
    for end in ends:
        grouped.setdefault(end.operation.id, (end.operation, []))[1].append(end)
    return list(grouped.values())


def _end_of(operation: Operation, target_id: int, call: PhoneCall, outcome: Outcome) -> _End:
    match outcome.answer:
        case Answer.DONE:
            state = TargetState.CONFIRMED
        case Answer.ASKED | Answer.DOUBTFUL:
            state = TargetState.SENT
        case _:
            return _End(operation, target_id, not_asked=outcome.reason)
    return _End(operation, target_id, Result(target_id, state, outcome.reason, call.way))
