"""Operators' accounts: who signs in, in which role, and whose phones they see."""

from typing import Any

from flask import abort, current_app, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.filters import FilterNotEqual
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy.orm import configure_mappers, selectinload
from wtforms import PasswordField, ValidationError
from wtforms.validators import DataRequired, EqualTo

from app.errors import ConflictError, InvalidInputError
from app.models import Operator
from app.security.roles import OPERATORS
from app.services import operator_passwords, operator_sessions, operators, own_mail, second_factors
from app.transaction import transaction
from app.views import password_hashes, sign_in_sessions
from app.views.deeds import note_of_account
from app.views.fast_interface import FastInterface
from app.views.formats import local_moment, names, names_of_tenants, yes_or_no
from app.views.model_view import SafeModelView
from app.views.outside_sign_in import name_of_way, password_page
from app.views.times import time_of_page
from app.views.web_session import db

# Operator.roles is a back reference of Flask-AppBuilder's: it is there once the mappers are configured.
configure_mappers()

_KNOWN = "username", "first_name", "last_name", "email"


def _is_hard_to_guess(form: Any, field: Any) -> None:
    known = [str(form[name].data or "") for name in _KNOWN if name in form]
    try:
        operator_passwords.check(field.data, known=[*known, *getattr(form, "known_words", ())])
    except InvalidInputError as error:
        raise ValidationError(str(error)) from error


NEW_PASSWORD = [DataRequired(), _is_hard_to_guess]
SAME_PASSWORD = [DataRequired(), EqualTo("password", message="The two passwords differ.")]
_NOT_THE_VISITORS_ROLE = {"roles": [["name", FilterNotEqual, "Public"]]}


class NewPasswordForm(FlaskForm):
    """A password, typed twice."""

    password = PasswordField("New password", validators=NEW_PASSWORD)
    conf_password = PasswordField("New password again", validators=SAME_PASSWORD)


class OperatorView(SafeModelView):
    """Accounts of those who sign in."""

    datamodel = FastInterface(Operator, [selectinload(Operator.roles), selectinload(Operator.tenants)])
    class_permission_name = OPERATORS
    route_base = "/operators"
    noun = "operator"
    list_title = "Operators"
    add_title = "Add an operator"
    edit_title = "Edit operator"
    searched = ("username", "first_name", "last_name", "email")
    base_order = ("username", "asc")
    order_columns = ["username", "first_name", "last_name", "email", "active", "last_login"]
    list_columns = [
        "username",
        "first_name",
        "last_name",
        "roles",
        "sees_all_tenants",
        "tenants",
        "signs_in_by",
        "active",
        "last_login",
    ]
    show_columns = [*list_columns, "email", "second_factor_since", "login_count", "fail_login_count"]
    edit_columns = [
        "username",
        "first_name",
        "last_name",
        "email",
        "active",
        "roles",
        "sees_all_tenants",
        "tenants",
    ]
    add_columns = [*edit_columns, "password", "conf_password"]
    add_form_extra_fields = {
        "password": PasswordField("Password", validators=NEW_PASSWORD),
        "conf_password": PasswordField("Password again", validators=SAME_PASSWORD),
    }
    add_form_query_rel_fields = _NOT_THE_VISITORS_ROLE
    edit_form_query_rel_fields = _NOT_THE_VISITORS_ROLE
    validators_columns = {"roles": [DataRequired(message="Choose a role.")]}
    label_columns = {
        "username": "Username",
        "sees_all_tenants": "All tenants",
        "signs_in_by": "Signs in by",
        "fail_login_count": "Failed sign-ins",
        "login_count": "Sign-ins",
        "last_login": "Last sign-in",
        "second_factor_since": "Second factor since",
    }
    description_columns = {
        "sees_all_tenants": "The account sees every tenant, also those added later (system level).",
        "tenants": "The tenants that a tenant-level account sees; without any it sees no phones.",
        "active": "An account that is not active cannot sign in.",
    }
    formatters_columns = {
        "roles": names,
        "tenants": names_of_tenants,
        "sees_all_tenants": yes_or_no,
        "signs_in_by": name_of_way,
        "active": yes_or_no,
        "last_login": local_moment,
        "second_factor_since": local_moment,
    }
    show_template = "ringmaster/operator.html"

    def pre_add(self, item: Operator) -> None:
        """Keep the password as a hash; its owner chooses another at the first sign-in."""
        item.has_to_choose_password = True
        item.password = password_hashes.hash_of(item.password)

    def pre_update(self, item: Operator) -> None:
        """Refuse a change that locks everybody out."""
        operators.check_change(self.datamodel.session, item, by=current_user)
        own_mail.check_stays(item, by_id=current_user.id)

    def pre_delete(self, item: Operator) -> None:
        """Refuse to delete the last one who administers, and oneself."""
        operators.check_may_go(self.datamodel.session, item, by=current_user)

    def render_template(self, template: str, **context: Any) -> str:
        """Show where an account is signed in, beneath what it is."""
        if template == self.show_template:
            pk = int(context["pk"])
            has_second_factor = self.datamodel.get(pk).second_factor_since is not None
            context |= sessions_of(pk) | {"has_second_factor": has_second_factor}
        page: str = super().render_template(template, **context)
        return page

    @expose("/sessions/<int(max=2147483647):pk>/", methods=["POST"])
    @expose("/sessions/<int(max=2147483647):pk>/<int(max=2147483647):session_id>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def end_sessions(self, pk: int, session_id: int | None = None) -> ResponseReturnValue:
        """End a session of an account, or all of them but the one that asks."""
        operator = self.datamodel.get(pk) or abort(404)
        end_sessions_of(operator, session_id)
        return redirect(f"/operators/show/{pk}")

    @expose("/second-factor/<int(max=2147483647):pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def reset_second_factor(self, pk: int) -> ResponseReturnValue:
        """Take somebody's second factor away, who has lost it, and end the sessions of the account."""
        operator = self.datamodel.get(pk) or abort(404)
        if operator.id == current_user.id:
            raise ConflictError("You turn off your own second factor on Your account, with a code.")
        with transaction(db.session()) as session:
            second_factors.remove(session, operator.id)
            operator_sessions.end_all(session, operator.id)
        text = f"{current_user.username} reset the second factor of {operator.username}, who was signed out."
        note_of_account(current_user, "second factor reset", text, subject=operator.username)
        flash(f"{operator.username} signs in without a code now, and was signed out everywhere.", "success")
        return redirect(f"/operators/show/{pk}")

    @expose("/password/<pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def password(self, pk: str) -> ResponseReturnValue:
        """Give somebody else's account another password, and end its sessions."""
        operator = self.datamodel.get(pk) if pk.isdecimal() and len(pk) < 10 else None
        if operator is None:
            abort(404)
        if operator.id == current_user.id:
            return redirect("/account/password/")  # where the present one is asked for
        if operator.signs_in_by:
            return password_is_elsewhere(operator, f"New password for {operator}", "/operators/")
        form = NewPasswordForm()
        form.known_words = operator_passwords.words_of(operator)
        if not form.validate_on_submit():
            title = f"New password for {operator}"
            return render_template("ringmaster/password.html", title=title, form=form, back="/operators/")
        current_app.extensions["appbuilder"].sm.reset_password(operator.id, form.password.data)
        text = (
            f"{current_user.username} gave {operator.username} another password; the account was signed out."
        )
        note_of_account(current_user, "operator password given", text, subject=operator.username)
        told = (
            "has a new password, and was signed out everywhere. At the next sign-in another is to be chosen."
        )
        flash(f"{operator.username} {told}", "success")
        return redirect(self.get_redirect())


def password_is_elsewhere(operator: Operator, title: str, back: str) -> str:
    """Return the page that says where the password of somebody is changed who signs in by a directory or a provider."""
    mark = operator.signs_in_by
    return render_template(
        "ringmaster/password_elsewhere.html",
        title=title,
        operator=operator,
        way=name_of_way(mark),
        page=password_page(mark),
        back=back,
    )


def sessions_of(operator_id: int) -> dict[str, Any]:
    """Return where an account is signed in, for its pages."""
    found = operator_sessions.of_operator(
        db.session(), operator_id, sign_in_sessions.limits(), now=time_of_page()
    )
    return {"sessions": found, "this_session": sign_in_sessions.this_id()}


def end_sessions_of(operator: Operator, session_id: int | None) -> None:
    """End a session of an account, or all of them but the one that asks, and say so."""
    with transaction(db.session()) as session:
        if session_id is None:
            number = operator_sessions.end_all(session, operator.id, but=sign_in_sessions.this_id())
        else:
            operator_sessions.end(session, operator.id, session_id)
            number = 1
    ended = f"{number} session{' was' if number == 1 else 's were'} ended"
    text = f"{current_user.username} signed {operator.username} out: {ended}."
    note_of_account(current_user, "sessions ended", text, subject=operator.username)
    flash(f"{ended}.", "success")
