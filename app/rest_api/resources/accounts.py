"""Operators' accounts: `/accounts`, one by its id, and by its name where it is added or replaced.

A token that was narrowed takes from accounts and gives nothing (docs/decisions/0086).
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any, Literal, cast

from msgspec import Meta, UnsetType
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import configure_mappers, selectinload

from app.errors import InvalidInputError, NotAllowedError
from app.models import Operator, Tenant
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import fields_called, get_row, with_changes
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, RowId, Words
from app.rest_api.references import find_tenant
from app.rest_api.resources.account_bodies import (
    Account,
    AccountChanges,
    AccountContent,
    AccountItem,
    NewAccount,
    PutAccount,
    Role,
    Username,
    show,
)
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import OPERATORS
from app.services import operator_accounts
from app.services.operator_accounts import AccountFields

# Operator.roles is a back reference of Flask-AppBuilder's: it is there once the mappers are configured.
configure_mappers()

_OUR_NAMES = {"active": "is_active"}


class AccountsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which accounts are listed, and in which order."""

    username: Annotated[Words, Meta(description="The whole name of an account, whatever its case.")] = ""
    q: Annotated[Words, Meta(description="A part of a name or of the mail address.")] = ""
    role: Role | None = None
    is_active: bool | None = None
    tenant: Annotated[Words, Meta(description="The name of a tenant that the account names.")] = ""
    sort: Literal["username", "-username", "id", "-id"] = "username"


_BY_ID = Order(Operator.id, lambda row: row.id, said_as=int)
_LISTING: Listing[Operator] = Listing(
    {"username": Order(Operator.username, lambda row: row.username), "id": _BY_ID}, _BY_ID
)


def list_them(call: Call[AccountsQuery, Any]) -> Answer:
    """Lists the accounts that sign in to the screens."""
    query, wanted = call.query, _accounts()
    if query.username:
        wanted = wanted.where(_is_called(query.username))
    if query.q:
        columns = (Operator.username, Operator.first_name, Operator.last_name, Operator.email)
        wanted = wanted.where(or_(*(column.icontains(query.q, autoescape=True) for column in columns)))
    if query.role is not None:
        wanted = wanted.where(Operator.roles.any(name=query.role))
    if query.is_active is not None:
        wanted = wanted.where(Operator.active.is_(query.is_active))
    if query.tenant:
        wanted = wanted.where(Operator.tenants.any(Tenant.name_key == Tenant.fold(query.tenant)))
    return Answer(_LISTING.page(call, wanted, query.sort, show))


def read(call: Call[Any, Any]) -> Answer:
    """Shows an account."""
    return Answer(show(account_of(call, to_change=False)))


def add(call: Call[Any, NewAccount]) -> Answer:
    """Adds an account, whose owner has to choose another password at the first sign-in. Needs a token that was not
    narrowed."""
    return _added(call, _fields(call, call.body.username, call.body), call.body.password)


def change(call: Call[Any, AccountChanges]) -> Answer:
    """Changes what the body names of an account. What gives it more than it had needs a token that was not narrowed.
    The last one who administers stays, and so does what comes of a directory."""
    account = account_of(call, to_change=True)
    shown = show(account)
    call.check_may_change(shown)
    # Not read from what is shown: who comes by a directory may have no role, which nobody could say.
    present = Account(
        username=shown.username,
        first_name=shown.first_name,
        last_name=shown.last_name,
        email=shown.email,
        roles=cast(list[Role], shown.roles),
        sees_all_tenants=shown.sees_all_tenants,
        tenants=shown.tenants,
        is_active=shown.is_active,
    )
    said = with_changes(present, call.body)
    return _changed(call, account, _fields(call, said.username, said))


def put(call: Call[Any, PutAccount]) -> Answer:
    """Adds the account of this name, or replaces all that is said of it but its password. What gives it more than it
    had needs a token that was not narrowed."""
    account = call.session.scalar(_named(call).with_for_update(of=Operator))
    if account is None:
        call.conditions.check_may_add()
        if isinstance(call.body.password, UnsetType):
            raise InvalidInputError("A new account needs a password.", field="password")
        return _added(call, _fields(call, call.place["username"], call.body), call.body.password)
    call.check_may_change(show(account))
    return _changed(call, account, _fields(call, account.username, call.body))


def delete(call: Call[Any, Any]) -> Answer:
    """Deletes an account with its sessions and its tokens; neither the own one, nor the last that administers."""
    account = account_of(call, to_change=True)
    call.check_may_change(show(account))
    operator_accounts.delete(
        call.session, account, by_id=call.caller.operator_id, author=call.author, now=call.now
    )
    return Answer(status=HTTPStatus.NO_CONTENT)


def account_of(call: Call[Any, Any], *, to_change: bool) -> Operator:
    """Return the account that the address names, or raise NotFoundError."""
    by_id = _accounts().where(Operator.id == call.place.get("account_id"))
    wanted = _named(call) if "username" in call.place else by_id
    return get_row(call.session, wanted, "account", to_change=to_change)


def check_may_give(call: Call[Any, Any], gains: Sequence[str]) -> None:
    """Raise NotAllowedError where a token that was narrowed would let somebody do more than it may itself."""
    if gains and not call.caller.is_whole:
        raise NotAllowedError(
            f"The token {call.caller.token_name} was narrowed, so it gives no account what reaches further than it "
            f"does: {', '.join(gains)}. A token that was narrowed in nothing but its time may."
        )


def right(*deeds: str) -> Right:
    """Return the right to do something with accounts, as the screens have it."""
    return Right(kind=Kind.ACCOUNTS, page=OPERATORS, deeds=deeds)


def _added(call: Call[Any, Any], said: AccountFields, password: str) -> Answer:
    check_may_give(call, operator_accounts.gains_of(None, said))
    with fields_called(_OUR_NAMES):
        added = operator_accounts.add(
            call.session, said, password, hash_of=call.sign_in.hash_of, author=call.author, now=call.now
        )
    return Answer(show(added), HTTPStatus.CREATED, f"/accounts/{added.id}")


def _changed(call: Call[Any, Any], account: Operator, said: AccountFields) -> Answer:
    check_may_give(call, operator_accounts.gains_of(account, said))
    with fields_called(_OUR_NAMES):
        operator_accounts.change(
            call.session, account, said, by_id=call.caller.operator_id, author=call.author, now=call.now
        )
    return Answer(show(account))


def _fields(call: Call[Any, Any], username: str, said: AccountContent) -> AccountFields:
    with fields_called({"tenant": "tenants"}):
        tenants = [find_tenant(call.session, name).id for name in said.tenants]
    return AccountFields(
        username=username,
        first_name=said.first_name,
        last_name=said.last_name,
        email=said.email,
        active=said.is_active,
        roles=said.roles,
        sees_all_tenants=said.sees_all_tenants,
        tenant_ids=tenants,
    )


def _accounts() -> Select[Operator]:
    return select(Operator).options(selectinload(Operator.roles), selectinload(Operator.tenants))


def _named(call: Call[Any, Any]) -> Select[Operator]:
    name = call.place["username"].strip()
    # There may be two of before names were the same whatever their case: it is the one that is written so.
    return _accounts().where(_is_called(name)).order_by(Operator.username != name).limit(1)


def _is_called(name: str) -> Any:
    return func.lower(Operator.username) == func.lower(name.strip())


ONE: dict[str, Any] = {"account_id": RowId}
_NAMED: dict[str, Any] = {"username": Username}

ROUTES = (
    Route(
        method="GET", path="/accounts", does=list_them, name="list_accounts", summary="List accounts",
        right=right("can_list"), query=AccountsQuery, answers=ItemPage[AccountItem],
    ),
    Route(
        method="POST", path="/accounts", does=add, name="add_account", summary="Add an account",
        right=right("can_add"), body=NewAccount, answers=AccountItem, status=HTTPStatus.CREATED,
    ),
    Route(
        method="GET", path="/accounts/{account_id}", does=read, name="show_account", summary="Show an account",
        right=right("can_show"), place=ONE, answers=AccountItem,
    ),
    Route(
        method="PATCH", path="/accounts/{account_id}", does=change, name="change_account",
        summary="Change an account", right=right("can_edit"), place=ONE, body=AccountChanges, answers=AccountItem,
    ),
    Route(
        method="DELETE", path="/accounts/{account_id}", does=delete, name="delete_account",
        summary="Delete an account", right=right("can_delete"), place=ONE, status=HTTPStatus.NO_CONTENT,
    ),
    Route(
        method="GET", path="/accounts/named/{username}", does=read, name="show_named_account",
        summary="Show the account of a name", right=right("can_show"), place=_NAMED, answers=AccountItem,
    ),
    Route(
        method="PUT", path="/accounts/named/{username}", does=put, name="put_account",
        summary="Add or replace the account of a name", right=right("can_add", "can_edit"), place=_NAMED,
        body=PutAccount, answers=AccountItem, adds=True,
    ),
)  # fmt: skip
