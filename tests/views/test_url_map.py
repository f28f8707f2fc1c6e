"""Every address of the screens, with every role: what is refused, and to whom."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, event
from werkzeug.routing import Rule

from tests.views.browsing import Browser
from tests.views.world import ACME_MAC, ACME_WAITING_MAC, PEOPLE, RULE, World

NAMES = frozenset(person.name for person in PEOPLE)
EVERYBODY = NAMES
SYSTEM_LEVEL_OPERATORS = frozenset({"alice", "oscar"})
OPERATORS = frozenset({"alice", "oscar", "olga", "nora"})
LOOKERS_AT_FILES = NAMES - {"hal", "helen"}
LOOKERS_AT_FIRMWARE = frozenset({"alice", "oscar", "victor"})
SEES_EVERYTHING = frozenset({"alice", "oscar", "hal", "victor"})
EXPORTERS = NAMES - {"hal", "helen"}
LDAP_TESTERS = OPERATORS | {"victor", "vera"}
ADMINISTRATOR = frozenset({"alice"})

ALLOWED = {
    "StartView.index": EVERYBODY,
    "AccountView.userinfo": EVERYBODY,
    "AccountView.password": EVERYBODY,
    "AccountView.mail": EVERYBODY,
    "AccountView.end_sessions": EVERYBODY,
    **{
        f"SecondFactorView.{name}": EVERYBODY
        for name in ("show", "begin", "confirm", "renew_recovery_codes", "turn_off")
    },
    "OwnTokensView.list": EVERYBODY,
    "OwnTokensView.revoke": EVERYBODY,
    "ApiViewerView.show": EVERYBODY,
    "ApiTokensView.list": ADMINISTRATOR,
    "ApiTokensView.revoke": ADMINISTRATOR,
    "UtilView.back": EVERYBODY,
    "LocaleView.index": EVERYBODY,
    "LiveView.counter": EVERYBODY,
    "SearchView.list": EVERYBODY,
    "SearchView.suggestions": EVERYBODY,
    "TenantSwitchView.list": EVERYBODY,
    "TenantSwitchView.choose": EVERYBODY,
    "DashboardView.list": EVERYBODY,
    "DashboardView.figures": EVERYBODY,
    "DashboardView.registered": EVERYBODY,
    "TopologyView.list": EVERYBODY,
    "TopologyView.figures": EVERYBODY,
    "DevicesStatusView.list": EVERYBODY,
    "DevicesStatusView.rows": EVERYBODY,
    "DevicesStatusView.count": EVERYBODY,
    "DevicesStatusView.choices": EVERYBODY,
    "DevicesStatusView.export": EXPORTERS,
    "SavedViewsView.layout": EVERYBODY,
    "SavedViewsView.views": EVERYBODY,
    "SavedViewsView.change": EVERYBODY,
    "DeviceRequestView.ask": EVERYBODY,
    "NicknameView.nickname": OPERATORS,
    "DeviceView.show": EVERYBODY,
    "DeviceView.show_file": NAMES - {"hal", "helen"},
    "DeviceView.download_file": OPERATORS,
    "DeviceActionView.ask": EVERYBODY,
    "DeviceListView.live": EVERYBODY,
    "DeviceListView.history": EVERYBODY,
    "DeviceListView.operations": EVERYBODY,
    "DeviceListView.provisioning": EVERYBODY,
    "DeviceListView.history_csv": EXPORTERS,
    "DeviceListView.provisioning_csv": EXPORTERS,
    "DeviceActionView.release": OPERATORS,
    "DeviceApprovalView.approve": OPERATORS,
    "DeviceApprovalView.approve_selected": OPERATORS,
    "SetupWizardView.list": OPERATORS,
    "SetupWizardView.show": OPERATORS,
    "SetupWizardView.save": OPERATORS,
    "SetupWizardView.arrivals": OPERATORS,
    "SetupWizardView.phone": OPERATORS,
    "DeviceFormView.add": OPERATORS,
    "DeviceFormView.edit": OPERATORS,
    "DeviceFormView.delete": OPERATORS,
    "DeviceReplacementView.replace": OPERATORS,
    "DeviceHandOutView.release": OPERATORS,
    "TelnetView.telnet": OPERATORS,
    "UserView.list": EVERYBODY,
    "UserView.without_user": EVERYBODY,
    "UserView.devices": EVERYBODY,
    "UserView.show": EVERYBODY,
    "UserView.generate": OPERATORS,
    "UserView.delete": OPERATORS,
    "UserSuggestionView.suggestions": EVERYBODY,
    "UserFormView.add": OPERATORS,
    "UserFormView.edit": OPERATORS,
    "UserFormView.password": OPERATORS,
    "AlarmView.list": EVERYBODY,
    "AlarmView.history": EVERYBODY,
    "AlarmView.rows": EVERYBODY,
    "AlarmView.types": EVERYBODY,
    "AlarmView.show": EVERYBODY,
    "AlarmView.state": EVERYBODY,
    "AlarmView.export": EXPORTERS,
    "AlarmDeedView.ask": EVERYBODY,
    "AlarmDeedView.do": EVERYBODY,
    "OperationView.list": EVERYBODY,
    "OperationView.show": EVERYBODY,
    "OperationView.figures": EVERYBODY,
    "OperationView.export": EXPORTERS,
    "OperationView.review": EVERYBODY,
    "OperationView.start": EVERYBODY,
    "OperationView.pause": EVERYBODY,
    "OperationView.resume": EVERYBODY,
    "OperationView.roll_back": EVERYBODY,
    "OperationView.retry": EVERYBODY,
    "MultipleDevicesView.list": EVERYBODY,
    "MultipleDevicesView.available": EVERYBODY,
    "MultipleUsersView.list": NAMES - {"victor", "vera"},
    "MultipleUsersView.available": NAMES - {"victor", "vera"},
    "TemplateView.list": EVERYBODY,
    "TemplateView.show": EVERYBODY,
    "TemplateView.add": OPERATORS,
    "TemplateView.change": OPERATORS,
    "TemplateView.delete": OPERATORS,
    "TemplateTextView.edit": OPERATORS,
    "TemplateTextView.upload": OPERATORS,
    "TemplateTextView.text": OPERATORS,
    "TemplateTextView.restore": OPERATORS,
    "TemplateTextView.versions": EVERYBODY,
    "TemplateTextView.version": EVERYBODY,
    "TemplateTextView.roll_back": OPERATORS,
    "TemplateTextView.placeholders": EVERYBODY,
    "TemplatePhonesView.phones": EVERYBODY,
    "TemplatesMappingView.list": EVERYBODY,
    "TemplatesMappingView.set": OPERATORS,
    "TemplatesMappingView.unset": OPERATORS,
    "TemplatesMappingView.test": EVERYBODY,
    "RuleBookmarkView.alarms": EVERYBODY,
    "RuleBookmarkView.maintenance_windows": EVERYBODY,
    "RuleBookmarkView.simulations": EVERYBODY,
    "RuleBookmarkView.zero_touch": EVERYBODY,
    "RulesView.list": EVERYBODY,
    "RulesView.show": EVERYBODY,
    "ExplainView.list": EVERYBODY,
    "RulesView.change": ADMINISTRATOR,
    "RuleEditorView.add": ADMINISTRATOR,
    "RuleEditorView.edit": ADMINISTRATOR,
    "RuleEditorView.preview": EVERYBODY,
    "RuleEditorView.values": EVERYBODY,
    "PhoneSuggestionView.phones": EVERYBODY,
    "RuleVersionView.versions": EVERYBODY,
    "RuleVersionView.version": EVERYBODY,
    "RuleVersionView.make_draft": ADMINISTRATOR,
    "RuleVersionView.activate": ADMINISTRATOR,
    "RuleVersionView.discard": ADMINISTRATOR,
    "WhatIfView.list": EVERYBODY,
    "WhatIfView.add": OPERATORS,
    "WhatIfView.activate": OPERATORS,
    "WhatIfView.cancel": OPERATORS,
    "WhatIfView.show": EVERYBODY,
    "WhatIfView.progress": EVERYBODY,
    "WhatIfView.export": EXPORTERS,
    "WhatIfView.phone": LOOKERS_AT_FILES,
    "TemplatePlaceholderView.list": EVERYBODY,
    "TemplatePlaceholderView.choose": OPERATORS,
    "TemplatePlaceholderView.add": OPERATORS,
    "TemplatePlaceholderView.edit": OPERATORS,
    "TemplatePlaceholderView.delete": OPERATORS,
    "TemplatePlaceholderView.copy": OPERATORS,
    "DevicePlaceholderView.list": EVERYBODY,
    "DevicePlaceholderView.choose": OPERATORS,
    "DevicePlaceholderView.add": OPERATORS,
    "DevicePlaceholderView.edit": OPERATORS,
    "DevicePlaceholderView.delete": OPERATORS,
    "DevicePlaceholderView.copy": OPERATORS,
    "TenantPlaceholderView.list": EVERYBODY,
    "TenantPlaceholderView.choose": OPERATORS,
    "TenantPlaceholderView.add": OPERATORS,
    "TenantPlaceholderView.edit": OPERATORS,
    "TenantPlaceholderView.delete": OPERATORS,
    "TenantPlaceholderView.copy": OPERATORS,
    "SitePlaceholderView.list": EVERYBODY,
    "SitePlaceholderView.choose": OPERATORS,
    "SitePlaceholderView.add": OPERATORS,
    "SitePlaceholderView.edit": OPERATORS,
    "SitePlaceholderView.delete": OPERATORS,
    "SitePlaceholderView.copy": OPERATORS,
    "DevicePlaceholderView.effective": EVERYBODY,
    "TenantConfigurationView.list": EVERYBODY,
    "TenantConfigurationView.lines": EVERYBODY,
    "TenantConfigurationView.add": OPERATORS,
    "TenantConfigurationView.paste": OPERATORS,
    "TenantConfigurationView.copy": OPERATORS,
    "TenantConfigurationView.feature": OPERATORS,
    "TenantConfigurationView.edit": OPERATORS,
    "TenantConfigurationView.delete": OPERATORS,
    "SiteConfigurationView.list": EVERYBODY,
    "SiteConfigurationView.lines": EVERYBODY,
    "SiteConfigurationView.add": OPERATORS,
    "SiteConfigurationView.paste": OPERATORS,
    "SiteConfigurationView.copy": OPERATORS,
    "SiteConfigurationView.feature": OPERATORS,
    "SiteConfigurationView.edit": OPERATORS,
    "SiteConfigurationView.delete": OPERATORS,
    "UserConfigurationView.list": EVERYBODY,
    "UserConfigurationView.lines": EVERYBODY,
    "UserConfigurationView.add": OPERATORS,
    "UserConfigurationView.paste": OPERATORS,
    "UserConfigurationView.copy": OPERATORS,
    "UserConfigurationView.feature": OPERATORS,
    "UserConfigurationView.edit": OPERATORS,
    "UserConfigurationView.delete": OPERATORS,
    "UserConfigurationView.delete_keys": OPERATORS,
    "DefaultPlaceholderView.list": EVERYBODY,
    "DefaultPlaceholderView.edit": SYSTEM_LEVEL_OPERATORS,
    "DefaultPlaceholderView.reset": SYSTEM_LEVEL_OPERATORS,
    "PhoneModelView.bare": EVERYBODY,
    "PhoneModelView.list": EVERYBODY,
    "PhoneModelView.show": EVERYBODY,
    "PhoneModelView.recognise": EVERYBODY,
    "PhoneModelView.add": SYSTEM_LEVEL_OPERATORS,
    "PhoneModelView.edit": SYSTEM_LEVEL_OPERATORS,
    "PhoneModelView.delete": SYSTEM_LEVEL_OPERATORS,
    "FirmwareView.list": LOOKERS_AT_FIRMWARE,
    "FirmwareView.show": LOOKERS_AT_FIRMWARE,
    "FirmwareView.download_file": SYSTEM_LEVEL_OPERATORS,
    "FirmwareView.upload": SYSTEM_LEVEL_OPERATORS,
    "FirmwareView.replace": SYSTEM_LEVEL_OPERATORS,
    "FirmwareView.edit": SYSTEM_LEVEL_OPERATORS,
    "FirmwareView.make_default": SYSTEM_LEVEL_OPERATORS,
    "FirmwareView.delete": SYSTEM_LEVEL_OPERATORS,
    "ChangedFilesView.list": EVERYBODY,
    "ChangedFilesView.count": EVERYBODY,
    "ChangedFilesView.phone": LOOKERS_AT_FILES,
    "ChangedFilesView.shared": LOOKERS_AT_FILES,
    "ChangedFilesView.generate": OPERATORS,
    "ChangedFilesView.generate_chosen": OPERATORS,
    "ConfigurationFileView.list": LOOKERS_AT_FILES,
    "ConfigurationFileView.show": LOOKERS_AT_FILES,
    "ConfigurationFileView.download_file": OPERATORS,
    "ConfigurationFileView.edit": OPERATORS,
    "ConfigurationFileView.upload": OPERATORS,
    "ConfigurationFileView.delete": OPERATORS,
    "ImportExportView.list": EXPORTERS,
    "ImportExportView.users": EXPORTERS,
    "ImportExportView.configuration": SYSTEM_LEVEL_OPERATORS,
    "ImportExportView.take_in": OPERATORS,
    "ImportExportView.show": EXPORTERS,
    "ImportExportView.progress": EXPORTERS,
    "ImportExportView.result": EXPORTERS,
    "ImportExportView.confirm": OPERATORS,
    "ImportExportView.discard": OPERATORS,
    "ImportExportView.undo": OPERATORS,
    "TenantView.bare": EVERYBODY,
    "TenantView.list": EVERYBODY,
    "TenantView.show": EVERYBODY,
    "TenantView.add": ADMINISTRATOR,
    "TenantView.edit": ADMINISTRATOR,
    "TenantView.replace_key": ADMINISTRATOR,
    "TenantView.delete": ADMINISTRATOR,
    "SiteView.bare": EVERYBODY,
    "SiteView.list": EVERYBODY,
    "SiteView.show": EVERYBODY,
    "SiteView.add": SYSTEM_LEVEL_OPERATORS,
    "SiteView.edit": SYSTEM_LEVEL_OPERATORS,
    "SiteView.delete": SYSTEM_LEVEL_OPERATORS,
    "OperatorView.bare": ADMINISTRATOR,
    "OperatorView.list": ADMINISTRATOR,
    "OperatorView.show": ADMINISTRATOR,
    "OperatorView.add": ADMINISTRATOR,
    "OperatorView.edit": ADMINISTRATOR,
    "OperatorView.delete": ADMINISTRATOR,
    "OperatorView.password": ADMINISTRATOR,
    "OperatorView.end_sessions": ADMINISTRATOR,
    "OperatorView.reset_second_factor": ADMINISTRATOR,
    "RolesView.list": ADMINISTRATOR,
    "LicenseView.list": LOOKERS_AT_FIRMWARE,
    "LicenseView.install": ADMINISTRATOR,
    "DestinationView.list": NAMES - {"hal", "helen"},
    "DestinationView.add": OPERATORS,
    "DestinationView.save_new": OPERATORS,
    "DestinationView.edit": OPERATORS,
    "DestinationView.save": OPERATORS,
    "DestinationView.switch": OPERATORS,
    "DestinationView.delete": OPERATORS,
    "DestinationView.test": OPERATORS,
    "DestinationView.test_state": OPERATORS,
    "DeliveryLogView.list": NAMES - {"hal", "helen"},
    "DeliveryLogView.show": NAMES - {"hal", "helen"},
    "DeliveryLogView.retry": OPERATORS,
    "JournalView.list": SYSTEM_LEVEL_OPERATORS,
    "JournalView.export": SYSTEM_LEVEL_OPERATORS,
    "SupportBundleView.download": ADMINISTRATOR,
    "WebAdminLogView.list": SYSTEM_LEVEL_OPERATORS,
    "WebAdminLogView.view": SYSTEM_LEVEL_OPERATORS,
    "WebAdminLogView.save": SYSTEM_LEVEL_OPERATORS,
    "WebAdminLogView.archive": SYSTEM_LEVEL_OPERATORS,
    "LdapSettingsView.list": SYSTEM_LEVEL_OPERATORS,
    "LdapSettingsView.save": SYSTEM_LEVEL_OPERATORS,
    "LdapSettingsView.try_out": SYSTEM_LEVEL_OPERATORS,
    "LdapTestView.list": LDAP_TESTERS,
    "LdapTestView.search": LDAP_TESTERS,
    "SystemSettingsView.list": SYSTEM_LEVEL_OPERATORS,
    "SystemSettingsView.save": SYSTEM_LEVEL_OPERATORS,
    "DhcpOptionView.list": SYSTEM_LEVEL_OPERATORS,
    "DhcpOptionView.save": SYSTEM_LEVEL_OPERATORS,
    "DhcpOptionView.upload": SYSTEM_LEVEL_OPERATORS,
    "DhcpOptionView.restore": SYSTEM_LEVEL_OPERATORS,
    "DhcpOptionView.generate": SYSTEM_LEVEL_OPERATORS,
    "DhcpOptionView.download_template": SYSTEM_LEVEL_OPERATORS,
    "SbcProxyView.list": SYSTEM_LEVEL_OPERATORS,
    "SbcProxyView.save": SYSTEM_LEVEL_OPERATORS,
    "SbcProxyView.upload": SYSTEM_LEVEL_OPERATORS,
    "SbcProxyView.restore": SYSTEM_LEVEL_OPERATORS,
    "SbcProxyView.generate": SYSTEM_LEVEL_OPERATORS,
    "SbcProxyView.download_template": SYSTEM_LEVEL_OPERATORS,
    "SbcProxyView.save_proxy": SYSTEM_LEVEL_OPERATORS,
}
"""Who may open each page; who may not is refused by the server."""

OPEN = {
    "SignInView.login", "SignInView.logout", "SecondStepView.code", "PhoneManagerView.sign_in",
    "ProviderSignInView.leave", "ProviderSignInView.back",
    "static", "appbuilder.static",
    "MonitoringView.live", "MonitoringView.ready", "MonitoringView.metrics",
}  # fmt: skip
"""What a visitor may open."""
ASKS_FIRST = {"SignInView.logout"}
"""What of it changes something for who is signed in, by its form alone."""


ROWS = {
    "pk", "mac", "tenant_id", "user_id", "template_id", "owner_id", "placeholder_id", "value_id", "file_id",
    "operation_id", "alarm_id", "destination_id", "delivery_id",
}  # fmt: skip
"""The arguments of addresses that name a row of a tenant."""


def screens(app: Flask) -> Iterator[Rule]:
    """Yield the rules of the screens; the APIs of phones and of programs have their own tests."""
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith(("phone_api.", "rest_api.")):
            yield rule


def address_of(rule: Rule, world: World) -> str:
    """Fill in a rule with rows of Acme."""
    ids = {
        "TenantView": world.acme,
        "SiteView": world.acme_site,
        "PhoneModelView": world.model,
        "OperatorView": world.alice,
    }
    owners = {
        "TemplatePlaceholderView": ("template", world.acme_template),
        "TenantPlaceholderView": ("tenant", world.acme),
        "SitePlaceholderView": ("site", world.acme_site),
        "DevicePlaceholderView": ("device", world.acme_device),
        "TenantConfigurationView": ("tenant", world.acme),
        "SiteConfigurationView": ("site", world.acme_site),
        "UserConfigurationView": ("user", world.acme_user),
    }
    kind, owner_id = owners.get(rule.endpoint.partition(".")[0], ("", None))
    values = {
        "pk": ids.get(rule.endpoint.partition(".")[0]),
        "tenant_id": world.acme,
        "step": "dhcp-option",
        "thing": "site",
        "template_id": world.acme_template,
        "number": 1,
        "default_id": 1,
        "owner_id": owner_id,
        "placeholder_id": world.placeholders.get(kind),
        "value_id": world.lines.get(kind),
        "feature": "telnet",
        "firmware_id": world.firmware,
        "file_id": world.acme_file,
        "user_id": world.acme_user,
        "job_id": world.import_job,
        "kind": "mail" if rule.endpoint.startswith("DestinationView") else "template",
        "simulation_id": world.simulation,
        "device_id": world.acme_device,
        "mac": ACME_WAITING_MAC if rule.endpoint.endswith("approve") else ACME_MAC,
        "locale": "en",
        "operation_id": world.operation,
        "alarm_id": world.acme_alarm,
        "destination_id": world.acme_destination,
        "delivery_id": world.acme_delivery,
        "subject": "devices",
        "key": RULE,
        "version_id": world.rules,
        "action": "check_status",
        "view_id": 1,
        "token_id": 1,
        "deed": "rename",
        "session_id": 1,
        "day": "2020-01-01",
        "name": "company",
    }
    assert rule.arguments <= set(values), f"say in this test what {rule.rule} is filled in with"
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda argument: str(values[argument[1]]), rule.rule)


def may_see_row(name: str, rule: Rule) -> bool:
    """Nora has no tenants: to her no row of Acme exists. What alice asked for is seen by those who see everything.

    Nobody wrote a log on the day of the test.
    """
    if "day" in rule.arguments:
        return False
    if {"job_id", "simulation_id"} & rule.arguments:
        return name in SEES_EVERYTHING
    return name != "nora" or "PhoneModel" in rule.endpoint or not ROWS & rule.arguments


def test_every_page_is_in_the_table(shared_app: Flask):
    assert {rule.endpoint for rule in screens(shared_app)} == set(ALLOWED) | OPEN


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_role_opens_its_pages_and_no_other(
    shared_app: Flask, shared_world: World, people: dict[str, Browser], name: str
):
    found, expected = {}, {}
    for rule in screens(shared_app):
        if rule.endpoint in OPEN or "GET" not in rule.methods:
            continue
        address = address_of(rule, shared_world)
        answer = people[name].get(address)
        found[address] = (
            "refused" if answer.status_code == 403 else "hidden" if answer.status_code == 404 else "open"
        )
        allowed = name in ALLOWED[rule.endpoint]
        expected[address] = "refused" if not allowed else "open" if may_see_row(name, rule) else "hidden"
        assert answer.status_code < 500, address
    assert found == expected


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_role_may_send_no_form_of_a_page_it_may_not_open(
    shared_app: Flask, shared_world: World, people: dict[str, Browser], name: str
):
    statuses = {
        rule.endpoint: people[name].post(address_of(rule, shared_world)).status_code
        for rule in screens(shared_app)
        if "POST" in rule.methods and rule.endpoint not in OPEN and name not in ALLOWED[rule.endpoint]
    }
    assert set(statuses.values()) <= {403}


def test_opening_a_page_changes_nothing(shared_app: Flask, shared_world: World, people: dict[str, Browser]):
    written: list[str] = []
    address = ""

    def note(_connection, _cursor, statement: str, *_more: object) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            written.append(f"{address}: {statement[:80]}")

    event.listen(Engine, "before_cursor_execute", note)
    try:
        for rule in screens(shared_app):
            if rule.endpoint not in OPEN - ASKS_FIRST and "GET" in rule.methods:
                address = address_of(rule, shared_world)
                people["alice"].get(address)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    # When a session was used last is no deed of anybody's, and the journal says who took a file away.
    assert [
        each for each in written if not re.search("operator_session|INSERT INTO journal_entry", each)
    ] == []


def test_no_form_is_taken_without_its_token(
    shared_app: Flask, shared_world: World, people: dict[str, Browser]
):
    statuses = {
        rule.endpoint: people["alice"].client.post(address_of(rule, shared_world)).status_code
        for rule in screens(shared_app)
        if "POST" in rule.methods and rule.endpoint not in OPEN - ASKS_FIRST
    }
    assert set(statuses.values()) == {400}


def test_a_visitor_is_sent_to_sign_in_from_every_page(
    shared_app: Flask, shared_world: World, visitor: Browser
):
    for rule in screens(shared_app):
        if rule.endpoint in OPEN:
            continue
        address = address_of(rule, shared_world)
        for method in rule.methods & {"GET", "POST"}:
            answer = visitor.client.open(address, method=method)
            assert answer.status_code == 302, (method, address)
            assert answer.location.startswith("/login/?next="), (method, address)


def test_the_menu_has_only_what_opens(people: dict[str, Browser]):
    for name, browser in people.items():
        menu = browser.get("/dashboard/").text.partition('id="navigation"')[2].partition("</nav>")[0]
        addresses = [part.partition('"')[0] for part in menu.split('href="')[1:]]
        assert len(addresses) > 4, (name, menu)
        assert {browser.client.get(address, follow_redirects=True).status_code for address in addresses} == {
            200
        }, name


def test_a_refusal_says_so_in_the_words_of_the_product(people: dict[str, Browser]):
    answer = people["victor"].get("/tenants/add")
    assert "You do not have permission to modify this item." in answer.text
