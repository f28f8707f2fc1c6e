"""Proxies in front of the screens: the address of the person, rather than that of the proxy."""

from collections.abc import Iterable, Sequence
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from app.rules.proxies import CONNECTION, caller_address
from config import IPNetwork


class CallersOwnAddress:
    """WSGI middleware that puts the caller's own address in the place of a trusted proxy's, which is kept beside it.

    The scheme is the web server's affair: gunicorn reads X-Forwarded-Proto of the same proxies.
    """

    def __init__(self, application: WSGIApplication, trusted: Sequence[IPNetwork]) -> None:
        self._application = application
        self._trusted = trusted

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on with the address it came from."""
        connection, forwarded_for = environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", "")
        environ[CONNECTION] = connection
        environ["REMOTE_ADDR"] = caller_address(connection, forwarded_for, self._trusted)
        return self._application(environ, start_response)
