"""A list of rules: in its order, with what the checks say, and what is done to one of them."""

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models.enums import RuleSetState
from app.rules.rule_kinds import SPECS
from app.rules.zero_touch.ladders import LADDERS
from app.security.roles import DEEDS, RULES
from app.services import drop_downs
from app.services.rule_sets import editing
from app.services.rule_sets.hits import COUNTED_DAYS
from app.services.rule_sets.listing import read_listing
from app.services.rule_sets.seen import begin_change, find_active, shown_version
from app.transaction import transaction
from app.views.authors import author
from app.views.rules.places import Place, place_of, seen, seen_of, tabs
from app.views.times import time_of_page
from app.views.web_session import db


class RulesView(BaseView):
    """The rules of a kind and an owner: the draft, else what is active."""

    class_permission_name = RULES
    route_base = "/rules"
    default_view = "list"
    base_permissions = list(DEEDS[RULES])

    @expose("/")
    @has_access
    def list(self) -> ResponseReturnValue:
        """Go to the rules of the first kind."""
        return redirect(Place(next(iter(SPECS))).address())

    @expose("/<kind>/")
    @has_access
    @permission_name("list")
    def show(self, kind: str) -> str:
        """Show the list."""
        place, session = place_of(kind), db.session()
        version = shown_version(session, place.owned)
        return render_template(
            "ringmaster/rules/list.html",
            title=f"{place.spec.title} rules",
            place=place,
            tabs=tabs(),
            version=version,
            seen=seen(version),
            is_draft=version is not None and version.state is RuleSetState.DRAFT,
            active=find_active(session, place.owned),
            listing=read_listing(session, version, today=time_of_page().date()),
            ladder=LADDERS[place.stage] if place.stage else (),
            tenants=drop_downs.tenant_names(session) if place.spec.is_for_tenants else (),
            days=COUNTED_DAYS,
        )

    @expose("/<kind>/change", methods=["POST"])
    @has_access
    @permission_name("edit")
    def change(self, kind: str) -> ResponseReturnValue:
        """Move a rule, switch it, duplicate it or delete it, in the draft; and go back to the list."""
        place = place_of(kind, to_write=True)
        deed, _, key = request.form.get("deed", "").partition(" ")
        try:
            with transaction(db.session()) as session:
                _, change = begin_change(
                    session, place.owned, seen_of(request.form), author=author(), now=time_of_page()
                )
                flash(editing.do(session, change, deed, key, request.form.get("to", "")), "success")
        except (ConflictError, InvalidInputError, NotFoundError) as error:
            flash(str(error), "danger")
        return redirect(place.address())
