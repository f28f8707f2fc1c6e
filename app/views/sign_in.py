"""Signing in and out, and the addresses that lead there."""

from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import no_cache
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.security.views import AuthDBView
from flask_login import current_user
from werkzeug.wrappers import Response

from app.views import license_guard, provider_sign_in, second_step, sign_in_limit
from app.views.outside_sign_in import ways_here
from app.views.request_guards import PROVED_ELSEWHERE

REFUSAL = "refusal_of_sign_in"
"""Where a request keeps why somebody whose password was right is not let in."""


class SignInView(AuthDBView):
    """The sign-in page in the product's own look; Flask-AppBuilder checks the password."""

    login_template = "ringmaster/sign_in.html"

    @property
    def invalid_login_message(self) -> str:
        """Why somebody was not let in."""
        refused: str = g.get(REFUSAL, "That username and password do not match. Try again.")
        return refused

    @expose("/login/", methods=["GET", "POST"])
    @no_cache
    def login(self) -> ResponseReturnValue:
        """Show the form, or let somebody in; whoever guesses is told to wait before a password is looked at."""
        if request.method == "POST":
            sign_in_limit.check(request.form.get("username", ""))
        if current_user.is_authenticated:
            return redirect(self._get_safe_next_url())
        form = LoginForm_db()
        if not form.validate_on_submit():
            return self.render_template(self.login_template, title=self.title, form=form)
        wanted = self._get_safe_next_url()
        security = current_app.extensions["appbuilder"].sm
        operator = security.auth_user_db(form.username.data, form.password.data)
        if operator is not None:
            session.pop(PROVED_ELSEWHERE, None)
            return second_step.let_in(operator, wanted)
        flash(self.invalid_login_message, "warning")
        return redirect(self.appbuilder.get_url_for_login_with(wanted))

    @expose("/logout/", methods=["GET", "POST"])
    @no_cache
    def logout(self) -> ResponseReturnValue:
        """Ask whether to sign out; the form does it here and, where one came by a provider that can, there as well."""
        if request.method != "POST":
            if not current_user.is_authenticated:
                return redirect("/login/")
            return render_template("ringmaster/sign_out.html", title="Sign out")
        provider, onwards = provider_sign_in.way_out()
        second_step.forget()
        answer: ResponseReturnValue = super().logout()
        if not onwards:
            return answer
        return render_template("ringmaster/signed_out.html", provider=provider, onwards=onwards)

    def render_template(self, template: str, **context: Any) -> str:
        """Show the form, and that the licence has expired, where it has."""
        providers = ways_here().ways.providers
        wanted = self._get_safe_next_url()
        page: str = super().render_template(
            template, expired=license_guard.expired(), providers=providers, wanted=wanted, **context
        )
        return page


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
