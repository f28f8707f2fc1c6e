"""Operators' accounts as the command line makes and mends them, through Flask-AppBuilder."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask import Flask, current_app, g
from sqlalchemy import select

from app.errors import ConflictError, NotFoundError
from app.models import Operator
from app.security.roles import ADMINISTRATOR
from app.security.tenant_scope import ALL_TENANTS, set_scope
from app.services import journal, operator_sessions, second_factors
from app.services.author import Author
from app.transaction import transaction
from app.views.web_session import db

FIRST_ADMINISTRATOR = "acladmin"


def add_first_administrator(app: Flask, password: str) -> str | None:
    """Add acladmin where there is no account at all and return its password, else None.

    Without a password given, one is made.
    """
    with _security_manager(app) as security:
        if db.session.scalar(select(Operator.id).limit(1)) is not None:
            return None
        is_made = not password
        password = password or _made_password()
        account = security.add_user(
            username=FIRST_ADMINISTRATOR,
            first_name="First",
            last_name="Administrator",
            email=f"{FIRST_ADMINISTRATOR}@localhost",
            role=security.find_role(ADMINISTRATOR),
            password=password,
        )
        account.sees_all_tenants = True
        # What was made is in the output of a terminal.
        account.has_to_choose_password = is_made
        security.update_user(account)
        return password


def reset_password(app: Flask, username: str) -> str:
    """Give an account a password that is made here, which its owner has to change; end its sessions; return it."""
    with _security_manager(app) as security:
        account = security.find_user(username=username)
        if account is None:
            raise NotFoundError(f"There is no account {username}.")
        if account.signs_in_by:
            raise ConflictError(
                f"{username} signs in through a directory or a provider ({account.signs_in_by}), where its password is "
                "changed."
            )
        password = _made_password()
        security.reset_password(account.id, password)
        return password


def reset_second_factor(app: Flask, username: str) -> None:
    """Take the second factor of an account away, and end its sessions."""
    with _security_manager(app) as security:
        account = security.find_user(username=username)
        if account is None:
            raise NotFoundError(f"There is no account {username}.")
        with transaction(db.session()) as session:
            second_factors.remove(session, account.id)
            operator_sessions.end_all(session, account.id)
            text = f"The command line reset the second factor of {username}, who was signed out."
            journal.record(
                session,
                at=datetime.now(UTC),
                author=Author("command line"),
                action="second factor reset",
                subject=username,
                text=text,
            )


@contextmanager
def _security_manager(app: Flask) -> Iterator[Any]:
    """Yield what keeps the accounts, with a session that may see and write all; no connection is left behind."""
    with app.app_context():
        g.request_writes = True
        set_scope(db.session(), ALL_TENANTS)
        yield current_app.extensions["appbuilder"].sm
        db.session.remove()
        db.engine.dispose()


def _made_password() -> str:
    return secrets.token_urlsafe(12)
