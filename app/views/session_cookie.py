"""The cookie of a session: every page renews it, and what pages and programs ask for by themselves does not."""

from flask import Flask, g
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from app.views.request_guards import is_of_a_program


class _SessionCookie(SecureCookieSessionInterface):
    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        if is_of_a_program() or (not session.modified and g.get("leaves_session_cookie", False)):
            return False
        return super().should_set_cookie(app, session)


def install(app: Flask) -> None:
    """Let requests say that they are no page."""
    app.session_interface = _SessionCookie()


def leave_as_it_is() -> None:
    """Let this request not prolong the session of who asks."""
    g.leaves_session_cookie = True
