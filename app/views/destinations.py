"""Destinations: where messages about alarms go. Their list, a form for each kind, and a test of one."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import Destination
from app.models.enums import DestinationKind
from app.security.roles import DEEDS, DESTINATIONS
from app.services.destinations import keeping, listing
from app.services.destinations.fields import TITLES
from app.services.notices import delivery_log, engine_identity
from app.transaction import transaction
from app.views import fresh_parts
from app.views.authors import author
from app.views.choices import Choice, tenant_choice
from app.views.destination_form import groups_of, new_texts, read_wish, texts_of, typed_texts
from app.views.list_arguments import LARGEST_ID, one_of, read_list_arguments
from app.views.times import time_of_page
from app.views.web_session import db

_SLOW_SECONDS = 15


class DestinationView(BaseView):
    """The destinations that the account may use."""

    class_permission_name = DESTINATIONS
    route_base = "/destinations"
    default_view = "list"
    base_permissions = list(DEEDS[DESTINATIONS])

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show a page of destinations, with how they are."""
        arguments = read_list_arguments(request.args)
        titles = {title: kind for kind, title in TITLES.items()}
        kind, tenant = one_of(request.args, "kind", titles), request.args.get("tenant", "")
        page = listing.search(
            db.session(),
            words=arguments.words,
            kind=titles.get(kind),
            tenant_name=tenant,
            number=arguments.number,
            size=arguments.size,
        )
        return render_template(
            "ringmaster/destinations.html",
            title=DESTINATIONS,
            page=page,
            titles=TITLES,
            kinds=list(DestinationKind),
            waiting=delivery_log.count_waiting(db.session(), [row.id for row in page.rows]),
            where=listing.where,
            words=arguments.words,
            choices=(Choice("kind", "Every kind", list(titles), kind), tenant_choice(tenant)),
        )

    @expose("/add/<kind>/", methods=["GET"])
    @has_access
    def add(self, kind: str) -> Response:
        """Show the form for a new destination."""
        of = _kind(kind)
        return _form(of, new_texts(of))

    @expose("/add/<kind>/", methods=["POST"])
    @has_access
    @permission_name("add")
    def save_new(self, kind: str) -> ResponseReturnValue:
        """Add a destination, and show it, so that it can be tried."""
        of = _kind(kind)
        try:
            with transaction(db.session()) as session:
                added = keeping.add(
                    session, of, read_wish(of, request.form), author=author(), now=time_of_page()
                )
        except (InvalidInputError, ConflictError) as error:
            return _form(of, typed_texts(of, request.form), _problems(error))
        flash(f"{added.name} was added. Send a test now.", "success")
        return redirect(_address(added))

    @expose("/<int:destination_id>/", methods=["GET"])
    @has_access
    def edit(self, destination_id: int) -> Response:
        """Show the form of a destination; no secret is in it."""
        destination = _destination(destination_id)
        return _form(destination.kind, texts_of(destination), destination=destination)

    @expose("/<int:destination_id>/", methods=["POST"])
    @has_access
    @permission_name("edit")
    def save(self, destination_id: int) -> ResponseReturnValue:
        """Change a destination; what failed is tried again."""
        destination = _destination(destination_id)
        kind = destination.kind
        try:
            with transaction(db.session()) as session:
                wish = read_wish(kind, request.form)
                keeping.change(session, destination, wish, author=author(), now=time_of_page())
        except (InvalidInputError, ConflictError) as error:
            return _form(
                kind, typed_texts(kind, request.form), _problems(error), _destination(destination_id)
            )
        flash(f"{destination.name} was saved.", "success")
        return redirect(_address(destination))

    @expose("/<int:destination_id>/switch", methods=["POST"])
    @has_access
    @permission_name("edit")
    def switch(self, destination_id: int) -> ResponseReturnValue:
        """Switch a destination on or off, as the button said."""
        is_enabled = request.form.get("to") == "on"
        with transaction(db.session()) as session:
            destination = keeping.get_destination(session, _id(destination_id))
            keeping.switch(session, destination, is_enabled=is_enabled, author=author(), now=time_of_page())
        flash(f"{destination.name} is {'in use' if is_enabled else 'not in use any more'}.", "success")
        return redirect("/destinations/")

    @expose("/<int:destination_id>/delete", methods=["POST"])
    @has_access
    def delete(self, destination_id: int) -> ResponseReturnValue:
        """Delete a destination; the page has asked before."""
        with transaction(db.session()) as session:
            destination = keeping.get_destination(session, _id(destination_id))
            name = destination.name
            keeping.remove(session, destination, author=author(), now=time_of_page())
        flash(f"{name} was deleted.", "success")
        return redirect("/destinations/")

    @expose("/<int:destination_id>/test", methods=["POST"])
    @has_access
    def test(self, destination_id: int) -> ResponseReturnValue:
        """Send a test; the page then shows what becomes of it."""
        with transaction(db.session()) as session:
            destination = keeping.get_destination(session, _id(destination_id))
            sent = keeping.send_test(session, destination, author=author(), now=time_of_page())
        return redirect(f"{_address(destination)}?test={sent.id}#test")

    @expose("/<int:destination_id>/tests/<int:delivery_id>")
    @has_access
    @permission_name("test")
    def test_state(self, destination_id: int, delivery_id: int) -> Response:
        """Return what became of a test, or 304 where nothing did since."""

        def read() -> dict[str, Any]:
            shown = _test(destination_id, delivery_id)
            if shown is None:
                raise NotFoundError("There is no such test, or your account does not see it.")
            return shown

        return fresh_parts.answer("ringmaster/destination_test.html", read)


def _form(
    kind: DestinationKind,
    texts: Mapping[str, str],
    problems: Mapping[str, str] | None = None,
    destination: Destination | None = None,
) -> Response:
    title = str(destination) if destination is not None else f"Add a destination: {TITLES[kind]}"
    test = _test(destination.id, _number(request.args.get("test", ""))) if destination is not None else None
    page = render_template(
        "ringmaster/destination.html",
        title=title,
        kind=kind,
        kind_title=TITLES[kind],
        groups=groups_of(kind, texts, problems or {}, destination),
        problems=problems or {},
        destination=destination,
        waiting=delivery_log.count_waiting(db.session(), [destination.id]).get(destination.id, 0)
        if destination is not None
        else 0,
        engine_id=engine_identity.known_engine_id(db.session()),
        **(test or {"test": None}),
    )
    return make_response(page, HTTPStatus.BAD_REQUEST if problems else HTTPStatus.OK)


def _test(destination_id: int, delivery_id: int) -> dict[str, Any] | None:
    """Return what is shown of a test of this destination, None where there is no such test."""
    if not delivery_id:
        return None
    try:
        test = delivery_log.get_delivery(db.session(), _id(delivery_id))
    except NotFoundError:
        return None
    if test.destination_id != destination_id or not test.is_test:
        return None
    waits = test.next_try_at is not None
    is_slow = waits and (time_of_page() - test.created_at).total_seconds() > _SLOW_SECONDS
    return {"test": test, "waits": waits, "is_slow": is_slow}


def _problems(error: InvalidInputError | ConflictError) -> Mapping[str, str]:
    return error.by_field or {"name": str(error)}


def _kind(text: str) -> DestinationKind:
    if text not in set(DestinationKind):
        raise NotFoundError("There is no such kind of destination.")
    return DestinationKind(text)


def _destination(destination_id: int) -> Destination:
    return keeping.get_destination(db.session(), _id(destination_id))


def _id(number: int) -> int:
    return min(number, LARGEST_ID)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 11 else 0


def _address(destination: Destination) -> str:
    return f"/destinations/{destination.id}/"
