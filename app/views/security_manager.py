"""Accounts, roles and sessions of the screens, on Flask-AppBuilder's security manager."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from flask import g
from flask_appbuilder import AppBuilder
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import assoc_permissionview_role
from flask_login import current_user
from sqlalchemy import select
from werkzeug.security import check_password_hash

from app.errors import RingmasterError
from app.models.operator import Operator
from app.security.roles import ROLES, needs_system_level, permits
from app.security.tenant_scope import scope_of
from app.transaction import let_go, transaction
from app.views import (
    directory_sign_in,
    license_guard,
    password_hashes,
    permission_rows,
    sign_in_limit,
    sign_in_sessions,
    tenant_choice,
)
from app.views.deeds import note_of_account
from app.views.own_account import AccountView
from app.views.provider_sign_in import ProviderSignInView
from app.views.second_step import SecondStepView
from app.views.sign_in import REFUSAL, PhoneManagerView, SignInView
from app.views.web_session import begin_to_write


class RingmasterSecurityManager(SecurityManager):
    """Adds to Flask-AppBuilder: scope, sessions that end at sign-out, and one permission query for a request."""

    user_model = Operator

    def __init__(self, appbuilder: AppBuilder) -> None:
        self._deeds: set[permission_rows.Deed] = set()
        super().__init__(appbuilder)

    def create_db(self) -> None:
        """Leave tables to the migrations, and roles to ``write_permissions``."""

    def add_permissions_view(self, base_permissions: Iterable[str], view_menu: str) -> None:
        """Note what may be done on a page, for ``write_permissions``."""
        self._deeds.update((view_menu, name) for name in base_permissions)

    def add_permissions_menu(self, view_menu_name: str) -> None:
        """Note an entry of the menu, for ``write_permissions``."""
        self._deeds.add((view_menu_name, "menu_access"))

    def write_permissions(self) -> None:
        """Bring the roles, and what may be done on all pages that were added, up to date in the database."""
        roles = [*self.builtin_roles, self.auth_role_public]
        with transaction(self.session()) as session:
            permission_rows.write(session, self._deeds, roles)

    def register_views(self) -> None:
        """Add sign-in, accounts and roles; of Flask-AppBuilder's own security pages none is used."""
        self.auth_view = self.appbuilder.add_view_no_menu(SignInView())
        self.appbuilder.add_view_no_menu(SecondStepView())
        self.appbuilder.add_view_no_menu(ProviderSignInView())
        self.appbuilder.add_view_no_menu(PhoneManagerView())
        self.user_view = self.appbuilder.add_view_no_menu(AccountView())

    def load_user(self, pk: str) -> Operator | None:
        """Return the account of a session cookie, unless that session is over."""
        return sign_in_sessions.find_operator(int(pk)) if str(pk).isdecimal() else None

    def update_user_auth_stat(self, user: Operator, success: bool = True) -> None:
        """Count a sign-in once its password has been checked; the first that a sign-in writes.

        Who has a second factor has not signed in by the password yet (``note_sign_in``).
        """
        if success and user.second_factor_since is not None:
            return
        begin_to_write()
        self.session.refresh(user)
        super().update_user_auth_stat(user, success)

    def is_password_of(self, user: Operator, password: str) -> bool:
        """Whether somebody who is signed in has this password."""
        directory = directory_sign_in.directory_for(user) if user.signs_in_by else None
        if directory is not None:
            return directory_sign_in.is_password_of(directory, user, password)
        stored = user.password or ""
        # Nor may it keep a place in the database while a password is checked, which takes a tenth of a second.
        let_go(self.session())
        return check_password_hash(stored, password)

    def note_sign_in(self, user: Operator) -> None:
        """Count a sign-in whose code was right."""
        super().update_user_auth_stat(user, success=True)

    def auth_user_db(self, username: str, password: str) -> Operator | None:
        """Return the account with this name and password, unless the licence has expired and it cannot renew it."""
        try:
            user = self._proved(username or "", password or "")
        except RingmasterError as error:
            # The password may be right: nothing is counted as wrong.
            setattr(g, REFUSAL, str(error))
            return None
        sign_in_limit.note(username or "", is_right=user is not None)
        refusal = "" if user is None else self.refusal_without_license(user)
        if refusal:
            setattr(g, REFUSAL, refusal)
            return None
        return user

    def refusal_without_license(self, user: Operator) -> str:
        """Return why somebody who has proved who he is is not let in: the licence has expired; else an empty text."""
        expired = license_guard.expired()
        if not expired or license_guard.may_install(user):
            return ""
        note_of_account(user, "sign-in refused", f"{user.username} was not let in: the licence has expired.")
        return f"{expired} {license_guard.ONLY_ADMINISTRATORS}"

    def _proved(self, username: str, password: str) -> Operator | None:
        """Return the account whose password this is, be it kept here or in a directory.

        Raises RingmasterError where a directory cannot be asked, or its person is not let in.
        """
        account = self.find_user(username=username) or self.find_user(email=username)
        directory = directory_sign_in.directory_for(account)
        if directory is None or not username:
            mine: Operator | None = super().auth_user_db(username, password)
            if mine is not None:
                password_hashes.renew_if_outdated(mine, password)
            return mine
        found = directory_sign_in.proved(directory, account, username, password)
        if found is not None or account is not None:
            self.update_user_auth_stat(found or account, found is not None)
        return found

    def noop_user_update(self, user: Operator) -> None:
        """Take as long for a name that nobody has."""
        begin_to_write()
        super().noop_user_update(user)

    def on_user_login(self, user: Operator) -> None:
        """Begin with all tenants in sight, and note who signed in."""
        tenant_choice.forget()
        note_of_account(user, "sign-in", f"{user.username} signed in.")

    def on_user_login_failed(self, user: Operator) -> None:
        """Note that somebody gave a wrong password for an account."""
        note_of_account(user, "sign-in refused", f"Somebody gave a wrong password for {user.username}.")

    def on_user_logout(self, user: Operator) -> None:  # noqa: ARG002  # the hook's own signature
        """End the session of the browser that signs out; those in other browsers go on."""
        sign_in_sessions.end()

    def reset_password(self, userid: int, password: str, *, is_owner: bool = False) -> bool:
        """Set a password and end the sessions that were opened with the old one.

        Who was given it by somebody else has to choose another at the next sign-in.
        """
        self.get_user_by_id(userid).has_to_choose_password = not is_owner
        done: bool = super().reset_password(userid, password)
        sign_in_sessions.end_all(userid)
        return done

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether the one who is signed in may do this: the role allows it, and the level of the account."""
        if needs_system_level(view_name, permission_name) and not self._is_system_level():
            g.needs_all_tenants = self.has_access_to_all(permission_name, view_name)
            return False
        g.needs_all_tenants = False
        return self._is_allowed(permission_name, view_name)

    def has_access_to_all(self, permission_name: str, view_name: str) -> bool:
        """Whether the one who is signed in may do this while the account is not narrowed to one tenant."""
        if needs_system_level(view_name, permission_name) and not tenant_choice.whole_scope().is_everything:
            return False
        return self._is_allowed(permission_name, view_name)

    def known_rights(self) -> tuple[tuple[str, ...], bool] | None:
        """Return what decides all that ``has_access_to_all`` says while the program runs.

        None where that is in the database as well: for visitors, and where a role is not one of the program.
        """
        names = self._names_of_roles()
        return None if names is None else (names, tenant_choice.whole_scope().is_everything)

    def _is_allowed(self, permission_name: str, view_name: str) -> bool:
        """Whether the roles of who asks allow it; a page asks some sixty times, so those of the program are known."""
        names = self._names_of_roles()
        if names is not None:
            return _permit(names, view_name, permission_name)
        allowed: bool = super().has_access(permission_name, view_name)
        return allowed

    def _names_of_roles(self) -> tuple[str, ...] | None:
        """Return the roles of who asks, found out once for a request; None where they are not all of the program."""
        user = current_user._get_current_object()
        if not user.is_authenticated:
            return None
        known: dict[Any, tuple[str, ...] | None] = g.setdefault("names_of_roles", {})
        if user.id not in known:
            names = tuple(sorted(role.name for role in self.get_user_roles(user)))
            known[user.id] = names if all(name in ROLES for name in names) else None
        return known[user.id]

    def get_user_roles(self, user: Operator) -> list[Any]:
        """Return the roles of an account, read once for a request."""
        known: dict[Any, list[Any]] = g.setdefault("roles_of_accounts", {})
        key = getattr(user, "id", None)
        if key not in known:
            known[key] = super().get_user_roles(user)
        return known[key]

    def get_user_menu_access(self, menu_names: list[str]) -> set[str]:
        """Return which menu entries the one who is signed in sees."""
        return {name for name in menu_names if self.has_access("menu_access", name)}

    def exist_permission_on_roles(self, view_name: str, permission_name: str, role_ids: list[int]) -> bool:
        """Whether roles kept in the database allow it; all of theirs are read once for a request."""
        permissions = g.setdefault("permissions_of_roles", {})
        key = tuple(sorted(role_ids))
        if key not in permissions:
            permissions[key] = self._permissions_of(key)
        return (view_name, permission_name) in permissions[key]

    def _permissions_of(self, role_ids: tuple[int, ...]) -> set[Any]:
        pair, deed, page = self.permissionview_model, self.permission_model, self.viewmenu_model
        statement = (
            select(page.name, deed.name)
            .join(pair, pair.view_menu_id == page.id)
            .join(deed, pair.permission_id == deed.id)
            .join(assoc_permissionview_role, assoc_permissionview_role.c.permission_view_id == pair.id)
            .where(assoc_permissionview_role.c.role_id.in_(role_ids))
        )
        return set(self.session.execute(statement))

    def _is_system_level(self) -> bool:
        return bool(current_user.is_authenticated) and scope_of(self.session()).is_everything


@lru_cache(maxsize=4_000)
def _permit(roles: tuple[str, ...], page: str, deed: str) -> bool:
    """Whether one of these roles allows it: those of the program do not change while it runs, and are patterns."""
    return any(permits(role, page, deed) for role in roles)
