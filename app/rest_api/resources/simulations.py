"""What-if: `/simulations`, what drafts of rules would change, found out in the background."""

from http import HTTPStatus
from typing import Any, Literal

from sqlalchemy import Select, select

from app.errors import InvalidInputError
from app.models import Simulation
from app.models.enums import RuleKind, RuleSetState, SimulationState
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import get_row
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, RowId
from app.rest_api.references import find_model, find_tenant
from app.rest_api.resources.simulation_bodies import (
    DraftNamed,
    NewSimulation,
    OneSimulation,
    SimulationItem,
    show,
    show_all,
)
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import WHAT_IF
from app.services.asked_jobs import seen_by
from app.services.rule_sets import reading
from app.services.what_if import jobs, standing
from app.services.what_if.jobs import Wish


class SimulationsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which simulations are listed, and in which order."""

    kind: RuleKind | None = None
    state: SimulationState | None = None
    sort: Literal["id", "-id"] = "-id"


_BY_ID = Order(Simulation.id, lambda row: row.id, said_as=int)
_LISTING: Listing[Simulation] = Listing({"id": _BY_ID}, _BY_ID)


def list_them(call: Call[SimulationsQuery, Any]) -> Answer:
    """Lists the simulations of the account, or of all for who sees all tenants. The last twenty are kept, for seven
    days."""
    query, wanted = call.query, _simulations(call)
    if query.kind is not None:
        wanted = wanted.where(Simulation.kind == query.kind)
    if query.state is not None:
        wanted = wanted.where(Simulation.state == query.state)
    return Answer(_LISTING.page(call, wanted, query.sort, show_all(call.session)))


def start(call: Call[Any, NewSimulation]) -> Answer:
    """Asks what drafts would change for the phones, or would have made of the alarms, of the tenants that the token
    sees. Nothing is changed; ask its address until it is no longer busy."""
    said = call.body
    kind = said.drafts[0].kind
    wish = Wish(
        kind=kind,
        draft_ids={_draft(call, number, draft, kind) for number, draft in enumerate(said.drafts)},
        as_of=said.as_of,
        days=said.days,
        tenant_id=find_tenant(call.session, said.tenant).id if said.tenant.strip() else None,
        model_id=find_model(call.session, said.model) if said.model.strip() else None,
    )
    begun = jobs.start(call.session, wish, author=call.author, now=call.now)
    return Answer(show(call.session, begun), HTTPStatus.CREATED, f"/simulations/{begun.id}")


def read(call: Call[Any, Any]) -> Answer:
    """Shows how far a simulation is, what it has counted, and whether it still holds."""
    return Answer(show(call.session, simulation_of(call, to_change=False)))


def cancel(call: Call[Any, Any]) -> Answer:
    """Ends a simulation that waits or runs; what it has found until then stays."""
    simulation = simulation_of(call, to_change=True)
    call.check_may_change(show(call.session, simulation))
    jobs.cancel(call.session, simulation, call.now)
    call.session.refresh(simulation)
    return Answer(show(call.session, simulation))


def simulation_of(call: Call[Any, Any], *, to_change: bool) -> Simulation:
    """Return the simulation that the address names, or raise NotFoundError."""
    wanted = _simulations(call).where(Simulation.id == call.place["simulation_id"])
    return get_row(call.session, wanted, "simulation", to_change=to_change)


def right(deed: str) -> Right:
    """Return the right to do something with simulations, as the screens have it."""
    return Right(kind=Kind.RULES, page=WHAT_IF, deeds=(deed,))


def _draft(call: Call[Any, Any], number: int, said: DraftNamed, kind: RuleKind) -> int:
    """Return the id of a draft that is simulated with those of a kind, or raise InvalidInputError."""
    field = f"drafts[{number}]"
    if said.kind not in standing.kinds_with(kind):
        raise InvalidInputError("Rules about phones and rules for alarms are simulated apart.", field=field)
    tenant_id = None
    if said.tenant.strip():
        try:
            tenant_id = find_tenant(call.session, said.tenant).id
        except InvalidInputError as error:
            raise InvalidInputError(str(error), field=f"{field}.tenant") from None
    found = reading.find_version(call.session, said.kind, tenant_id, RuleSetState.DRAFT)
    if found is None:
        raise InvalidInputError("There is no such draft.", field=field)
    return found.id


def _simulations(call: Call[Any, Any]) -> Select[Simulation]:
    """Select what who calls may see."""
    return select(Simulation).where(seen_by(call.session, Simulation, call.caller.username))


ONE: dict[str, Any] = {"simulation_id": RowId}
PATH = "/simulations/{simulation_id}"

ROUTES = (
    Route(
        method="GET", path="/simulations", does=list_them, name="list_simulations", summary="List simulations",
        right=right("can_list"), query=SimulationsQuery, answers=ItemPage[SimulationItem],
    ),
    Route(
        method="POST", path="/simulations", does=start, name="start_simulation",
        summary="Ask what drafts would change", right=right("can_add"), body=NewSimulation, answers=OneSimulation,
        status=HTTPStatus.CREATED,
    ),
    Route(
        method="GET", path=PATH, does=read, name="show_simulation", summary="Show a simulation",
        right=right("can_list"), place=ONE, answers=OneSimulation,
    ),
    Route(
        method="POST", path=f"{PATH}/cancel", does=cancel, name="cancel_simulation", summary="Cancel a simulation",
        right=right("can_add"), place=ONE, answers=OneSimulation,
    ),
)  # fmt: skip
