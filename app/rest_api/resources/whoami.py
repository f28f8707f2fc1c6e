"""Who calls: to try a token, and to learn what it may."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from app.rest_api.calls import Answer, Call
from app.rest_api.routes import Route
from app.rules.api_tokens import Kind


class Whoami(Struct, kw_only=True):
    """The account and the token; `kinds` is null for all, `tenants` for all that there are."""

    username: str
    roles: list[str]
    token: str
    key_id: str
    reads_only: bool
    kinds: list[Kind] | None
    tenants: list[int] | None
    expires_at: datetime | None


def show(call: Call[Any, Any]) -> Answer:
    """Tells who calls, in which roles, and what the token is narrowed to."""
    caller = call.caller
    seen = caller.scope.tenant_ids
    return Answer(
        Whoami(
            username=caller.username,
            roles=list(caller.roles),
            token=caller.token_name,
            key_id=caller.key_id,
            reads_only=caller.reads_only,
            kinds=None if caller.kinds is None else [kind for kind in Kind if kind in caller.kinds],
            tenants=None if seen is None else sorted(seen),
            expires_at=caller.expires_at,
        )
    )


ROUTES = (
    Route(
        method="GET",
        path="/whoami",
        does=show,
        name="whoami",
        summary="Who calls",
        right=None,
        answers=Whoami,
    ),
)
