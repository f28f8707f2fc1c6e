"""Receivers of messages: what is done to destinations of alarms and to web hooks for events is the same."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import selectinload

from app.models import Destination
from app.models.enums import DestinationKind
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import fields_called, get_row
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, RowId
from app.rest_api.resources.receiver_bodies import Name
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import DESTINATIONS
from app.services.destinations import keeping
from app.services.destinations.keeping import Wish
from app.services.destinations.sameness import is_as_wished


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """What is said of receivers (of a new one, beside its name, of what is to change), and shown: one, and a page."""

    new: type[Struct]
    content: type[Struct]
    changes: type[Struct]
    item: type[Struct]
    page: type[ItemPage[Any]]
    query: type[ListQuery]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receivers:
    """Receivers of one sort: where they are, which ones they are, and what sentences and clients call them.

    ``kind_of`` says by what a new one is told. ``changed`` makes of what is shown, and of changes, all that is to be
    said of one; ``wish`` of that what the service takes, and refuses what cannot become of the one that there is.
    ``our_names`` are those of bodies for the fields of the service, where they differ.
    """

    path: str
    row: str
    kind: Kind
    noun: str
    name: str
    which: ColumnElement[bool]
    bodies: Bodies
    kind_of: Callable[[Any], DestinationKind]
    show: Callable[[Call[Any, Any], Destination], Struct]
    changed: Callable[[Any, Any], Struct]
    wish: Callable[[Call[Any, Any], Any, Destination | None], Wish]
    our_names: Callable[[DestinationKind], Mapping[str, str]]

    @property
    def place(self) -> Mapping[str, Any]:
        """How the address names one by its id."""
        return {self.row: RowId}

    @property
    def one(self) -> str:
        """The address of one by its id."""
        return f"{self.path}/{{{self.row}}}"

    def right(self, *deeds: str, page: str = DESTINATIONS) -> Right:
        """Return the right to do something with them, as the screens have it on a page."""
        return Right(kind=self.kind, page=page, deeds=deeds)

    def all(self) -> Select[Destination]:
        """Select those that the token sees."""
        return select(Destination).where(self.which).options(selectinload(Destination.tenant))

    def get(self, call: Call[Any, Any], *, to_change: bool) -> Destination:
        """Return the one that the address names, or raise NotFoundError."""
        by_id = self.all().where(Destination.id == call.place.get(self.row))
        wanted = self.named(call) if "name" in call.place else by_id
        return get_row(call.session, wanted, self.noun, to_change=to_change)

    def named(self, call: Call[Any, Any]) -> Select[Destination]:
        """Select the one whose name the address says."""
        return self.all().where(Destination.name_key == Destination.fold(call.place["name"].strip()))


_BY_ID = Order(Destination.id, lambda row: row.id, said_as=int)
_LISTING: Listing[Destination] = Listing(
    {"name": Order(Destination.name_key, lambda row: row.name_key), "id": _BY_ID}, _BY_ID
)


def list_them(receivers: Receivers, call: Call[Any, Any]) -> Answer:
    """Lists those of the tenants that the token sees."""
    query, wanted = call.query, receivers.all()
    if query.q:
        wanted = wanted.where(Destination.name.icontains(query.q, autoescape=True))
    kind = getattr(query, "kind", None)
    if kind is not None:
        wanted = wanted.where(Destination.kind == DestinationKind(kind))
    return Answer(_LISTING.page(call, wanted, query.sort, partial(receivers.show, call)))


def read(receivers: Receivers, call: Call[Any, Any]) -> Answer:
    """Shows one."""
    return Answer(receivers.show(call, receivers.get(call, to_change=False)))


def add(receivers: Receivers, call: Call[Any, Any]) -> Answer:
    """Adds one, which is told of what happens from now on; send it a test then."""
    return _added(receivers, call, call.body)


def change(receivers: Receivers, call: Call[Any, Any]) -> Answer:
    """Changes what the body names of one; what failed until now is tried again."""
    found = receivers.get(call, to_change=True)
    shown = receivers.show(call, found)
    call.check_may_change(shown)
    return _changed(receivers, call, found, receivers.changed(shown, call.body))


def put(receivers: Receivers, call: Call[Any, Any]) -> Answer:
    """Adds the one of this name, or replaces all that is said of it; secrets that are left out stay."""
    said = receivers.bodies.new(name=call.place["name"], **msgspec.structs.asdict(call.body))
    found = call.session.scalar(receivers.named(call).with_for_update(of=Destination))
    if found is None:
        call.conditions.check_may_add()
        return _added(receivers, call, said)
    call.check_may_change(receivers.show(call, found))
    return _changed(receivers, call, found, said)


def delete(receivers: Receivers, call: Call[Any, Any]) -> Answer:
    """Deletes one with all that waits for it."""
    found = receivers.get(call, to_change=True)
    call.check_may_change(receivers.show(call, found))
    keeping.remove(call.session, found, author=call.author, now=call.now)
    return Answer(status=HTTPStatus.NO_CONTENT)


def routes_of(receivers: Receivers) -> Iterator[Route]:
    """Yield the routes by which receivers of a sort are kept."""
    article = f"a {receivers.noun}"
    bodies = receivers.bodies
    named: dict[str, Any] = {"path": f"{receivers.path}/named/{{name}}", "place": {"name": Name}}
    by_id: dict[str, Any] = {"path": receivers.one, "place": receivers.place}
    yield Route(
        method="GET", path=receivers.path, does=partial(list_them, receivers), name=f"list_{receivers.name}s",
        summary=f"List {receivers.noun}s", right=receivers.right("can_list"), query=bodies.query,
        answers=bodies.page,
    )  # fmt: skip
    yield Route(
        method="POST", path=receivers.path, does=partial(add, receivers), name=f"add_{receivers.name}",
        summary=f"Add {article}", right=receivers.right("can_add"), body=bodies.new, answers=bodies.item,
        status=HTTPStatus.CREATED,
    )  # fmt: skip
    yield Route(
        method="GET", does=partial(read, receivers), name=f"show_{receivers.name}", summary=f"Show {article}",
        right=receivers.right("can_list"), answers=bodies.item, **by_id,
    )  # fmt: skip
    yield Route(
        method="PATCH", does=partial(change, receivers), name=f"change_{receivers.name}",
        summary=f"Change {article}", right=receivers.right("can_edit"), body=bodies.changes, answers=bodies.item,
        **by_id,
    )  # fmt: skip
    yield Route(
        method="DELETE", does=partial(delete, receivers), name=f"delete_{receivers.name}",
        summary=f"Delete {article}", right=receivers.right("can_delete"), status=HTTPStatus.NO_CONTENT, **by_id,
    )  # fmt: skip
    yield Route(
        method="GET", does=partial(read, receivers), name=f"show_named_{receivers.name}",
        summary=f"Show the {receivers.noun} of a name", right=receivers.right("can_list"), answers=bodies.item,
        **named,
    )  # fmt: skip
    yield Route(
        method="PUT", does=partial(put, receivers), name=f"put_{receivers.name}",
        summary=f"Add or replace the {receivers.noun} of a name", right=receivers.right("can_add", "can_edit"),
        body=bodies.content, answers=bodies.item, adds=True, **named,
    )  # fmt: skip


def _added(receivers: Receivers, call: Call[Any, Any], said: Any) -> Answer:
    kind, wish = receivers.kind_of(said), receivers.wish(call, said, None)
    with fields_called(receivers.our_names(kind)):
        added = keeping.add(call.session, kind, wish, author=call.author, now=call.now)
    return Answer(receivers.show(call, added), HTTPStatus.CREATED, f"{receivers.path}/{added.id}")


def _changed(receivers: Receivers, call: Call[Any, Any], found: Destination, said: Any) -> Answer:
    wish = receivers.wish(call, said, found)
    if not is_as_wished(found, wish):
        with fields_called(receivers.our_names(found.kind)):
            keeping.change(call.session, found, wish, author=call.author, now=call.now)
        call.session.expire(found, ["tenant"])
    return Answer(receivers.show(call, found))
