"""create_app(): the one place where the parts are joined."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from flask import Flask, g
from flask_appbuilder import AppBuilder

from app.arrivals import bodies
from app.database import Database, engine_options
from app.license_watch import LicenseWatch
from app.phone_api import blueprint, firmware_downloads, guesses, rate_limits
from app.phone_api.answering import PhoneApi
from app.phone_api.guard import Guard
from app.phone_api.wsgi import NormalPaths, PhoneThreads
from app.rest_api import blueprint as rest_blueprint
from app.rest_api.access import Access
from app.rest_api.answering import FirmwareStore, RestApi
from app.rest_api.calls import SignIn
from app.rest_api.cursors import Cursors
from app.security.installation_keys import installation_keys
from app.security.issuer import trust_issuer
from app.security.roles import ADMINISTRATOR, ROLES
from app.security.secrets import derive_key, open_vault
from app.views import (
    browsers,
    compression,
    error_pages,
    fresh_parts,
    given_reasons,
    license_guard,
    outside_sign_in,
    password_hashes,
    registration,
    request_guards,
    request_log,
    shell,
    sign_in_limit,
    sign_in_sessions,
    static_files,
    url_rules,
    web_session,
)
from app.views.proxies import CallersOwnAddress
from app.views.security_manager import RingmasterSecurityManager
from app.views.sign_in import StartView
from config import Settings, load_settings


def create_app(settings: Settings | None = None, *, writes_permissions: bool = False) -> Flask:
    """Build the application of the screens, with the phone API beside them.

    ``writes_permissions`` brings Flask-AppBuilder's roles and permissions in the database up to date: the release
    step does that once (``run.py init``), the workers never.
    """
    settings = settings or load_settings()
    keys = installation_keys(settings)
    open_vault(*keys)
    trust_issuer(settings.license_public_key)
    app = Flask(__name__)
    app.url_rule_class = url_rules.LateRule
    app.config.update(flask_configuration(settings, keys))
    app.config.update(FAB_UPDATE_PERMS=writes_permissions)
    app.extensions["ringmaster_settings"] = settings
    parts = (
        browsers,
        compression,
        request_log,
        web_session,
        request_guards,
        given_reasons,
        sign_in_sessions,
        license_guard,
        error_pages,
        static_files,
        shell,
        fresh_parts,
        sign_in_limit,
        outside_sign_in,
        bodies,
    )
    for part in parts:
        part.install(app)
    with app.app_context():
        g.request_writes = writes_permissions
        appbuilder = AppBuilder(
            app, web_session.db.session, indexview=StartView, security_manager_class=RingmasterSecurityManager
        )
        registration.register(appbuilder)
        if writes_permissions:
            appbuilder.sm.write_permissions()
    open_rest_api(app, settings, keys)
    open_phone_door(app, settings)
    return app


def open_rest_api(app: Flask, settings: Settings, keys: Sequence[str]) -> None:
    """Answer programs that have a token; without cookies there is nothing for CSRF to use."""
    begin_rest_api(app, settings, keys)
    app.register_blueprint(rest_blueprint.blueprint)
    request_guards.csrf.exempt(rest_blueprint.blueprint)


def begin_rest_api(app: Flask, settings: Settings, keys: Sequence[str]) -> None:
    """Let the REST API begin on the application's database; nobody has asked anything yet."""
    database: Database = app.extensions["ringmaster_database"]
    watch: LicenseWatch = app.extensions[license_guard.WATCH]
    access = Access(database, watch, per_minute=settings.rest_requests_per_minute)
    cursors = Cursors([derive_key(key, "cursors") for key in keys])
    app.extensions[rest_blueprint.EXTENSION] = RestApi(
        database,
        access,
        cursors,
        FirmwareStore(settings.firmware_folder, settings.largest_firmware * 1_000_000),
        SignIn(password_hashes.hash_of, sign_in_sessions.limits),
        settings.data_dir,
    )


def open_phone_door(app: Flask, settings: Settings) -> None:
    """Answer phones on the web listener as well, past sessions and CSRF."""
    begin_phone_api(app, settings)
    app.register_blueprint(blueprint.blueprint)
    request_guards.csrf.exempt(blueprint.blueprint)


def begin_phone_api(app: Flask, settings: Settings) -> None:
    """Let the phone API begin on the application's database, with all threads free; it has served nothing yet."""
    downloads = firmware_downloads.of_web_server(settings)
    database: Database = app.extensions["ringmaster_database"]
    watch = app.extensions.setdefault(license_guard.WATCH, LicenseWatch(database))
    guard = Guard(guesses.of_settings(settings))
    app.extensions[blueprint.EXTENSION] = PhoneApi(
        database,
        settings.firmware_folder,
        downloads,
        license=watch,
        guard=guard,
        rates=rate_limits.of_settings(settings, lambda: guard.shared_addresses),
    )
    for_phones = PhoneThreads(partial(Flask.wsgi_app, app), most=settings.web_threads_for_phones)
    middleware = CallersOwnAddress(NormalPaths(for_phones), settings.trusted_proxies)
    app.wsgi_app = middleware  # type: ignore[method-assign]  # how Flask takes middleware


def flask_configuration(settings: Settings, keys: Sequence[str]) -> dict[str, object]:
    """Return what Flask and Flask-AppBuilder are configured with."""
    signing, *others = [derive_key(key, "sessions").hex() for key in keys]
    return {
        "SECRET_KEY": signing,
        "SECRET_KEY_FALLBACKS": others,
        # Flask-WTF knows no fallbacks, but the signer that it uses takes several keys: the last one signs.
        "WTF_CSRF_SECRET_KEY": [*reversed(others), signing],
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
        "APP_NAME": "Ringmaster",
        "FAB_BASE_TEMPLATE": "ringmaster/base.html",
        "AUTH_TYPE": 1,
        "AUTH_ROLE_ADMIN": ADMINISTRATOR,
        **password_hashes.CONFIGURATION,
        "FAB_ROLES": ROLES,
        "FAB_ADD_MENU_API": False,
        "FAB_ADD_OPENAPI_VIEWS": False,
        "LOGOUT_REDIRECT_URL": "/login/",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        # Browsers take a cookie of this name only over HTTPS, for this very host and all of its paths.
        "SESSION_COOKIE_NAME": "__Host-session" if settings.secure_cookies else "session",
        "SESSION_COOKIE_HTTPONLY": True,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=settings.session_hours),
        # The rows of sessions know when they were used (app/views/sign_in_sessions.py).
        "SESSION_REFRESH_EACH_REQUEST": False,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        "RATELIMIT_ENABLED": False,
    }
