"""Delivery Log: which messages about alarms were sent, which could not be, and why."""

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access

from app.errors import ConflictError
from app.models.enums import DeliveryState
from app.rendering.notices import events
from app.rendering.notices.message import from_payload
from app.security.roles import DEEDS, DELIVERY_LOG
from app.services.destinations.fields import TITLES
from app.services.notices import delivery_log
from app.services.notices.delivery_log import LogFilter
from app.services.notices.retention import LOG_LASTS
from app.transaction import transaction
from app.views.choices import Choice
from app.views.list_arguments import LARGEST_ID, one_of, read_list_arguments
from app.views.times import time_of_page
from app.views.web_session import db

_STATES = {state.replace("_", " "): state for state in DeliveryState}


class DeliveryLogView(BaseView):
    """Deliveries, the newest first."""

    class_permission_name = DELIVERY_LOG
    route_base = "/delivery-log"
    default_view = "list"
    base_permissions = list(DEEDS[DELIVERY_LOG])

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show a page of the log."""
        arguments = read_list_arguments(request.args)
        state, destination = one_of(request.args, "state", _STATES), request.args.get("destination", "")
        wanted = LogFilter(words=arguments.words, state=_STATES.get(state), destination=destination)
        names = delivery_log.destination_names(db.session())
        return render_template(
            "ringmaster/delivery_log.html",
            title=DELIVERY_LOG,
            page=delivery_log.search(db.session(), wanted, number=arguments.number, size=arguments.size),
            words=arguments.words,
            kept_days=LOG_LASTS.days,
            choices=(
                Choice("state", "Every state", list(_STATES), state),
                Choice("destination", "Every destination", names, destination),
            ),
        )

    @expose("/<int:delivery_id>/")
    @has_access
    def show(self, delivery_id: int) -> str:
        """Show what one message says, and what became of it."""
        delivery = delivery_log.get_delivery(db.session(), min(delivery_id, LARGEST_ID))
        is_of_events = events.MARK in delivery.payload
        return render_template(
            "ringmaster/delivery.html",
            title=delivery.subject,
            delivery=delivery,
            message=(events.from_payload if is_of_events else from_payload)(delivery.payload),
            is_of_events=is_of_events,
            kind_title=TITLES[delivery.destination.kind],
        )

    @expose("/<int:delivery_id>/retry", methods=["POST"])
    @has_access
    def retry(self, delivery_id: int) -> ResponseReturnValue:
        """Let a message be tried again."""
        try:
            with transaction(db.session()) as session:
                delivery = delivery_log.get_delivery(session, min(delivery_id, LARGEST_ID))
                delivery_log.try_again(session, delivery, now=time_of_page())
            flash("It is tried again now.", "success")
        except ConflictError as error:
            flash(str(error), "warning")
        return redirect(f"/delivery-log/{delivery_id}/")
