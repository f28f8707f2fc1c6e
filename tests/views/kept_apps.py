"""One application for each kind of database, lent to one test after another as if it had just been built.

Building it (its pages, rights and menus), compiling its templates and its first statements take far longer than most
tests. It serves strangers one after another in production, too, so what is left of a request is nobody's but what it
keeps on purpose: that is made anew here, on the database of the next test.
"""

import math
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from app import begin_phone_api, begin_rest_api, create_app
from app.arrivals import bodies
from app.database import Database, make_engine
from app.log_watch import LogWatch
from app.phone_api.blueprint import EXTENSION as PHONE_API
from app.rest_api.blueprint import EXTENSION as REST_API
from app.security.installation_keys import installation_keys
from app.security.issuer import trust_issuer
from app.security.secrets import open_vault
from app.views import fresh_parts, license_guard, monitoring, outside_sign_in, request_log, sign_in_limit
from app.views.kept_figures import KEPT_FIGURES, KeptFigures
from app.views.web_session import db
from config import Settings
from tests.databases import settings_for
from tests.known_statements import knowing_statements
from tests.views.installations import hash_fast

ANEW = frozenset(
    {
        "ringmaster_settings",
        "ringmaster_database",
        "ringmaster_license",
        "ringmaster_fresh_parts",
        "ringmaster_sign_in_limit",
        "ringmaster_uploads",
        outside_sign_in.EXTENSION,
        PHONE_API,
        REST_API,
        KEPT_FIGURES,
        request_log.WATCH,
        monitoring.CHECKS,
    }
)
"""Extensions that each test finds new."""
ALIKE = frozenset({"sqlalchemy", "csrf", "appbuilder", "flask-jwt-extended", "babel"})
"""Extensions that know how pages are built, and nothing of what was asked of them."""
_URL = "SQLALCHEMY_DATABASE_URI"
_OF_REQUESTS = frozenset(
    {"wsgi_app", "_got_first_request", "jinja_loader"}
)  # the last is made by the first request


class KeptApps:
    """The applications of a test process, by the kind of their database."""

    def __init__(self) -> None:
        self._apps: dict[str, Flask] = {}

    @contextmanager
    def lent(self, kind: str, url: str, folder: Path) -> Iterator[Flask]:
        """Yield the application of a kind, on the database at `url`; one that was changed is not lent again."""
        settings = settings_for(url, folder)
        app = self._apps.pop(kind, None)
        if app is None:
            app = create_app(settings)
            hash_fast(app)
        begin_anew(app, settings)
        found = shape_of(app)
        try:
            yield app
        finally:
            leave_database(app)
        if shape_of(app) == found:
            self._apps[kind] = app


def begin_anew(app: Flask, settings: Settings) -> None:
    """Let an application begin on the database of the settings, and forget what it kept."""
    open_vault(*installation_keys(settings))
    trust_issuer(settings.license_public_key)
    app.config[_URL] = settings.database_url
    app.extensions["ringmaster_settings"] = settings
    leave_database(app)
    with app.app_context():
        db.engines[None] = knowing_statements(make_engine(settings.database_url))
        app.extensions["ringmaster_database"] = Database(db.engine)
    for part in (
        license_guard.begin,
        fresh_parts.install,
        sign_in_limit.install,
        outside_sign_in.install,
        bodies.install,
    ):
        part(app)
    begin_phone_api(app, settings)
    begin_rest_api(app, settings, installation_keys(settings))
    app.extensions[KEPT_FIGURES] = KeptFigures(for_each=math.inf)  # on a busy machine counting takes long
    # What a page asks of the database is counted, wherever it falls.
    app.extensions[request_log.WATCH] = LogWatch(
        app.extensions["ringmaster_database"], every_seconds=math.inf
    )
    app.extensions.pop(monitoring.CHECKS, None)
    monitoring.readiness_of(app)


def leave_database(app: Flask) -> None:
    """Close the connections of an application."""
    with app.app_context():
        db.engine.dispose()


def shape_of(app: Flask) -> Hashable:
    """Return what makes up an application, but for what is made anew for each test."""
    functions = (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
    return (
        tuple((rule.rule, rule.endpoint) for rule in app.url_map.iter_rules()),
        tuple((name, id(function)) for name, function in app.view_functions.items()),
        tuple((name, tuple(map(id, found))) for each in functions for name, found in each.items()),
        tuple((name, repr(value)) for name, value in sorted(app.config.items()) if name != _URL),
        tuple((name, name in ANEW or id(found)) for name, found in sorted(app.extensions.items())),
        tuple((name, id(found)) for name, found in sorted(app.jinja_env.globals.items())),
        tuple((name, id(found)) for name, found in sorted(vars(app).items()) if name not in _OF_REQUESTS),
    )
