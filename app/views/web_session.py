"""The database session of the screens: Flask-SQLAlchemy's, kept to the scope of the account that is signed in."""

from typing import Any

from flask import Flask, current_app, g, request
from flask_appbuilder import Model
from flask_appbuilder.models.sqla.base import SQLA
from flask_login import current_user
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Engine

from app.database import Database, ScopedSession, set_up
from app.models.operator import Operator
from app.security.tenant_scope import NO_TENANT, TenantScope, set_scope
from app.services import operators
from app.transaction import let_go
from app.views import tenant_choice
from app.views.request_guards import STATIC, bound_forms_of_visitors, carries_files, is_of_a_program

_READS_ONLY = {"GET", "HEAD", "OPTIONS"}
# To check a password takes a tenth of a second, in which SQLite's only writer must not be somebody who may be anybody;
# what is due to be generated is found by comparing, which takes longer than to write it.
_WRITES_LATE = {"/login/", "/login", "/changed-files/generate"}
_POSTS_THAT_ONLY_READ = {"/system-settings/ldap/try", "/ldap-test/", "/alarms/ask", "/tenant-choice/"}
_ENDPOINTS_THAT_ONLY_READ = {"RuleEditorView.preview"}


class WebSession(ScopedSession, FlaskSession):
    """A scoped session whose transactions take SQLite's write lock at once in requests that may write."""

    def get_bind(self, *args: Any, **options: Any) -> Any:
        """Return the engine, in the form that fits what this request does."""
        bind = super().get_bind(*args, **options)
        if isinstance(bind, Engine) and g.get("request_writes", False):
            return database().writer
        return bind


db = SQLA(metadata=Model.metadata, session_options={"class_": WebSession})


def database() -> Database:
    """Return the database of the application that serves this request."""
    found: Database = current_app.extensions["ringmaster_database"]
    return found


def install(app: Flask) -> None:
    """Bind the session to the application's database and give each request its scope."""
    db.init_app(app)
    with app.app_context():
        set_up(db.engine)
        app.extensions["ringmaster_database"] = Database(db.engine)
    app.before_request(_name_account)
    # Before the form is read, which the next one does.
    app.before_request(bound_forms_of_visitors)
    app.before_request(_prepare_session)


def _name_account() -> None:
    """Say who asks where Flask-AppBuilder looks for it; it does so itself, after a refusal needs a page with a menu."""
    g.user = current_user


def _prepare_session() -> None:
    if is_of_a_program() or request.endpoint in STATIC:
        return
    is_to_write = request.method not in _READS_ONLY
    # Nor must it be somebody whose file is still on its way.
    is_late = request.path in _WRITES_LATE | _POSTS_THAT_ONLY_READ or carries_files()
    is_late = is_late or request.endpoint in _ENDPOINTS_THAT_ONLY_READ
    g.request_writes = False
    set_scope(db.session(), NO_TENANT)
    set_scope(db.session(), tenant_choice.narrow(db.session(), scope_of_asker()))
    if is_to_write and not is_late:
        _take_in_form()
        begin_to_write()


def _take_in_form() -> None:
    """Read the form of this request before SQLite's write lock is taken, which a slow sender would hold otherwise."""
    let_go(db.session())
    if request.method not in _READS_ONLY:
        _ = request.form


def begin_to_write() -> None:
    """Let this request write, which began as one that only reads: what it has read may have changed since."""
    g.request_writes = True


def scope_of_asker() -> TenantScope:
    """Return whose rows the one who asks sees: none for a visitor."""
    account = current_user._get_current_object()
    return operators.scope_of_account(db.session(), account) if isinstance(account, Operator) else NO_TENANT
