"""The dashboard (manual 6.1): counters, versions, newest reports and alarms, kept fresh by conditional polling."""

from typing import Any

from flask import render_template
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.rules.license_standing import Standing
from app.security.roles import DASHBOARD, LICENSE
from app.services import alarm_search, dashboard
from app.services.licenses import overview
from app.views import fresh_parts
from app.views.shell import may
from app.views.times import time_of_page
from app.views.web_session import db


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


def _figures() -> dict[str, Any]:
    return {"figures": dashboard.figures(db.session()), "most_counted": alarm_search.COUNTED_ALARMS}


def _standing() -> Standing | None:
    """Return how the installation stands to its licence, for those who may see that."""
    return overview.stand(db.session(), now=time_of_page()) if may("can_list", LICENSE) else None
