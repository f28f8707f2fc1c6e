"""The counter of alarms in the top bar, for pages that keep nothing else fresh."""

from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from werkzeug.wrappers import Response

from app.views import fresh_parts


class LiveView(BaseView):
    """For everybody who is signed in."""

    route_base = "/live"
    default_view = "counter"

    @expose("/")
    def counter(self) -> Response:
        """Return the counter, or 304 where it is what the page shows."""
        return fresh_parts.answer("ringmaster/live_alarms.html", dict)
