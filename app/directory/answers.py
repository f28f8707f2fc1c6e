"""What a directory's refusals mean, in sentences that say what to do."""

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from app.errors import InvalidInputError, NotAllowedError, UnreachableError
from app.rules.phone_book import Search, Security, Server

NO_NAME = "The user name or the base is no name in a directory; such a name looks like dc=example,dc=com."

_LONGEST_MESSAGE = 300
_reason_in_errno = re.compile(r"\[Errno -?\d+\] ([^'\")\]]+)")


def refuse_connection(server: Server, error: Exception, distrust: str) -> NoReturn:
    """Raise UnreachableError for a connection that could not be made; ``distrust`` says what a certificate lacks."""
    if distrust:
        raise UnreachableError(
            f"The certificate of {server.host} is not trusted: {distrust}. Paste the certificate of who signed it "
            "under Trusted certificates (for signing in: name its file as ca_file), and write the server's name as it "
            "stands in its certificate."
        ) from error
    said = str(error)
    if "startTLS" in said:
        raise UnreachableError(f"{server} offers no StartTLS. Choose LDAPS, or another port.") from error
    if "ssl" in said.casefold() and "timed out" not in said:
        raise UnreachableError(
            f"{server} does not speak TLS on this port: LDAPS usually has 636, StartTLS 389."
        ) from error
    reason = _reason_in_errno.search(said)
    why = reason[1] if reason else "no answer in time" if "timed out" in said else "its name is not known"
    raise UnreachableError(
        f"{server} cannot be reached ({why}). Check the server address, the port, and that this machine may connect."
    ) from error


def refuse_answer(wanted: Search, result: Mapping[str, Any]) -> NoReturn:
    """Raise what an answer that is no success means."""
    said = result["description"]
    if said in {"invalidCredentials", "inappropriateAuthentication"}:
        raise NotAllowedError(f"{wanted.server} refuses the user name or the password.")
    if said in {"strongerAuthRequired", "confidentialityRequired"}:
        advice = (
            "Choose StartTLS or LDAPS." if wanted.server.security is Security.PLAIN else "Give a user name."
        )
        raise NotAllowedError(f"{wanted.server} wants a safer connection. {advice}")
    if said in {"insufficientAccessRights", "operationsError"}:
        who = "this user name" if wanted.user else "without a user name"
        raise NotAllowedError(f"{wanted.server} does not let {who} search.")
    if said == "noSuchObject":
        raise InvalidInputError(
            f"There is no {wanted.base or 'base'} in {wanted.server}, or this user name may not see it. Check the base."
        )
    if said == "invalidDNSyntax":
        raise InvalidInputError(NO_NAME)
    if said == "timeLimitExceeded":
        raise UnreachableError(f"{wanted.server} did not finish the search within {wanted.seconds} seconds.")
    more = f": {result['message'][:_LONGEST_MESSAGE]}" if result.get("message") else ""
    raise UnreachableError(f"{wanted.server} answered {said}{more}.")
