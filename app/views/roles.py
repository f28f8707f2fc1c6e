"""The roles and what each may do, as it stands in app/security/roles.py."""

from flask import render_template
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access

from app.security import roles


class RolesView(BaseView):
    """A table of pages, deeds and roles; roles are part of the product and changed with it."""

    class_permission_name = roles.ROLES_PAGE
    route_base = "/roles"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show the table."""
        return render_template(
            "ringmaster/roles.html", title="Roles", roles=list(roles.ROLES), rows=roles.overview()
        )
