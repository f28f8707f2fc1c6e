"""The dashboard (manual 6.1): counters, pies, newest reports and alarms, kept fresh by conditional polling."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import render_template
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.errors import NotFoundError
from app.rendering.pie_slices import slices
from app.rules.actions import KINDS
from app.rules.license_standing import Standing
from app.security.roles import DASHBOARD, LICENSE
from app.security.tenant_scope import scope_of
from app.services import alarm_search, dashboard
from app.services.fleet_counts import shares
from app.services.fleet_counts.shares import Pie
from app.services.licenses import overview
from app.views import fresh_parts
from app.views.kept_figures import keep
from app.views.shell import may
from app.views.times import time_of_page
from app.views.web_session import db

_LIST = "/devices-status/"
_MOST_SHARES = 1_000


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice of a pie as it is drawn; the one of all others leads to the table of all."""

    label: str
    number: int
    percent: str
    address: str
    path: str
    is_others: bool = False


class DashboardView(BaseView):
    """How the fleet stands."""

    class_permission_name = DASHBOARD
    route_base = "/dashboard"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show the page with its figures."""
        return render_template(
            "ringmaster/dashboard.html", title="Dashboard", **_figures(), stands=_standing()
        )

    @expose("/figures")
    @has_access
    @permission_name("list")
    def figures(self) -> Response:
        """Return the figures alone, or 304 where they are those that the page has."""
        return fresh_parts.answer("ringmaster/figures.html", _figures)

    @expose("/registered/<string:thing>/")
    @has_access
    @permission_name("list")
    def registered(self, thing: str) -> str:
        """Show a pie as a table with all of its slices."""
        session = db.session()
        scope = scope_of(session)
        pies = keep(scope, "all shares", lambda: shares.count(session, largest=_MOST_SHARES).pies)
        pie = next((pie for pie in pies if pie.name == thing), None)
        if pie is None:
            raise NotFoundError("Registered phones are shown by tenant, site, model or version.")
        return render_template(
            "ringmaster/registered.html",
            title=f"Registered phones: {pie.title.lower()}",
            pie=pie,
            rows=drawn(pie),
        )


def drawn(pie: Pie) -> list[Slice]:
    """Return the slices of a pie with their links, the others last."""
    numbers = [share.number for share in pie.shares] + [pie.others] * bool(pie.others)
    paths = slices(numbers)
    made = [
        Slice(
            share.label,
            share.number,
            _percent(share.number, pie.total),
            address_of(share.filters),
            path,
        )
        for share, path in zip(pie.shares, paths, strict=False)
    ]
    if pie.others:
        rest = f"{pie.kinds - len(pie.shares):,} others"
        everything = f"/dashboard/registered/{pie.name}/"
        made.append(
            Slice(rest, pie.others, _percent(pie.others, pie.total), everything, paths[-1], is_others=True)
        )
    return made


def address_of(filters: Any) -> str:
    """Return the address of Devices Status with these filters."""
    return f"{_LIST}?{urlencode(filters)}"


def _percent(number: int, total: int) -> str:
    percent = number * 100 / total
    return f"{percent:.0f} %" if percent >= 1 or not number else "< 1 %"


def _figures() -> dict[str, Any]:
    session = db.session()
    figures = keep(scope_of(session), "dashboard", lambda: dashboard.figures(session))
    return {
        "figures": figures,
        "pies": [(pie, drawn(pie)) for pie in figures.pies],
        "actions": KINDS,
        "most_counted": alarm_search.COUNTED_ALARMS,
    }


def _standing() -> Standing | None:
    """Return how the installation stands to its licence, for those who may see that."""
    return overview.stand(db.session(), now=time_of_page()) if may("can_list", LICENSE) else None
