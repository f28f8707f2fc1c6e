"""Manage Users: the list with its search, one user with the devices, and what goes when a user goes (manual 6.7)."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup
from sqlalchemy import func, select

from app.errors import ConflictError, InvalidInputError
from app.models import Device, PhoneUser
from app.models.enums import Action
from app.security.roles import SEE_SECRETS, USERS
from app.services import (
    device_deletion,
    device_lines,
    drop_downs,
    owned_values,
    phone_user_changes,
    phone_user_search,
    user_files,
)
from app.services.device_lines import DeviceLine
from app.services.phone_user_search import Among, Having, UserFilter
from app.services.usage import Departure
from app.services.value_owners import OwnerKind
from app.transaction import transaction
from app.views import device_actions, operation_form
from app.views.authors import author
from app.views.list_arguments import ListArguments, read_list_arguments, word_of
from app.views.row_ids import existing
from app.views.shell import may
from app.views.times import time_of_page
from app.views.usage_links import UsageLinks
from app.views.way_back import way_back
from app.views.web_session import db

LIST = "/users/"
_PREFIXES = {"user:": Among.USERS, "mac:": Among.DEVICES}


class UserView(BaseView):
    """The phone users that the account sees, and their devices."""

    class_permission_name = USERS
    route_base = "/users"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show a page of the users; their devices come when they are unfolded."""
        arguments = read_list_arguments(request.args)
        wanted = _filter_of(arguments)
        page = phone_user_search.search(db.session(), wanted, number=arguments.number, size=arguments.size)
        return render_template(
            "ringmaster/users.html",
            title="Manage Users",
            page=page,
            words=arguments.words,
            wanted=wanted,
            having=request.args.get("devices", ""),
            tenants=drop_downs.tenant_names(db.session()),
        )

    @expose("/without-user/")
    @has_access
    @permission_name("list")
    def without_user(self) -> str:
        """Show a page of the devices that have no user."""
        arguments = read_list_arguments(request.args)
        wanted = _filter_of(arguments)
        page = phone_user_search.search_without_user(
            db.session(), wanted, number=arguments.number, size=arguments.size
        )
        return render_template(
            "ringmaster/users_without.html",
            title="Manage Users",
            page=page,
            words=arguments.words,
            wanted=wanted,
            tenants=drop_downs.tenant_names(db.session()),
        )

    @expose("/devices/<int:user_id>")
    @has_access
    @permission_name("list")
    def devices(self, user_id: int) -> str:
        """Show the devices of one user, as the list unfolds them."""
        user = get_user(user_id)
        lines, number = _devices_of(user)
        return render_template(
            "ringmaster/user_devices.html", user=user, lines=lines, number=number, outdated=()
        )

    @expose("/show/<int:user_id>")
    @has_access
    def show(self, user_id: int) -> str:
        """Show a user with the devices, and whether their files have what they would have now."""
        user = get_user(user_id)
        lines, number = _devices_of(user)
        problem, outdated = "", set[int]()
        try:
            outdated = user_files.find_outdated(db.session(), [line.id for line in lines])
        except InvalidInputError as error:
            problem = str(error)
        return render_template(
            "ringmaster/user.html",
            title=user.name,
            user=user,
            lines=lines,
            number=number,
            outdated=outdated,
            problem=problem,
            number_of_lines=owned_values.LINES.count(db.session(), OwnerKind.USER, [user.id]).get(user.id, 0),
            shows_password=request.args.get("secrets") == "shown" and may(SEE_SECRETS, USERS),
        )

    @expose("/generate/<int:user_id>", methods=["POST"])
    @has_access
    @permission_name("generate")
    def generate(self, user_id: int) -> ResponseReturnValue:
        """Generate the files of the user's phones, and restart the phones where that is wanted."""
        restarts = request.form.get("restart") == "yes"
        if restarts:
            operation_form.check_may(Action.RESTART)
        user = get_user(user_id)
        try:
            with transaction(db.session()) as session:
                macs = user_files.generate(session, user, author=author(), now=time_of_page())
                operation = device_actions.begin(session, macs, Action.RESTART) if restarts else None
                told = device_actions.has_begun(operation) if operation else ""
        except (ConflictError, InvalidInputError) as error:
            flash(str(error), "danger")
        else:
            files = "The file was" if len(macs) == 1 else f"{len(macs)} files were"
            flash(Markup("{} generated. {}").format(files, told), "success")
        return redirect(f"{LIST}show/{user_id}")

    @expose("/delete/<int:user_id>", methods=["GET", "POST"])
    @has_access
    def delete(self, user_id: int) -> ResponseReturnValue:
        """Say what goes with a user, and delete what was told."""
        user = get_user(user_id)
        departing = device_deletion.departure_of_user(db.session(), user)
        own_page = f"{LIST}show/{user_id}"
        back = way_back(own_page)
        if request.method == "GET":
            return deletion_page(user.name, "user", own_page, departing, back)
        if request.form.get("told") != departing.fingerprint or not departing.is_possible:
            if departing.is_possible:
                flash("Something has changed meanwhile: look again at what would go.", "warning")
            return deletion_page(user.name, "user", own_page, departing, back, HTTPStatus.CONFLICT)
        name = user.name
        with transaction(db.session()) as session:
            device_deletion.delete_user(session, user, author=author(), now=time_of_page())
        flash(f"The user {name} was deleted.", "success")
        return redirect(way_back(LIST))


def get_user(user_id: int) -> PhoneUser:
    """Return the user of an address, or answer 404."""
    return phone_user_changes.get_user(db.session(), existing(user_id))


def deletion_page(
    name: str,
    noun: str,
    page_of_it: str,
    departing: Departure,
    back: str,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """Return the page that asks before something is deleted, which has a page of its own."""
    page = render_template(
        "ringmaster/delete.html",
        title=f"Delete {name}",
        departing=departing,
        links=UsageLinks({}),
        noun=noun,
        name=name,
        page_of_it=page_of_it,
        back=back,
    )
    return make_response(page, status)


def _filter_of(arguments: ListArguments) -> UserFilter:
    words = arguments.words
    among = word_of(request.args, "in", Among) or Among.DEVICES
    for prefix, place in _PREFIXES.items():
        if words.lower().startswith(prefix):
            words, among = words[len(prefix) :].strip(), place
    return UserFilter(
        words=words,
        among=among,
        tenant_name=request.args.get("tenant", ""),
        having=word_of(request.args, "devices", Having),
    )


def _devices_of(user: PhoneUser) -> tuple[Sequence[DeviceLine], int]:
    """Return the first devices of a user, and how many there are."""
    lines = device_lines.of_user(db.session(), user.id)
    number = len(lines)
    if number == device_lines.MOST_SHOWN:
        counted = select(func.count()).select_from(Device).where(Device.phone_user_id == user.id)
        number = db.session().scalar(counted) or 0
    return lines, number
