"""Who is let in: by a token in the header Authorization alone, so often in a minute, while there is a licence."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus

from app.database import Database
from app.license_watch import LicenseWatch
from app.logs import context
from app.rest_api.problems import RefusedError
from app.rest_api.rate_limit import RateLimit
from app.rest_api.routes import Right, Route
from app.rules import api_tokens
from app.security.tenant_scope import ALL_TENANTS
from app.services.api_tokens import checking
from app.services.api_tokens.checking import Caller
from app.transaction import reading, writing

WRONG_PER_MINUTE = 30
"""Wrong tokens that one address may send in a minute; right ones are always taken."""

_SCHEME = "bearer "
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Ringmaster"'}


class Access:
    """Finds out who calls, and refuses who may not."""

    def __init__(
        self,
        database: Database,
        license_: LicenseWatch,
        *,
        per_minute: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._license = license_
        self._limit = RateLimit(per_minute, clock=clock)
        self._wrong = RateLimit(WRONG_PER_MINUTE, clock=clock)

    def caller(self, authorization: str, address: str, *, now: datetime) -> Caller:
        """Return who calls, or raise RefusedError 401 or 429."""
        text = authorization[len(_SCHEME) :].strip() if authorization.lower().startswith(_SCHEME) else ""
        if not text:
            raise RefusedError(
                HTTPStatus.UNAUTHORIZED,
                "Send an API token: Authorization: Bearer rmt_… . You make one on the page of your account.",
                headers=_CHALLENGE,
            )
        with reading(self._database, ALL_TENANTS) as session:
            caller = checking.find_caller(session, text, address, now=now)
        if caller is None:
            self._refuse(address)
            # The digits that find a token are no secret, and lead who reads the log to it.
            written = api_tokens.parse(text)
            which = f"The token {written.key_id}" if written is not None else "This token"
            raise RefusedError(
                HTTPStatus.UNAUTHORIZED,
                f"{which} opens nothing: it is none, was revoked, has expired, is not taken from this address, "
                "or its account is switched off.",
                headers={"WWW-Authenticate": f'{_CHALLENGE["WWW-Authenticate"]}, error="invalid_token"'},
            )
        # The lines of the request's log name the account from here on.
        context.begin(replace(context.current(), find_account=lambda: caller.username))
        _wait(self._limit.take(caller.key_id), "This token has asked too often")
        if caller.needs_note:
            with writing(self._database, ALL_TENANTS) as session:
                checking.note_use(session, caller, address, now=now)
        return caller

    def check(self, caller: Caller, route: Route, *, now: datetime) -> None:
        """Raise RefusedError 403 where who calls may not do this."""
        expired = "" if route.is_of_license else self._license.expired(now)
        if expired:
            raise RefusedError(
                HTTPStatus.FORBIDDEN, f"{expired} An administrator installs a new one on its page."
            )
        if route.right is not None:
            _check_right(caller, route, route.right)

    def look_at_license(self) -> None:
        """Go by the licence that was installed just now."""
        self._license.look_again()

    def _refuse(self, address: str) -> None:
        _wait(self._wrong.take(address), "Too many wrong tokens came from this address")


def _check_right(caller: Caller, route: Route, right: Right) -> None:
    if not caller.opens(right.kind, is_change=route.is_change):
        what = "only reads" if caller.reads_only and route.is_change else f"was not made for {right.kind}"
        raise RefusedError(HTTPStatus.FORBIDDEN, f"The token {caller.token_name} {what}.")
    if not all(caller.may(right.page, deed) for deed in right.deeds):
        raise RefusedError(
            HTTPStatus.FORBIDDEN,
            f"The account {caller.username} may not do this ({right.words}) with the tenants of this token.",
        )


def _wait(seconds: int, why: str) -> None:
    if seconds:
        told: Mapping[str, str] = {"Retry-After": str(seconds)}
        raise RefusedError(
            HTTPStatus.TOO_MANY_REQUESTS, f"{why}; try again in {seconds} seconds.", headers=told
        )
