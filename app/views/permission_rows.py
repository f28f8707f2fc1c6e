"""What Flask-AppBuilder keeps of roles, pages and deeds in the database, brought up to date at once.

Its own way asks and commits for each of some hundred deeds, three seconds at each start, also where nothing is to be
written. What the roles of the product allow is not kept there: their patterns are asked as they are
(app/security/roles.py).
"""

from collections.abc import Collection, Iterable
from typing import Any

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

Deed = tuple[str, str]
"""A page and what may be done on it, by their names."""


def write(session: Session, deeds: Collection[Deed], roles: Iterable[str]) -> None:
    """Add the roles and deeds that are missing; what the pages among these deeds do no more goes, from roles, too."""
    _named(session, Role, roles)
    kept = session.scalars(
        select(PermissionView).options(
            joinedload(PermissionView.permission), joinedload(PermissionView.view_menu)
        )
    ).all()
    there = {_deed_of(row): row for row in kept}
    missing = sorted(set(deeds) - there.keys())
    if missing:
        pages = _named(session, ViewMenu, (page for page, _ in missing))
        names = _named(session, Permission, (name for _, name in missing))
        session.add_all(
            PermissionView(view_menu=pages[page], permission=names[name]) for page, name in missing
        )
    pages_there_are = {page for page, _ in deeds}
    gone = [
        row.id for (page, name), row in there.items() if page in pages_there_are and (page, name) not in deeds
    ]
    if gone:
        of_roles = assoc_permissionview_role.c.permission_view_id.in_(gone)
        session.execute(delete(assoc_permissionview_role).where(of_roles))
        session.execute(delete(PermissionView).where(PermissionView.id.in_(gone)))


def _deed_of(row: PermissionView) -> Deed:
    return (row.view_menu.name if row.view_menu else "", row.permission.name if row.permission else "")


def _named(session: Session, model: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return the rows of these names, adding those that are missing."""
    found = {row.name: row for row in session.scalars(select(model))}
    for name in dict.fromkeys(names):
        if name not in found:
            found[name] = model(name=name)
            session.add(found[name])
    return found
