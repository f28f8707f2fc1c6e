"""Several workers at once, on both databases: each target goes to one of them, and none is forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.database import Database
from app.models import Operation
from app.models.enums import TargetState
from app.security.tenant_scope import ALL_TENANTS
from app.services.operations import claiming, results
from app.services.operations.results import Result
from app.services.shared_time import shared_time
from app.transaction import reading, writing
from tests.services.operating import begin, make_phones, targets_of

WORKERS = 4


def work(database: Database, owner: str, *, room: int) -> list[int]:
    """Claim and finish until nothing is due; the ids in the order in which this worker had them."""
    had: list[int] = []
    while True:
        with writing(database, ALL_TENANTS) as session:
            now = shared_time(session)
            claim = claiming.claim(session, owner=owner, room=room, is_local=False, now=now)
        if claim is None:
            with reading(database, ALL_TENANTS) as session:
                if not claiming.is_anything_due(session, is_local=False, now=shared_time(session)):
                    return had
            continue
        ids = [target_id for target_id, _ in claim.targets]
        with writing(database, ALL_TENANTS) as session:
            marked = claiming.mark_sending(session, ids, owner=owner, now=shared_time(session))
        with writing(database, ALL_TENANTS) as session:
            done = [Result(target_id, TargetState.CONFIRMED) for target_id in marked]
            results.record(session, claim.operation, done, owner=owner, now=shared_time(session))
        had += marked


@pytest.fixture
def operations(database: Database) -> list[int]:
    """Two operations of sixty phones each."""
    with writing(database, ALL_TENANTS) as session:
        devices = make_phones(session, 60)
        return [begin(session, devices, batch=10).id, begin(session, devices, batch=5).id]


def test_workers_share_the_targets_and_have_none_twice(database: Database, operations: list[int]) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        had = list(pool.map(lambda number: work(database, f"worker {number}", room=7), range(WORKERS)))
    everything = [target_id for of_one in had for target_id in of_one]
    assert len(everything) == len(set(everything)) == 120
    with reading(database, ALL_TENANTS) as session:
        for operation_id in operations:
            operation = session.get_one(Operation, operation_id)
            assert {target.state for target in targets_of(session, operation)} == {TargetState.CONFIRMED}


def test_two_that_claim_at_once_never_exceed_the_batch(database: Database, operations: list[int]) -> None:
    def claim_once(number: int) -> int:
        with writing(database, ALL_TENANTS) as session:
            now = shared_time(session)
            claim = claiming.claim(session, owner=f"worker {number}", room=100, is_local=False, now=now)
            return len(claim.targets) if claim else 0

    with ThreadPoolExecutor(WORKERS) as pool:
        taken = sum(pool.map(claim_once, range(4 * WORKERS)))
    assert taken == 15


def test_what_a_dead_worker_left_is_done_by_another(database: Database, operations: list[int]) -> None:
    with writing(database, ALL_TENANTS) as session:
        now = shared_time(session)
        abandoned = claiming.claim(session, owner="dead", room=100, is_local=False, now=now)
    assert abandoned is not None
    with writing(database, ALL_TENANTS) as session:
        later = shared_time(session) + claiming.LEASE + timedelta(seconds=1)
        ids = claiming.find_abandoned(session, now=later)
        assert claiming.take_back(session, ids, now=later) == len(abandoned.targets)
    had = work(database, "another", room=100)
    assert len(had) == len(set(had)) == 120
