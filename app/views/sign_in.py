"""Signing in and out, and the addresses that lead there."""

from flask import redirect
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.views import AuthDBView
from werkzeug.wrappers import Response


class SignInView(AuthDBView):
    """The sign-in page in the product's own look; Flask-AppBuilder checks the password."""

    login_template = "ringmaster/sign_in.html"
    invalid_login_message = "That username and password do not match. Try again."


class StartView(BaseView):
    """The bare address leads to the dashboard."""

    route_base = ""
    default_view = "index"

    @expose("/")
    def index(self) -> Response:
        """Go to the dashboard."""
        return redirect("/dashboard/")


class PhoneManagerView(BaseView):
    """The address under which people know the phone manager (manual, chapter 2)."""

    route_base = ""

    @expose("/ipp")
    @expose("/ipp/")
    def sign_in(self) -> Response:
        """Go to the sign-in page."""
        return redirect("/login/")
