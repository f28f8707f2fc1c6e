"""The forms of phone users: added, edited, and given another password (manual 6.7.2, 6.7.4, 6.8)."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.errors import InvalidInputError
from app.models import PhoneUser
from app.security.roles import USERS
from app.services import drop_downs, phone_user_changes, phone_user_passwords
from app.services.licenses.room import NoRoomError
from app.services.phone_user_changes import MovesPhonesError, UserFields
from app.transaction import transaction
from app.views.authors import author
from app.views.form_problems import sentences_by_field
from app.views.list_arguments import one_of
from app.views.template_form import is_id
from app.views.times import time_of_page
from app.views.users import LIST, get_user
from app.views.web_session import db

NOT_YET = "Phones get it with the next Generate."
_PASSWORDS = ("random", "typed", "none")


class UserFormView(BaseView):
    """What people write about phone users."""

    class_permission_name = USERS
    route_base = "/users"

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> ResponseReturnValue:
        """Show the form for a new user, and add him."""
        if request.method == "GET":
            return _form(None, {"tenant": _only_tenant(), "password_kind": "none"})
        try:
            with transaction(db.session()) as session:
                user = phone_user_changes.add(
                    session, _fields(), _password(), author=author(), now=time_of_page()
                )
        except InvalidInputError as error:
            return _form(None, request.form, sentences_by_field(error))
        flash(f"The user {user.name} was added.", "success")
        return redirect(f"{LIST}show/{user.id}")

    @expose("/edit/<int:user_id>", methods=["GET", "POST"])
    @has_access
    def edit(self, user_id: int) -> ResponseReturnValue:
        """Show the form of a user, and save it; before phones move with him, it asks."""
        user = get_user(user_id)
        phone_user_changes.check_is_somebody(user)
        if request.method == "GET":
            return _form(user, _typed_of(user))
        try:
            with transaction(db.session()) as session:
                told = request.form.get("moves", "")
                is_changed = phone_user_changes.change(
                    session, user, _fields(), told=told, author=author(), now=time_of_page()
                )
        except InvalidInputError as error:
            return _form(get_user(user_id), request.form, sentences_by_field(error))
        except MovesPhonesError as error:
            return _form(get_user(user_id), request.form, moves=error)
        except NoRoomError as error:
            return _form(get_user(user_id), request.form, {"tenant": str(error)})
        flash(
            f"The user {user.name} was saved. {NOT_YET}" if is_changed else "Nothing was changed.", "success"
        )
        return redirect(f"{LIST}show/{user_id}")

    @expose("/password/<int:user_id>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def password(self, user_id: int) -> ResponseReturnValue:
        """Show the form for another password, and set it."""
        user = get_user(user_id)
        phone_user_changes.check_is_somebody(user)
        if request.method == "GET":
            return _password_form(user)
        try:
            shared = _password()
            with transaction(db.session()) as session:
                phone_user_passwords.reset(
                    session, [user.id], shared=shared, author=author(), now=time_of_page()
                )
        except InvalidInputError as error:
            return _password_form(get_user(user_id), str(error))
        flash(f"{user.name} has {'another' if shared else 'no'} password now. {NOT_YET}", "success")
        return redirect(f"{LIST}show/{user_id}")


def _fields() -> UserFields:
    tenant = request.form.get("tenant", "")
    return UserFields(
        tenant_id=int(tenant) if is_id(tenant) else 0,
        name=request.form.get("name", ""),
        display_name=request.form.get("display_name", ""),
        nickname=request.form.get("nickname", ""),
    )


def _password() -> str:
    """Return the password that a form asks for: a random one, the one that was typed, or none."""
    kind = one_of(request.form, "password_kind", _PASSWORDS)
    if kind == "random":
        return phone_user_passwords.make_random()
    if kind == "none":
        return ""
    typed = request.form.get("password", "")
    if not typed:
        raise InvalidInputError(by_field={"password": "Type the password, or choose a random one."})
    return typed


def _typed_of(user: PhoneUser) -> dict[str, str]:
    return {
        "tenant": str(user.tenant_id),
        "name": user.name,
        "display_name": user.display_name,
        "nickname": user.nickname,
    }


def _only_tenant() -> str:
    tenants = drop_downs.tenants_by_id(db.session())
    chosen = request.args.get("tenant", "").casefold()
    fitting = [tenant_id for tenant_id, name in tenants if len(tenants) == 1 or name.casefold() == chosen]
    return str(fitting[0]) if fitting else ""


def _form(
    user: PhoneUser | None,
    typed: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
    *,
    moves: MovesPhonesError | None = None,
) -> Response:
    page = render_template(
        "ringmaster/user_form.html",
        title=f"Edit {user.name}" if user else "Add a user",
        user=user,
        typed=typed,
        faults=faults or {},
        moves=moves,
        tenants=drop_downs.tenants_by_id(db.session()),
        back=f"{LIST}show/{user.id}" if user else LIST,
    )
    status = HTTPStatus.BAD_REQUEST if faults else HTTPStatus.CONFLICT if moves else HTTPStatus.OK
    return make_response(page, status)


def _password_form(user: PhoneUser, refused: str = "") -> Response:
    page = render_template(
        "ringmaster/user_password.html",
        title=f"Password of {user.name}",
        user=user,
        typed={"password_kind": request.form.get("password_kind", "random")},
        faults={"password": refused} if refused else {},
        back=f"{LIST}show/{user.id}",
    )
    return make_response(page, HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK)
