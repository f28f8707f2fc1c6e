"""Versions of a list: making a draft active, throwing it away, looking at older ones and bringing them back."""

from dataclasses import dataclass, replace
from http import HTTPStatus

from flask import flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import RuleRow, RuleSetVersion
from app.models.enums import RuleSetState
from app.models.rule_set import MAX_COMMENT
from app.security.roles import RULES
from app.services.rule_sets import activation, drafts, reading
from app.services.rule_sets.differences import Deed, Difference, compare
from app.services.rule_sets.drafts import Change
from app.services.rule_sets.listing import Describer, may_be_judged, read_listing
from app.services.rule_sets.names import read_names
from app.services.rule_sets.seen import find_active, shown_version
from app.transaction import transaction
from app.views.authors import author, author_noting
from app.views.list_arguments import read_list_arguments
from app.views.row_ids import existing
from app.views.rules.places import Place, place_of, seen_of, tabs
from app.views.times import exact, time_of_page, zone_of_page
from app.views.web_session import db

_POSITION = "Position"


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """One thing that a rule says otherwise than before; empty where it said nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """What became of a rule, with all that it says otherwise."""

    difference: Difference
    lines: list[ChangedLine]


class RuleVersionView(BaseView):
    """The versions of a list of rules."""

    class_permission_name = RULES
    route_base = "/rules"
    default_view = "versions"

    @expose("/<kind>/versions/")
    @has_access
    @permission_name("list")
    def versions(self, kind: str) -> str:
        """List the versions, the latest first."""
        place, arguments = place_of(kind), read_list_arguments(request.args)
        return render_template(
            "ringmaster/rules/versions.html",
            title=f"Versions of {place.spec.title.lower()} rules",
            place=place,
            tabs=tabs(),
            page=reading.history(
                db.session(), place.kind, place.tenant_id, number=arguments.number, size=arguments.size
            ),
        )

    @expose("/<kind>/versions/<int:version_id>/")
    @has_access
    @permission_name("list")
    def version(self, kind: str, version_id: int) -> str:
        """Show one version, and in what it differs from what is active."""
        place, session = place_of(kind), db.session()
        version = _version(session, place, existing(version_id))
        active = find_active(session, place.owned)
        return render_template(
            "ringmaster/rules/version.html",
            title=f"{place.spec.title} rules, version {version.number}",
            place=place,
            tabs=tabs(),
            version=version,
            active=active,
            listing=read_listing(session, version, today=time_of_page().date()),
            differences=_differences(session, active, version) if active and active is not version else (),
        )

    @expose("/<kind>/versions/<int:version_id>/draft", methods=["POST"])
    @has_access
    @permission_name("edit")
    def make_draft(self, kind: str, version_id: int) -> ResponseReturnValue:
        """Make a draft that has what the version has."""
        place = place_of(kind, to_write=True)
        try:
            with transaction(db.session()) as session:
                draft = drafts.open_draft(
                    session,
                    place.kind,
                    place.tenant_id,
                    author=author(),
                    now=time_of_page(),
                    based_on=_version(session, place, existing(version_id)),
                )
                flash(f"Draft {draft.number} has the rules of version {draft.based_on}.", "success")
        except ConflictError as error:
            flash(str(error), "danger")
        return redirect(place.address())

    @expose("/<kind>/activate", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def activate(self, kind: str) -> ResponseReturnValue:
        """Show what a draft changes and what is to be said of it, and make it active."""
        place = place_of(kind, to_write=True)
        if request.method == "GET":
            return _activation_page(place)
        try:
            with transaction(db.session()) as session:
                note = request.form.get("note", "")
                change = replace(_change(), author=author_noting(note))
                version = activation.activate(session, change, note=note)
                number = version.number
        except InvalidInputError as error:
            return _activation_page(place, error)
        except (ConflictError, NotFoundError) as error:
            flash(str(error), "danger")
            return redirect(place.address())
        flash(f"Version {number} is active: it decides from now on.", "success")
        return redirect(place.address())

    @expose("/<kind>/discard", methods=["POST"])
    @has_access
    @permission_name("edit")
    def discard(self, kind: str) -> ResponseReturnValue:
        """Throw the draft away."""
        place = place_of(kind, to_write=True)
        try:
            with transaction(db.session()) as session:
                drafts.discard(session, _change())
            flash("The draft was discarded; what is active goes on.", "success")
        except (ConflictError, NotFoundError) as error:
            flash(str(error), "danger")
        return redirect(place.address())


def _change() -> Change:
    seen = seen_of(request.form)
    return Change(seen.version_id, seen.revision, author(), time_of_page())


def _version(session: Session, place: Place, version_id: int) -> RuleSetVersion:
    version = reading.get_version(session, version_id)
    if (version.kind, version.tenant_id) != (place.kind, place.tenant_id):
        raise NotFoundError("There is no such version of these rules.")
    return version


def _activation_page(place: Place, error: InvalidInputError | None = None) -> ResponseReturnValue:
    session = db.session()
    draft = shown_version(session, place.owned)
    if draft is None or draft.state is not RuleSetState.DRAFT:
        flash("There is no draft that could become active.", "info")
        return redirect(place.address())
    active = find_active(session, place.owned)
    page = render_template(
        "ringmaster/rules/activate.html",
        title=f"Activate {place.spec.title.lower()} rules",
        place=place,
        draft=draft,
        active=active,
        listing=read_listing(session, draft, today=time_of_page().date()),
        differences=_differences(session, active, draft),
        note=request.form.get("note", ""),
        faults=error.by_field if error else {},
        most=MAX_COMMENT,
    )
    return make_response(page, HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK)


def _differences(
    session: Session, before: RuleSetVersion | None, after: RuleSetVersion
) -> list[ShownDifference]:
    describe = Describer(after, read_names(session), hides=not may_be_judged(session, after))
    rows = [reading.rows_of(session, version.id) if version else () for version in (before, after)]
    return [ShownDifference(each, _lines(each, describe)) for each in compare(*rows)]


def _lines(difference: Difference, describe: Describer) -> list[ChangedLine]:
    before, after = (_said(row, describe) for row in (difference.before, difference.after))
    stays = {_POSITION} if difference.deeds == [Deed.CHANGED] else set()
    return [
        ChangedLine(label, before.get(label, ""), after.get(label, ""))
        for label in (after or before)
        if before.get(label, "") != after.get(label, "") and label not in stays
    ]


def _said(row: RuleRow | None, describe: Describer) -> dict[str, str]:
    if row is None:
        return {}
    zone = zone_of_page()
    return {
        _POSITION: str(row.position),
        "Name": row.name,
        "Matches when": describe.text(row) or "always",
        "Then it": describe.does(row),
        "Switched": "on" if row.is_enabled else "off",
        "From": exact(row.valid_from, zone) if row.valid_from else "",
        "Until": exact(row.valid_until, zone) if row.valid_until else "",
        "Comment": row.comment,
    }
