"""The dashboard (manual 6.1): counters, versions, newest reports and alarms, kept fresh by conditional polling."""

from flask import make_response, render_template, request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.security.roles import DASHBOARD
from app.services import dashboard
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
            "ringmaster/dashboard.html", title="Dashboard", figures=dashboard.figures(db.session())
        )

    @expose("/figures")
    @has_access
    @permission_name("list")
    def figures(self) -> Response:
        """Return the figures alone, or 304 where they are those that the page has."""
        body = render_template("ringmaster/figures.html", figures=dashboard.figures(db.session()))
        response = make_response(body)
        response.add_etag()
        return response.make_conditional(request)
