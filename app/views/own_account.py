"""One's own account: who one is, where one is signed in, the password and the mail address."""

from flask import current_app, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError
from wtforms import PasswordField
from wtforms.validators import DataRequired

from app.errors import InvalidInputError, RingmasterError
from app.models import OperatorSession
from app.services import operator_passwords, own_mail
from app.transaction import transaction
from app.views import owners_proof
from app.views.accounts import (
    NEW_PASSWORD,
    SAME_PASSWORD,
    end_sessions_of,
    password_is_elsewhere,
    sessions_of,
)
from app.views.deeds import note_of_account
from app.views.error_pages import STATUS_OF
from app.views.formats import local_moment
from app.views.outside_sign_in import name_of_way
from app.views.web_session import db


class OwnPasswordForm(FlaskForm):
    """The password one has, and the one that takes its place."""

    old_password = PasswordField("Present password", validators=[DataRequired()])
    password = PasswordField("New password", validators=NEW_PASSWORD)
    conf_password = PasswordField("New password again", validators=SAME_PASSWORD)


class AccountView(BaseView):
    """The account that is signed in: for everybody who is, whatever the role."""

    route_base = "/account"
    default_view = "userinfo"

    @expose("/")
    def userinfo(self) -> str:
        """Show who is signed in, and what that account may do."""
        return render_template(
            "ringmaster/account.html",
            title="Your account",
            last_login=local_moment(current_user.last_login),
            signs_in_by=name_of_way(current_user.signs_in_by),
            **sessions_of(current_user.id),
        )

    @expose("/sessions/", methods=["GET", "POST"])
    @expose("/sessions/<int(max=2147483647):session_id>", methods=["GET", "POST"])
    def end_sessions(self, session_id: int | None = None) -> ResponseReturnValue:
        """Ask for the password, and end one's session in another browser, or all but this one."""
        found = sessions_of(current_user.id)["sessions"]
        session = next((each for each in found if each.id == session_id), None)
        if session_id is not None and session is None:
            flash("That session has ended already.", "info")
            return redirect("/account/")
        if request.method != "POST":
            return _page_of_ending(session)
        refusal = owners_proof.refusal_without(request.form.get("password", ""))
        if refusal is not None:
            return make_response(_page_of_ending(session, refusal), STATUS_OF[type(refusal)])
        end_sessions_of(current_user, session_id)
        return redirect("/account/")

    @expose("/password/", methods=["GET", "POST"])
    def password(self) -> ResponseReturnValue:
        """Change one's own password; it ends one's sessions, so one signs in again."""
        if current_user.signs_in_by:
            return password_is_elsewhere(current_user, "Change your password", "/account/")
        form = OwnPasswordForm()
        form.known_words = operator_passwords.words_of(current_user)
        if form.validate_on_submit() and _is_another(form):
            current_app.extensions["appbuilder"].sm.reset_password(
                current_user.id, form.password.data, is_owner=True
            )
            note_of_account(
                current_user, "password changed", f"{current_user.username} changed the own password."
            )
            flash("Your password was changed. Sign in with it.", "success")
            return redirect("/login/")
        return render_template(
            "ringmaster/password.html",
            title="Change your password",
            form=form,
            back="/account/",
            has_to_choose=current_user.has_to_choose_password,
        )

    @expose("/mail/", methods=["GET", "POST"])
    def mail(self) -> ResponseReturnValue:
        """Change one's own mail address, by which one can sign in as well, for who gives the password."""
        if current_user.signs_in_by:
            way = name_of_way(current_user.signs_in_by)
            flash(f"{way} says what your mail address is: change it there.", "info")
            return redirect("/account/")
        if request.method != "POST":
            return _page_of_mail(current_user.email)
        typed = request.form.get("mail", "")
        refusal = owners_proof.refusal_without(request.form.get("password", "")) or _change_mail(typed)
        if refusal is not None:
            return make_response(_page_of_mail(typed, refusal), STATUS_OF[type(refusal)])
        return redirect("/account/")


def _page_of_ending(session: OperatorSession | None, refusal: RingmasterError | None = None) -> str:
    faults = refusal.by_field if refusal is not None else {}
    return render_template(
        "ringmaster/end_sessions.html",
        title="End a session" if session is not None else "End all other sessions",
        session=session,
        has_password=owners_proof.has_password(),
        fault=faults.get("password", ""),
        refused=str(refusal) if refusal is not None and not faults else "",
    )


def _page_of_mail(typed: str, refusal: RingmasterError | None = None) -> str:
    return render_template(
        "ringmaster/own_mail.html",
        title="Change your mail address",
        typed=typed,
        most_characters=own_mail.LONGEST_MAIL,
        faults=refusal.by_field if refusal is not None else {},
    )


def _change_mail(typed: str) -> RingmasterError | None:
    """Change it and say so, or return why it will not do."""
    before = current_user.email
    try:
        with transaction(db.session()) as session:
            is_changed = own_mail.change(session, current_user, typed)
    except InvalidInputError as error:
        return error
    except IntegrityError:
        return InvalidInputError(own_mail.TAKEN, field="mail")
    if is_changed:
        changes = f'email from "{before}" to "{current_user.email}"'
        text = f"{current_user.username} changed the operator {current_user.username}: {changes}."
        note_of_account(current_user, "operator changed", text)
        flash("Your mail address was changed.", "success")
    return None


def _is_another(form: OwnPasswordForm) -> bool:
    """Whether the present password was given, and a new one that is another."""
    if owners_proof.refusal_without(form.old_password.data) is not None:
        form.old_password.errors = ["This is not your present password."]
    elif form.password.data == form.old_password.data:
        form.password.errors = ["This is the password that you have."]
    else:
        return True
    return False
