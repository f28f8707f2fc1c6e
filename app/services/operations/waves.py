"""The waves of a roll-out as rows: written when it begins, opened one after the other, and counted for the screens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.models import Operation, OperationTarget, OperationWave
from app.models.enums import Action, TargetState, WaveState
from app.rules.actions import KINDS
from app.rules.gates import SEVERITIES, WATCHES, Gate
from app.rules.target_states import ENDED
from app.rules.waves import MOST_CANARIES, Step, Wave, names_of, split, spread
from app.services.author import Author
from app.services.operations.targets import Candidate

_NAMED = 5


@dataclass(frozen=True, slots=True)
class RollOut:
    """How an operation is divided: canaries by their MACs, then steps, and the gate behind each wave."""

    steps: Sequence[Step]
    canaries: Sequence[str]
    gate: Gate


@dataclass(frozen=True, slots=True)
class Stage:
    """A wave as the screens show it: how many of its phones the account sees, and how many are how far."""

    wave: OperationWave
    counts: Mapping[TargetState, int]

    @property
    def size(self) -> int:
        """All its phones that the account sees."""
        return sum(self.counts.values())

    @property
    def ended(self) -> int:
        """Those of which nothing more will come."""
        return sum(self.counts.get(state, 0) for state in ENDED)


def check(action: Action, roll_out: RollOut, *, generates: bool) -> None:
    """Raise InvalidInputError for an action without waves, and for a gate that the page does not offer."""
    if not KINDS[action].may_have_waves:
        raise InvalidInputError(f"{KINDS[action].title} cannot be rolled out in waves.")
    if action is Action.UPDATE and not generates:
        raise InvalidInputError(
            "A roll-out of configuration generates the files wave by wave: tick “Generate the files first”.",
            field="generate",
        )
    if roll_out.gate.watch not in WATCHES:
        raise InvalidInputError("Choose one of the times that the page offers for a wave to be watched.")
    if roll_out.gate.severity not in (None, *SEVERITIES):
        raise InvalidInputError("Choose the severity from which alarms count.", field="severity")
    if len(roll_out.canaries) > MOST_CANARIES:
        raise InvalidInputError(f"At most {MOST_CANARIES} phones are canaries.", field="canaries")


def arranged(found: Sequence[Candidate], roll_out: RollOut) -> tuple[list[Candidate], tuple[Wave, ...]]:
    """Return the targets in the order of their turns, canaries first, and the waves.

    The others are spread over their sites. InvalidInputError names canaries that are not among them.
    """
    by_key = {target.key: target for target in found}
    strangers = [mac for mac in roll_out.canaries if mac not in by_key]
    if strangers:
        named = ", ".join(strangers[:_NAMED]) + (" and others" if len(strangers) > _NAMED else "")
        be = "is" if len(strangers) == 1 else "are"
        raise InvalidInputError(
            f"Canaries are some of the phones that were chosen, and {named} {be} not.", field="canaries"
        )
    canaries = [by_key[mac] for mac in roll_out.canaries]
    rest = [target for target in found if target.key not in set(roll_out.canaries)]
    return canaries + spread(rest, attrgetter("site_id")), split(len(found), len(canaries), roll_out.steps)


def write(session: Session, operation: Operation, waves: Sequence[Wave], *, now: datetime) -> None:
    """Add the waves of an operation that begins, and open the first."""
    operation.open_wave = 1
    for number, name in enumerate(names_of(waves), 1):
        is_first = number == 1
        session.add(
            OperationWave(
                operation_id=operation.id,
                number=number,
                name=name,
                state=WaveState.RUNNING if is_first else WaveState.WAITING,
                began_at=max(now, operation.next_batch_at) if is_first else None,
            )
        )
    session.flush()


def find_open(session: Session, operation: Operation) -> OperationWave | None:
    """Return the wave that is under way, None for an operation without waves."""
    return session.scalar(
        select(OperationWave)
        .where(OperationWave.operation_id == operation.id, OperationWave.number == operation.open_wave)
        .execution_options(populate_existing=True)
    )


def open_next(session: Session, operation: Operation, *, now: datetime) -> OperationWave | None:
    """Let the turn of the next wave come; None where there is none."""
    following = session.scalar(
        select(OperationWave).where(
            OperationWave.operation_id == operation.id, OperationWave.number == operation.open_wave + 1
        )
    )
    if following is not None:
        operation.open_wave = following.number
        operation.next_batch_at, operation.left_in_batch = now, 0
        following.state, following.began_at = WaveState.RUNNING, now
    session.flush()
    return following


def pass_over(session: Session, operation: Operation, *, author: Author, now: datetime) -> None:
    """Go on in spite of a gate: what has not been asked of its wave comes along with the next one."""
    wave = find_open(session, operation)
    if wave is None:
        return
    wave.state, wave.passed_over_by = WaveState.PASSED_OVER, author.name[:100]
    following = open_next(session, operation, now=now)
    if following is not None:
        session.execute(
            update(OperationTarget)
            .where(
                OperationTarget.operation_id == operation.id,
                OperationTarget.wave == wave.number,
                OperationTarget.state.in_((TargetState.WAITING, TargetState.POSTPONED)),
            )
            .values(wave=following.number)
            .execution_options(synchronize_session=False)
        )


def reopen(session: Session, operation: Operation) -> None:
    """Let the wave whose gate failed be judged anew: its failed phones are tried again."""
    wave = find_open(session, operation)
    if wave is not None and wave.state is WaveState.FAILED:
        wave.state, wave.finding, wave.ended_at, wave.watched_from = WaveState.RUNNING, "", None, None
        session.flush()


def read_stages(session: Session, operation: Operation) -> list[Stage]:
    """Return the waves of an operation in their order, as far as the account sees their phones."""
    if not operation.open_wave:
        return []
    waves = session.scalars(
        select(OperationWave)
        .where(OperationWave.operation_id == operation.id)
        .order_by(OperationWave.number)
        .execution_options(populate_existing=True)
    ).all()
    rows = session.execute(
        select(OperationTarget.wave, OperationTarget.state, func.count())
        .where(OperationTarget.operation_id == operation.id)
        .group_by(OperationTarget.wave, OperationTarget.state)
    )
    counts: dict[int, dict[TargetState, int]] = {wave.number: {} for wave in waves}
    for number, state, size in rows:
        counts[number][state] = size
    return [Stage(wave, counts[wave.number]) for wave in waves]
