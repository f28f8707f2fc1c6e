"""Tenant Configuration, Site Configuration and User Configuration."""

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.models.enums import ValueLevel
from app.security.roles import SITE_CONFIGURATION, TENANT_CONFIGURATION, USER_CONFIGURATION
from app.services import user_keys
from app.transaction import transaction
from app.views.authors import author
from app.views.line_pages import LinePages
from app.views.times import time_of_page
from app.views.web_session import db


class TenantConfigurationView(LinePages):
    """Lines for all phones of a tenant."""

    class_permission_name = TENANT_CONFIGURATION
    route_base = "/tenant-configuration"
    level = ValueLevel.TENANT
    title = TENANT_CONFIGURATION
    lead = "Lines laid over the files of a tenant's phones. A site's and a user's lines win over them."


class SiteConfigurationView(LinePages):
    """Lines for all phones of a site."""

    class_permission_name = SITE_CONFIGURATION
    route_base = "/site-configuration"
    level = ValueLevel.SITE
    title = SITE_CONFIGURATION
    lead = "Lines laid over the files of a site's phones. They win over the tenant's, and a user's over them."


class UserConfigurationView(LinePages):
    """Lines for all phones of a user."""

    class_permission_name = USER_CONFIGURATION
    route_base = "/user-configuration"
    level = ValueLevel.USER
    title = USER_CONFIGURATION
    lead = "Lines laid over the files of a user's phones. They win over all others."

    @expose("/delete-keys/<int:owner_id>", methods=["POST"])
    @has_access
    @permission_name("delete")
    def delete_keys(self, owner_id: int) -> ResponseReturnValue:
        """Drop what the user set on a phone."""
        owner = self._owner(owner_id)
        with transaction(db.session()) as session:
            user_keys.delete(session, owner.id, author=author(), now=time_of_page())
        flash(f"What {owner.name} set on a phone was deleted. A phone keeps it until it is reset.", "success")
        return redirect(self.address_of(owner))
