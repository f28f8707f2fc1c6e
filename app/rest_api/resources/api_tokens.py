"""Tokens of the REST API of all accounts: `/api-tokens`, listed and revoked; each account makes its own on its page."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from app.models import ApiToken, Operator
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import get_row
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, RowId, Words
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import API_TOKENS, DELETE
from app.services.api_tokens import keeping


class TokenItem(Struct, kw_only=True):
    """A token by the digits that find it; what opens is shown to nobody. `kinds` and `tenants` are null for all, and
    without `networks` it is taken from anywhere."""

    id: int
    account: str
    name: str
    key_id: str
    reads_only: bool
    kinds: list[str] | None
    tenants: list[str] | None
    networks: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    last_used_from: str


class TokensQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which tokens are listed, and in which order."""

    account: Annotated[Words, Meta(description="The name of an account, whatever its case.")] = ""
    key_id: Annotated[Words, Meta(description="The digits of one that was found somewhere.")] = ""
    q: Annotated[Words, Meta(description="A part of the name.")] = ""
    sort: Literal["name", "-name", "id", "-id"] = "id"


_BY_ID = Order(ApiToken.id, lambda row: row.id, said_as=int)
_LISTING: Listing[ApiToken] = Listing(
    {"name": Order(ApiToken.name_key, lambda row: row.name_key), "id": _BY_ID}, _BY_ID
)


def list_them(call: Call[TokensQuery, Any]) -> Answer:
    """Lists the tokens of all accounts, expired ones among them."""
    query, wanted = call.query, _tokens()
    if query.account:
        owner = func.lower(Operator.username) == func.lower(query.account)
        wanted = wanted.where(ApiToken.operator.has(owner))
    if query.key_id:
        wanted = wanted.where(ApiToken.key_id == query.key_id)
    if query.q:
        wanted = wanted.where(ApiToken.name.icontains(query.q, autoescape=True))
    return Answer(_LISTING.page(call, wanted, query.sort, _show))


def read(call: Call[Any, Any]) -> Answer:
    """Shows what a token was made for, and when it was used last."""
    return Answer(_show(_token(call, to_change=False)))


def revoke(call: Call[Any, Any]) -> Answer:
    """Lets a token open nothing from now on, be it anybody's; the one that asks may revoke itself."""
    token = _token(call, to_change=True)
    call.check_may_change(_show(token))
    keeping.revoke(call.session, token, author=call.author, now=call.now)
    return Answer(status=HTTPStatus.NO_CONTENT)


def _tokens() -> Select[ApiToken]:
    return select(ApiToken).options(selectinload(ApiToken.operator), selectinload(ApiToken.tenants))


def _token(call: Call[Any, Any], *, to_change: bool) -> ApiToken:
    wanted = _tokens().where(ApiToken.id == call.place["token_id"])
    return get_row(call.session, wanted, "API token", to_change=to_change)


def _show(token: ApiToken) -> TokenItem:
    return TokenItem(
        id=token.id,
        account=token.operator.username,
        name=token.name,
        key_id=token.key_id,
        reads_only=token.reads_only,
        kinds=token.kinds,
        tenants=sorted(tenant.name for tenant in token.tenants) if token.names_tenants else None,
        networks=token.networks,
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        last_used_from=token.last_used_from,
    )


def _right(deed: str) -> Right:
    return Right(kind=Kind.API_TOKENS, page=API_TOKENS, deeds=(deed,))


_ONE: dict[str, Any] = {"token_id": RowId}

ROUTES = (
    Route(
        method="GET", path="/api-tokens", does=list_them, name="list_api_tokens", summary="List tokens",
        right=_right("can_list"), query=TokensQuery, answers=ItemPage[TokenItem],
    ),
    Route(
        method="GET", path="/api-tokens/{token_id}", does=read, name="show_api_token", summary="Show a token",
        right=_right("can_list"), place=_ONE, answers=TokenItem,
    ),
    Route(
        method="DELETE", path="/api-tokens/{token_id}", does=revoke, name="revoke_api_token",
        summary="Revoke a token", right=_right(DELETE), place=_ONE, status=HTTPStatus.NO_CONTENT,
    ),
)  # fmt: skip
