"""Tenant Configuration, Site Configuration and User Configuration."""

from app.models.enums import ValueLevel
from app.security.roles import SITE_CONFIGURATION, TENANT_CONFIGURATION, USER_CONFIGURATION
from app.views.line_pages import LinePages


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
