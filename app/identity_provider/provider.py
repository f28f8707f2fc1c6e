"""One provider: where it says its addresses are, where people are sent, and what a code that they bring is worth.

The code flow of OpenID Connect Core 1.0 (3.1) with PKCE (RFC 7636); signatures are verified by joserfc.
"""

import base64
import hashlib
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet
from joserfc.jwt import JWTClaimsRegistry, Token, decode

from app.errors import NotAllowedError, UnreachableError
from app.identity_provider.fetching import Fetcher
from app.rules.ways_to_sign_in.provider import ProviderWay

_DISCOVERED_FOR_SECONDS = 3600
_CLOCKS_DIFFER_SECONDS = 60
_LONGEST_TOKEN = 64 * 1024
_DISCOVERY = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What this browser's attempt is known by: ``state`` comes back with the code, ``nonce`` in the id_token, and the
    ``verifier`` proves that who brings the code is who was sent for it."""

    state: str
    nonce: str
    verifier: str


class Provider:
    """A provider as a process knows it: its addresses and keys are fetched when they are needed, and kept for a while.

    Every method may ask the provider; hold no transaction meanwhile. UnreachableError where it cannot be asked.
    """

    def __init__(self, way: ProviderWay) -> None:
        self.way = way
        self._fetcher = Fetcher(way.certificates, way.seconds)
        self._lock = threading.Lock()
        self._metadata: Mapping[str, Any] = {}
        self._metadata_until = 0.0
        self._keys: KeySet | None = None

    def address_to_sign_in(self, attempt: Attempt, back: str) -> str:
        """Return where the browser goes; it comes back to ``back``."""
        digest = hashlib.sha256(attempt.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.way.client_id,
            "redirect_uri": back,
            "scope": " ".join(self.way.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return _with_query(self._address("authorization_endpoint"), asked)

    def address_to_sign_out(self, back: str) -> str:
        """Return where the browser signs out of the provider as well; empty where that is not known or not wanted."""
        try:
            address = self._address("end_session_endpoint") if self.way.signs_out else ""
        except UnreachableError:
            return ""
        asked = {"client_id": self.way.client_id, "post_logout_redirect_uri": back}
        return _with_query(address, asked) if address else ""

    def claims_for(self, code: str, attempt: Attempt, back: str) -> Mapping[str, Any]:
        """Return what the provider says of who brought a code.

        NotAllowedError where its answer is no valid word of this provider for this client and this attempt,
        RefusedError where it refuses the code.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": attempt.verifier,
        }
        endpoint = self._address("token_endpoint")
        answer = self._fetcher.post(endpoint, *self._authenticated(form))
        claims = self._verified(answer.get("id_token"), attempt.nonce)
        token = answer.get("access_token")
        if self.way.lacks(claims) and isinstance(token, str) and self._known().get("userinfo_endpoint"):
            claims = {**self._user_info(token, claims["sub"]), **claims}
        return claims

    def check_issuer(self, told: str | None) -> None:
        """Raise NotAllowedError where the answer to the browser came from another provider (RFC 9207)."""
        known = self._known()
        is_promised = known.get("authorization_response_iss_parameter_supported") is True
        if (told is None and is_promised) or (told is not None and told != known["issuer"]):
            raise NotAllowedError("The answer came from another provider.")

    def _authenticated(self, form: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """Return the form and the headers that say which client asks."""
        name, secret = self.way.client_id, self.way.client_secret
        if not secret:
            return form | {"client_id": name}, {}
        ways = self._known().get("token_endpoint_auth_methods_supported")
        if not isinstance(ways, list) or not ways or "client_secret_basic" in ways:
            both = f"{quote_plus(name)}:{quote_plus(secret)}"
            return form, {"Authorization": f"Basic {base64.b64encode(both.encode()).decode()}"}
        return form | {"client_id": name, "client_secret": secret}, {}

    def _verified(self, token: object, nonce: str) -> Mapping[str, Any]:
        if not isinstance(token, str) or len(token) > _LONGEST_TOKEN:
            raise NotAllowedError("The answer has no id_token.")
        try:
            claims = self._decoded(token).claims
            rules = JWTClaimsRegistry(
                leeway=_CLOCKS_DIFFER_SECONDS,
                iss={"essential": True, "value": self._known()["issuer"]},
                sub={"essential": True},
                aud={"essential": True, "value": self.way.client_id},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            rules.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise NotAllowedError(f"The id_token is not valid: {error}") from error
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        party = claims.get("azp")
        if (len(audiences) > 1 or party is not None) and party != self.way.client_id:
            raise NotAllowedError("The id_token was made for another client.")
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise NotAllowedError("The id_token names nobody.")
        return claims

    def _decoded(self, token: str) -> Token:
        """Return the token once its signature is verified; keys that are not known yet are fetched once."""
        algorithms = list(self.way.algorithms)
        with self._lock:
            keys = self._keys
        if keys is not None:
            try:
                return decode(token, keys, algorithms=algorithms)
            except InvalidKeyIdError:
                pass  # the provider has changed its keys
        return decode(token, self._fetched_keys(), algorithms=algorithms)

    def _fetched_keys(self) -> KeySet:
        found = self._fetcher.get(self._address("jwks_uri"))
        keys = _usable(found.get("keys"))
        with self._lock:
            self._keys = keys
        return keys

    def _user_info(self, token: str, subject: object) -> Mapping[str, Any]:
        address = self._address("userinfo_endpoint")
        found = self._fetcher.get(address, {"Authorization": f"Bearer {token}"})
        if found.get("sub") != subject:
            raise NotAllowedError("The provider tells of somebody else than who has signed in.")
        return found

    def _known(self) -> Mapping[str, Any]:
        with self._lock:
            if time.monotonic() < self._metadata_until:
                return self._metadata
        found = self._fetcher.get(f"{self.way.issuer}{_DISCOVERY}")
        issuer = found.get("issuer")
        if not isinstance(issuer, str) or issuer.rstrip("/") != self.way.issuer:
            raise UnreachableError(
                f"{self.way.issuer} says that it is another issuer; write the one that it says."
            )
        with self._lock:
            self._metadata, self._metadata_until = found, time.monotonic() + _DISCOVERED_FOR_SECONDS
            self._keys = None  # a key that the provider has withdrawn counts no longer than this
        return found

    def _address(self, name: str) -> str:
        """Return an address of the provider, which has to be as safe as its own; optional ones may be empty."""
        address = self._known().get(name, "")
        if address == "" and name == "end_session_endpoint":
            return ""
        if not isinstance(address, str) or _scheme_of(address) not in {
            "https",
            urlsplit(self.way.issuer).scheme,
        }:
            raise UnreachableError(f"{self.way.issuer} says no usable address as {name}.")
        return address


def _scheme_of(address: str) -> str:
    try:
        return urlsplit(address).scheme
    except ValueError:  # brackets with no IPv6 address between them
        return ""


def _usable(listed: object) -> KeySet:
    """Return the keys of a list that can be used; others, for what this program does not know, are passed over."""
    keys: list[Key] = []
    for data in listed if isinstance(listed, list) else ():
        with suppress(JoseError, LookupError, TypeError, ValueError, AttributeError):
            keys += KeySet.import_key_set({"keys": [data]})
    return KeySet(keys)


def _with_query(address: str, values: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(values)}"
