"""Narrowing the whole product to one tenant, and back (app/views/tenant_choice.py)."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from sqlalchemy import select

from app.errors import NotFoundError
from app.models import Tenant
from app.services.paging import page_of
from app.services.text_search import contains
from app.views import tenant_choice
from app.views.list_arguments import read_list_arguments
from app.views.template_form import is_id
from app.views.way_back import way_back
from app.views.web_session import db

ALL = "all"
_NAMES_ROWS = frozenset({"page", "tenant", "site", "after", "before"})
"""What of an address is of the tenants that were seen before."""


class TenantSwitchView(BaseView):
    """For everybody who is signed in: it only takes away from what an account sees."""

    route_base = "/tenant-choice"
    default_view = "list"

    @expose("/")
    def list(self) -> str:
        """Show all tenants that can be chosen, with a search box: the top bar lists the first."""
        arguments = read_list_arguments(request.args)
        wanted = select(Tenant.id).order_by(Tenant.name_key)
        if arguments.words:
            wanted = wanted.where(contains(Tenant.name, arguments.words))
        with tenant_choice.seeing_whole_scope(db.session()):
            page = page_of(db.session(), wanted, number=arguments.number, size=arguments.size)
            named = select(Tenant.id, Tenant.name, Tenant.description).where(Tenant.id.in_(page.rows))
            rows = {row.id: row for row in db.session.execute(named.order_by(Tenant.name_key))}
        return render_template(
            "ringmaster/tenant_choice.html",
            title="Choose a tenant",
            page=page,
            tenants=[rows[tenant_id] for tenant_id in page.rows if tenant_id in rows],
            words=arguments.words,
            next=way_back("/"),
        )

    @expose("/", methods=["POST"])
    def choose(self) -> ResponseReturnValue:
        """Narrow to a tenant, or see all again, and go back to the page."""
        wanted = request.form.get("tenant", "")
        if wanted == ALL:
            tenant_choice.forget()
            return redirect(way_back("/"))
        found = tenant_choice.choose(db.session(), int(wanted)) if is_id(wanted) else None
        if found is None:
            raise NotFoundError("There is no such tenant, or your account does not see it.")
        flash(f"You see {found.name} alone, on every page, until you choose all tenants again.", "info")
        return redirect(_without_rows_of_others(way_back("/")))


def _without_rows_of_others(address: str) -> str:
    """Return the address of a list from its beginning, without the tenant it was filtered by."""
    parts = urlsplit(address)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in _NAMES_ROWS]
    return parts._replace(query=urlencode(kept)).geturl()
