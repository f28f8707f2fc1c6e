"""An OpenID Connect provider on this machine that signs for real; a test says what it does wrong."""

import base64
import hashlib
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

CLIENT, SECRET = "ringmaster", "s3cret of/the:client"
LASTS_SECONDS = 300

Changes = Callable[[dict[str, Any]], dict[str, Any]]


class OidcProvider:
    """What the provider knows; ``claims`` are of who signs in next, and tests change what it says.

    ``told`` is what it was asked at its addresses, in order.
    """

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.claims: dict[str, Any] = {}
        self.user_info: dict[str, Any] = {}
        self.key: RSAKey | ECKey = new_key()
        self.signing_key: RSAKey | ECKey | OctKey | None = None
        self.published: list[Any] | None = None
        self.algorithm = "RS256"
        self.change_claims: Changes = lambda claims: claims
        self.change_metadata: Changes = lambda metadata: metadata
        self.change_token: Callable[[str], str] = lambda token: token
        self.refuses = ""
        self.answers_with: bytes | None = None
        self.told: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}

    def rotate(self) -> None:
        """Sign with a new key from now on."""
        self.key = new_key()

    def keys(self) -> list[Any]:
        """Return the keys that are published: that which signs, if no test says others."""
        return [self.key.as_dict(private=False)] if self.published is None else self.published

    def metadata(self) -> dict[str, Any]:
        """Return what is discovered."""
        names = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "keys",
            "userinfo_endpoint": "me",
            "end_session_endpoint": "leave",
        }
        found = {name: f"{self.issuer}/{path}" for name, path in names.items()}
        return self.change_metadata(found | {"issuer": self.issuer})

    def authorize(self, asked: dict[str, str]) -> str:
        """Let somebody sign in, who need not type anything; return where the browser goes back to."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        if self.refuses:
            answer = {"error": self.refuses, "state": asked["state"]}
        else:
            code = secrets.token_urlsafe()
            self._codes[code] = asked
            answer = {"code": code, "state": asked["state"]}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Exchange a code, once, for who knows the client's secret and the verifier."""
        asked = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not _is_client(form, authorization):
            return 401, {"error": "invalid_client"}
        if (
            asked is None
            or asked["redirect_uri"] != form["redirect_uri"]
            or asked["code_challenge"] != challenge
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        usual = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + LASTS_SECONDS}
        claims = self.change_claims(usual | {"nonce": asked["nonce"], **self.claims})
        return 200, {"id_token": self.change_token(self._signed(claims)), "access_token": "of somebody"}

    def _signed(self, claims: dict[str, Any]) -> str:
        key = self.signing_key or self.key
        header = {"alg": self.algorithm, "kid": self.key.kid}
        algorithms = [self.algorithm]
        registry = jws.JWSRegistry(algorithms=algorithms)
        return jwt.encode(header, claims, key, algorithms=algorithms, registry=registry)


def new_key() -> RSAKey:
    """Make a key."""
    return RSAKey.generate_key(2048, auto_kid=True)


@contextmanager
def running_provider(certificate_folder: Path | None = None) -> Iterator[OidcProvider]:
    """Yield a provider that answers; over TLS with the certificate of a folder (tests/debian_servers.py)."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    scheme = "http"
    if certificate_folder is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate_folder / "certificate.pem", certificate_folder / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    server.provider = OidcProvider(f"{scheme}://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _is_client(form: dict[str, str], authorization: str) -> bool:
    if not authorization:
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
    given = base64.b64decode(authorization.removeprefix("Basic ")).decode()
    name, _, secret = given.partition(":")
    return (unquote_plus(name), unquote_plus(secret)) == (CLIENT, SECRET)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        provider, parts = self._provider(), urlsplit(self.path)
        if parts.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", provider.authorize(dict(parse_qsl(parts.query))))
            self.end_headers()
        elif parts.path == "/.well-known/openid-configuration":
            self._answer(200, provider.metadata())
        elif parts.path == "/keys":
            self._answer(200, {"keys": provider.keys()})
        elif parts.path in {"/leave", "/favicon.ico"}:  # where a browser stays
            self._answer(200, {})
        elif parts.path == "/me" and self.headers["Authorization"] == "Bearer of somebody":
            self._answer(200, provider.user_info)
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self._answer(*self._provider().token(form, self.headers["Authorization"] or ""))

    def _provider(self) -> OidcProvider:
        found: OidcProvider = self.server.provider
        found.told.append(urlsplit(self.path).path)
        return found

    def _answer(self, status: int, value: dict[str, Any]) -> None:
        broken = self.server.provider.answers_with
        content = json.dumps(value).encode() if broken is None else broken
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
