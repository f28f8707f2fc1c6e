"""Phone users: `/users`, one by its id, and by the names of tenant and user where he is added or replaced."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from msgspec import UnsetType
from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, defer

from app.models import PhoneUser, Tenant
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import Deletion, check_was_told, get_row, with_changes
from app.rest_api.listing import ItemPage, Listing, Order, RowId
from app.rest_api.problems import RefusedError
from app.rest_api.references import TenantName, find_tenant
from app.rest_api.resources.user_bodies import (
    Moving,
    Name,
    NewUser,
    UserChanges,
    UserContent,
    UserItem,
    UsersQuery,
    show,
)
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import USERS
from app.services import device_deletion, phone_user_changes, phone_user_passwords
from app.services.phone_user_changes import MovesPhonesError, UserFields
from app.services.text_search import names_user

_BY_ID = Order(PhoneUser.id, lambda row: row.id, said_as=int)
_LISTING: Listing[PhoneUser] = Listing(
    {
        "name": Order(PhoneUser.name_key, lambda row: row.name_key),
        "created_at": Order(
            PhoneUser.created_at,
            lambda row: row.created_at.isoformat(),
            lambda said: datetime.fromisoformat(str(said)),
        ),
        "id": _BY_ID,
    },
    _BY_ID,
)


def list_them(call: Call[UsersQuery, Any]) -> Answer:
    """Lists the users of the tenants that the token sees."""
    query, wanted = call.query, _users()
    if query.tenant:
        wanted = wanted.where(Tenant.name_key == Tenant.fold(query.tenant))
    if query.name:
        wanted = wanted.where(PhoneUser.name_key == PhoneUser.fold(query.name))
    if query.q:
        wanted = wanted.where(names_user(query.q))
    return Answer(_LISTING.page(call, wanted, query.sort, show))


def read(call: Call[Any, Any]) -> Answer:
    """Shows a user."""
    return Answer(show(_user(call, to_change=False)))


def add(call: Call[Any, NewUser]) -> Answer:
    """Adds a user to a tenant."""
    return _added(call, call.body.tenant, call.body.name, call.body)


def change(call: Call[Moving, UserChanges]) -> Answer:
    """Changes what the body names of a user; to another tenant his phones go with him, which `told` has to know.
    Files of his phones stay as they are until they are generated."""
    user = _user(call, to_change=True)
    call.check_may_change(show(user))
    present = NewUser(
        tenant=user.tenant.name, name=user.name, display_name=user.display_name, nickname=user.nickname
    )
    said = with_changes(present, call.body)
    return _changed(call, user, find_tenant(call.session, said.tenant).id, said.name, said)


def put(call: Call[Any, UserContent]) -> Answer:
    """Adds the user of this name to the tenant of that one, or replaces what is said of him."""
    user = call.session.scalar(_named(call).with_for_update(of=PhoneUser))
    if user is None:
        call.conditions.check_may_add()
        return _added(call, call.place["tenant"], call.place["name"], call.body)
    call.check_may_change(show(user))
    return _changed(call, user, user.tenant_id, call.place["name"], call.body)


def delete(call: Call[Deletion, Any]) -> Answer:
    """Deletes a user with his devices; what goes along has to be named by `told`."""
    user = _user(call, to_change=True)
    call.check_may_change(show(user))
    check_was_told(device_deletion.departure_of_user(call.session, user), call.query.told)
    device_deletion.delete_user(call.session, user, author=call.author, now=call.now)
    return Answer(status=HTTPStatus.NO_CONTENT)


def _users() -> Select[PhoneUser]:
    return (
        select(PhoneUser)
        .join(PhoneUser.tenant)
        .options(contains_eager(PhoneUser.tenant), defer(PhoneUser.password))
    )


def _user(call: Call[Any, Any], *, to_change: bool) -> PhoneUser:
    wanted = _named(call) if "name" in call.place else _users().where(PhoneUser.id == call.place["user_id"])
    return get_row(call.session, wanted, "user", to_change=to_change)


def _named(call: Call[Any, Any]) -> Select[PhoneUser]:
    tenant, name = Tenant.fold(call.place["tenant"].strip()), PhoneUser.fold(call.place["name"])
    return _users().where(Tenant.name_key == tenant, PhoneUser.name_key == name)


def _added(call: Call[Any, Any], tenant: str, name: str, said: UserContent) -> Answer:
    owner = find_tenant(call.session, tenant)
    fields = UserFields(tenant_id=owner.id, name=name, display_name=said.display_name, nickname=said.nickname)
    password = "" if isinstance(said.password, UnsetType) else said.password
    user = phone_user_changes.add(call.session, fields, password, author=call.author, now=call.now)
    return Answer(show(user), HTTPStatus.CREATED, f"/users/{user.id}")


def _changed(call: Call[Any, Any], user: PhoneUser, tenant_id: int, name: str, said: UserContent) -> Answer:
    fields = UserFields(
        tenant_id=tenant_id, name=name, display_name=said.display_name, nickname=said.nickname
    )
    try:
        phone_user_changes.change(
            call.session, user, fields, told=getattr(call.query, "told", ""), author=call.author, now=call.now
        )
    except MovesPhonesError as moves:
        raise RefusedError(HTTPStatus.CONFLICT, str(moves), more={"told": moves.told}) from moves
    if not isinstance(said.password, UnsetType):
        phone_user_passwords.reset(
            call.session, [user.id], shared=said.password, author=call.author, now=call.now
        )
    return Answer(show(user))


def _right(*deeds: str) -> Right:
    return Right(kind=Kind.USERS, page=USERS, deeds=deeds)


_ONE: dict[str, Any] = {"user_id": RowId}
_NAMED: dict[str, Any] = {"tenant": TenantName, "name": Name}

ROUTES = (
    Route(
        method="GET", path="/users", does=list_them, name="list_users", summary="List users",
        right=_right("can_list"), query=UsersQuery, answers=ItemPage[UserItem],
    ),
    Route(
        method="POST", path="/users", does=add, name="add_user", summary="Add a user",
        right=_right("can_add"), body=NewUser, answers=UserItem, status=HTTPStatus.CREATED,
    ),
    Route(
        method="GET", path="/users/{user_id}", does=read, name="show_user", summary="Show a user",
        right=_right("can_show"), place=_ONE, answers=UserItem,
    ),
    Route(
        method="PATCH", path="/users/{user_id}", does=change, name="change_user", summary="Change a user",
        right=_right("can_edit"), place=_ONE, query=Moving, body=UserChanges, answers=UserItem,
    ),
    Route(
        method="DELETE", path="/users/{user_id}", does=delete, name="delete_user", summary="Delete a user",
        right=_right("can_delete"), place=_ONE, query=Deletion, status=HTTPStatus.NO_CONTENT,
    ),
    Route(
        method="GET", path="/users/named/{tenant}/{name}", does=read, name="show_named_user",
        summary="Show the user of a name", right=_right("can_show"), place=_NAMED, answers=UserItem,
    ),
    Route(
        method="PUT", path="/users/named/{tenant}/{name}", does=put, name="put_user",
        summary="Add or replace the user of a name", right=_right("can_add", "can_edit"), place=_NAMED,
        body=UserContent, answers=UserItem, adds=True,
    ),
)  # fmt: skip
