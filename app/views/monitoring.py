"""What programs ask that watch over the web server: whether it lives, whether it can serve, and its figures."""

import json
import logging
from http import HTTPStatus

from flask import Flask, Response, abort, current_app, request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose

from app.counters import counters
from app.readiness import KeptChecks, told
from app.rendering.exposition import CONTENT_TYPE, Figure, exposition, one_gauge
from app.rules.monitors import may_read
from app.rules.proxies import CONNECTION, is_proxy
from app.security.tenant_scope import ALL_TENANTS
from app.services.monitoring import figures
from app.transaction import reading
from app.views import kept_figures
from app.views.times import time_of_page
from app.views.web_session import database
from config import Settings

CHECKS = "ringmaster_readiness"

log = logging.getLogger(__name__)


class MonitoringView(BaseView):
    """Answers to programs; nobody signs in for them, and none of them says anything of a phone or a person."""

    route_base = ""

    @expose("/health/live")
    def live(self) -> Response:
        """Say that the process answers."""
        return _json({"status": "live"})

    @expose("/health/ready")
    def ready(self) -> Response:
        """Say whether the process can serve; 503 where it cannot. The log says why."""
        checks = readiness_of(current_app).get()
        for check in checks:
            if not check.is_well:
                log.warning("This process cannot serve: %s", check.text)
        are_well = all(check.is_well for check in checks)
        return _json(told(checks), HTTPStatus.OK if are_well else HTTPStatus.SERVICE_UNAVAILABLE)

    @expose("/metrics")
    def metrics(self) -> Response:
        """Return the figures of the web server and of the fleet, for Prometheus."""
        if not _may_read():
            abort(HTTPStatus.FORBIDDEN, "The figures are read with the token, or from a permitted network.")
        found = kept_figures.keep(ALL_TENANTS, "metrics", _fleet)
        of_web = [*figures.of_requests(counters, "web"), _state()]
        return Response(found + exposition(of_web), content_type=CONTENT_TYPE)


def readiness_of(app: Flask) -> KeptChecks:
    """Return what is kept of the checks of this process."""
    found: KeptChecks | None = app.extensions.get(CHECKS)
    if found is None:
        settings: Settings = app.extensions["ringmaster_settings"]
        found = KeptChecks(app.extensions["ringmaster_database"], settings)
        app.extensions[CHECKS] = found
    return found


def _fleet() -> str:
    with reading(database(), ALL_TENANTS) as session:
        return exposition(figures.of_fleet(session, now=time_of_page()))


def _state() -> Figure:
    are_well = all(check.is_well for check in readiness_of(current_app).get())
    return one_gauge("ringmaster_ready", "Whether the web server can serve: 1, or 0.", float(are_well))


def _may_read() -> bool:
    settings: Settings = current_app.extensions["ringmaster_settings"]
    connection = request.environ.get(CONNECTION, "")
    return may_read(
        authorization=request.headers.get("Authorization", ""),
        peer=request.remote_addr or "",
        is_forwarded="X-Forwarded-For" in request.headers
        and not is_proxy(connection, settings.trusted_proxies),
        token=settings.metrics_token,
        networks=settings.metrics_networks,
    )


def _json(content: dict[str, object], status: HTTPStatus = HTTPStatus.OK) -> Response:
    answer = Response(json.dumps(content) + "\n", status, content_type="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
