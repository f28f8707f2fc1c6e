"""What the frame of every page shows: the menu, active alarms, and who is signed in."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, g, request
from flask_login import current_user
from markupsafe import Markup

from app.models.enums import Severity
from app.security.roles import ALARMS, SEE_SECRETS
from app.services import alarm_search
from app.services.firmware.files import megabytes
from app.views import concerns, static_files, tenant_choice, times
from app.views.drawn_once import drawn_once
from app.views.menu import MenuPart, Place, menu_of_request, place_in, unfolded_groups
from app.views.page_settings import setting_of_page
from app.views.tenant_choice import ChosenTenant
from app.views.way_back import this_page
from app.views.web_session import db


@dataclass(frozen=True)
class ActiveAlarms:
    """How many alarms are active, and how bad the worst of them is."""

    number: int
    worst: Severity | None

    @property
    def shown_number(self) -> str:
        """The number as it is written: ``12`` or ``999+``."""
        most = alarm_search.COUNTED_ALARMS
        return f"{most - 1}+" if self.number >= most else str(self.number)

    @property
    def sentence(self) -> str:
        """The number in words."""
        if self.worst is None:
            return "No active alarms"
        return f"{self.shown_number} active alarm{'' if self.number == 1 else 's'}, the worst is {self.worst}"


class Shell:
    """The frame of one page; each part is read from the database when the template asks for it."""

    @property
    def is_signed_in(self) -> bool:
        """Whether an account is signed in: visitors see no menu."""
        return bool(current_user.is_authenticated)

    @property
    def operator_name(self) -> str:
        """The name of the account's owner."""
        name: str = current_user.get_full_name().strip()
        return name or current_user.username

    @property
    def initials(self) -> str:
        """One or two letters for the account."""
        return "".join(word[0] for word in self.operator_name.split()[:2]).upper()

    @property
    def role_names(self) -> str:
        """The account's roles, with commas between them."""
        return ", ".join(role.name for role in current_user.roles) or "No role"

    @property
    def tenant_names(self) -> str:
        """The tenants that the account sees."""
        if tenant_choice.whole_scope().is_everything:
            return "All tenants"
        with tenant_choice.seeing_whole_scope(db.session()):
            return ", ".join(sorted(tenant.name for tenant in current_user.tenants)) or "None"

    @property
    def chosen_tenant(self) -> ChosenTenant | None:
        """The tenant to which all pages are narrowed."""
        return tenant_choice.chosen()

    @cached_property
    def tenants_to_choose(self) -> Sequence[ChosenTenant]:
        """The first tenants that the switcher offers; none for an account that sees one, and so has no choice."""
        named = tenant_choice.whole_scope().tenant_ids
        if named is not None and len(named) < 2:
            return ()
        found = tenant_choice.choices(db.session())
        return found if len(found) > 1 else ()

    @property
    def has_more_tenants(self) -> bool:
        """Whether there are more than the switch lists."""
        return len(self.tenants_to_choose) > tenant_choice.LISTED_TENANTS

    @property
    def buttons_of_tenants(self) -> Markup:
        """A button for each of the first tenants, as it is drawn."""
        listed = self.tenants_to_choose[: tenant_choice.LISTED_TENANTS]
        return drawn_once("tenants", tenants=listed, chosen=self.chosen_tenant)

    @cached_property
    def other_tenant(self) -> ChosenTenant | None:
        """The tenant that the address of a narrowed page names, where that is another one."""
        name = request.args.get("tenant", "").strip()
        chosen = tenant_choice.chosen()
        if chosen is None or not name or name.casefold() == chosen.name.casefold():
            return None
        return tenant_choice.find_named(db.session(), name)

    @cached_property
    def menu(self) -> Sequence[MenuPart]:
        """The menu, without what the account may not open."""
        return menu_of_request()

    @cached_property
    def place(self) -> Place | None:
        """Where the page stands in the menu."""
        return place_in(self.menu)

    @property
    def navigation(self) -> Markup:
        """The menu as it is drawn, folded as the account's owner left it."""
        return drawn_once(
            "navigation",
            menu=self.menu,
            current=self.place.entry.address if self.place else None,
            unfolded=unfolded_groups(self.menu, self.place),
            logo=static_files.address_of("static", "ringmaster/logo.svg"),
        )

    @cached_property
    def web_admin_scheme(self) -> str:
        """How links open the pages of a phone: http or https."""
        return setting_of_page("web_admin_scheme")

    @cached_property
    def active_alarms(self) -> ActiveAlarms | None:
        """The counter in the top bar; None for an account that may not see alarms."""
        if not may("can_list", ALARMS):
            return None
        worst = next((severity for severity in Severity if self.alarm_counts.get(severity)), None)
        return ActiveAlarms(sum(self.alarm_counts.values()), worst)

    @cached_property
    def alarm_counts(self) -> Mapping[Severity, int]:
        """How many alarms of each severity are active, counted once for all of a page."""
        return alarm_search.count_active(db.session())


def install(app: Flask) -> None:
    """Give every template the frame, the nonce of its scripts and the helpers of its links."""
    times.install(app)
    app.add_template_filter(megabytes)
    app.jinja_env.globals.update(
        csp_nonce=nonce, may=may, same_page=same_page, this_page=this_page, severities=list(Severity)
    )
    app.jinja_env.globals.update(asked_about=concerns.asked_about, query_of=concerns.query_of)
    app.context_processor(
        lambda: {"shell": shell_of_request(), "appbuilder": current_app.extensions["appbuilder"]}
    )


def nonce() -> str:
    """Return the nonce that an inline script of this response must carry."""
    found: str = g.setdefault("csp_nonce", secrets.token_urlsafe(16))
    return found


def may(deed: str, page: str) -> bool:
    """Whether the one who is signed in may do this on that page."""
    allowed: bool = current_app.extensions["appbuilder"].sm.has_access(deed, page)
    return allowed


def shows_secrets(page: str) -> bool:
    """Whether a page shows secrets: to those who may see them there, and ask for it."""
    return request.args.get("secrets") == "shown" and may(SEE_SECRETS, page)


def same_page(**changed: Any) -> str:
    """Return the address of this page with some arguments of its query changed, or dropped with None."""
    arguments = {**request.args.to_dict(flat=False), **changed}
    query = urlencode({name: value for name, value in arguments.items() if value is not None}, doseq=True)
    return f"{request.path}?{query}" if query else request.path


def shell_of_request() -> Shell:
    """Return the frame of the page that is being made."""
    found: Shell = g.setdefault("shell", Shell())
    return found
