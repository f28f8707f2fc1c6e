"""Which views there are, and where the menu has them: a page stands there for who may list it."""

from flask_appbuilder import AppBuilder
from flask_appbuilder.baseviews import AbstractViewApi

from app.views.accounts import OperatorView
from app.views.alarm_deeds import AlarmDeedView
from app.views.alarms import AlarmView
from app.views.api_tokens import ApiTokensView, ApiViewerView, OwnTokensView
from app.views.changed_files import ChangedFilesView
from app.views.configuration import SiteConfigurationView, TenantConfigurationView, UserConfigurationView
from app.views.configuration_files import ConfigurationFileView
from app.views.dashboard import DashboardView
from app.views.delivery_log import DeliveryLogView
from app.views.destinations import DestinationView
from app.views.device_actions import DeviceActionView
from app.views.device_approval import DeviceApprovalView
from app.views.device_forms import DeviceFormView
from app.views.device_hand_out import DeviceHandOutView
from app.views.device_lists import DeviceListView
from app.views.device_replacement import DeviceReplacementView
from app.views.device_requests import DeviceRequestView
from app.views.devices import DeviceView
from app.views.devices_status import DevicesStatusView
from app.views.dhcp_option import DhcpOptionView
from app.views.firmware import FirmwareView
from app.views.import_export import ImportExportView
from app.views.journal import JournalView
from app.views.ldap_settings import LdapSettingsView
from app.views.ldap_test import LdapTestView
from app.views.license import LicenseView
from app.views.live import LiveView
from app.views.monitoring import MonitoringView
from app.views.multiple import MultipleDevicesView, MultipleUsersView
from app.views.nicknames import NicknameView
from app.views.operations import OperationView
from app.views.phone_models import PhoneModelView
from app.views.placeholders import (
    DefaultPlaceholderView,
    DevicePlaceholderView,
    SitePlaceholderView,
    TemplatePlaceholderView,
    TenantPlaceholderView,
)
from app.views.roles import RolesView
from app.views.rules.bookmarks import RuleBookmarkView
from app.views.rules.editor import RuleEditorView
from app.views.rules.explain import ExplainView
from app.views.rules.lists import RulesView
from app.views.rules.phones import PhoneSuggestionView
from app.views.rules.versions import RuleVersionView
from app.views.saved_views import SavedViewsView
from app.views.sbc_proxy import SbcProxyView
from app.views.search import SearchView
from app.views.second_factor import SecondFactorView
from app.views.setup_wizard.view import SetupWizardView
from app.views.sites import SiteView
from app.views.support_bundle import SupportBundleView
from app.views.system_settings import SystemSettingsView
from app.views.telnet import TelnetView
from app.views.template_phones import TemplatePhonesView
from app.views.template_texts import TemplateTextView
from app.views.templates import TemplateView
from app.views.templates_mapping import TemplatesMappingView
from app.views.tenant_switch import TenantSwitchView
from app.views.tenants import TenantView
from app.views.topology import TopologyView
from app.views.user_forms import UserFormView
from app.views.user_suggestions import UserSuggestionView
from app.views.users import UserView
from app.views.web_admin_log import WebAdminLogView
from app.views.what_if import WhatIfView

_MENU: dict[str, tuple[tuple[type[AbstractViewApi], str], ...]] = {
    "Monitor": (
        (DashboardView, "fa-gauge-high"),
        (TopologyView, "fa-sitemap"),
        (DevicesStatusView, "fa-phone-volume"),
        (AlarmView, "fa-bell"),
        (DestinationView, "fa-paper-plane"),
        (DeliveryLogView, "fa-envelopes-bulk"),
        (OperationView, "fa-list-check"),
    ),
    "Setup": (
        (SetupWizardView, "fa-wand-magic-sparkles"),
        (ImportExportView, "fa-right-left"),
    ),
    "Users & Devices": (
        (UserView, "fa-users"),
        (MultipleUsersView, "fa-user-group"),
        (MultipleDevicesView, "fa-layer-group"),
    ),
    "Phones Configuration": (
        (TemplateView, "fa-file-code"),
        (TemplatesMappingView, "fa-diagram-project"),
        (SystemSettingsView, "fa-gear"),
        (TemplatePlaceholderView, "fa-percent"),
        (DevicePlaceholderView, "fa-sliders"),
        (DefaultPlaceholderView, "fa-asterisk"),
        (TenantConfigurationView, "fa-building-circle-check"),
        (SiteConfigurationView, "fa-map-location-dot"),
        (UserConfigurationView, "fa-user-pen"),
        (ChangedFilesView, "fa-code-compare"),
        (ConfigurationFileView, "fa-file-lines"),
        (FirmwareView, "fa-microchip"),
        (PhoneModelView, "fa-phone"),
    ),
    "Rules": ((RulesView, "fa-list-ol"),),
    "System": (
        (TenantView, "fa-building"),
        (SiteView, "fa-location-dot"),
        (OperatorView, "fa-user-gear"),
        (RolesView, "fa-user-shield"),
        (ApiTokensView, "fa-key"),
        (LicenseView, "fa-certificate"),
    ),
    "Troubleshoot": (
        (WebAdminLogView, "fa-file-lines"),
        (JournalView, "fa-clock-rotate-left"),
        (LdapTestView, "fa-address-book"),
    ),
}
_BESIDE_THE_MENU = (
    AlarmDeedView,
    ApiViewerView,
    OwnTokensView,
    SecondFactorView,
    DeviceView,
    DeviceActionView,
    DeviceListView,
    DeviceApprovalView,
    DeviceRequestView,
    NicknameView,
    SavedViewsView,
    DeviceFormView,
    DeviceReplacementView,
    DeviceHandOutView,
    ExplainView,
    PhoneSuggestionView,
    RuleBookmarkView,
    RuleEditorView,
    RuleVersionView,
    UserFormView,
    UserSuggestionView,
    TemplateTextView,
    TemplatePhonesView,
    TenantPlaceholderView,
    SitePlaceholderView,
    DhcpOptionView,
    SbcProxyView,
    LdapSettingsView,
    LiveView,
    MonitoringView,
    SupportBundleView,
    SearchView,
    TelnetView,
    TenantSwitchView,
    WhatIfView,
)


def register(appbuilder: AppBuilder) -> None:
    """Add every screen to the application."""
    for group, entries in _MENU.items():
        for view, icon in entries:
            appbuilder.add_view(view, view.class_permission_name, icon=icon, category=group)
    for view in _BESIDE_THE_MENU:
        appbuilder.add_view_no_menu(view)
