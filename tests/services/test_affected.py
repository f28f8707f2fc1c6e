"""Which phones a change of a value concerns, and what Generate would change in their files."""

import pytest

from app.models.enums import Layer, ValueLevel, VlanMode
from app.rendering.line_differences import Change, Difference
from app.security.tenant_scope import only_tenants, set_scope
from app.services import affected, config_files
from app.services.affected import (
    DaylightChange,
    LinesChange,
    PlaceholderChange,
    PlaceholdersChange,
    TemplateChange,
)
from app.services.author import Author
from app.services.config_files import differences
from app.services.config_files.differences import Outdated
from app.services.configuration_values import changes as lines
from app.services.value_owners import OwnerKind, get_owner
from tests import factories
from tests.factories import NOW
from tests.services.statements import Statements

NTP = "Primary_NTP"


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


@pytest.fixture
def phones(session, acme):
    """Two phones of Acme in Berlin, one in Lyon, one of Globex; generic, but for the one in Lyon."""
    generic = factories.get_template(session, "Audiocodes_430HD")
    berlin, lyon = (factories.make_site(session, name, tenant=acme) for name in ("Berlin", "Lyon"))
    globex = factories.make_tenant(session, "Globex")
    return {
        "berlin 1": factories.make_device(session, site=berlin, template=generic),
        "berlin 2": factories.make_device(session, site=berlin, template=generic),
        "lyon": factories.make_device(session, site=lyon),
        "globex": factories.make_device(session, tenant=globex, template=generic),
    }


@pytest.fixture
def concerned(session, phones):
    def concerned(change):
        session.flush()
        ids = session.scalars(affected.affected_by(session, change)).all()
        return [name for name, device in phones.items() if device.id in ids]

    return concerned


def lay_over(session, kind, row, *pairs):
    owner = get_owner(session, OwnerKind(kind), row.id)
    lines.lay_over(session, owner, pairs, replaces=True, author=Author("alice"), now=NOW)


class TestPlaceholders:
    def test_a_layer_concerns_its_own_phones(self, phones, acme, concerned):
        berlin = phones["berlin 1"]
        generic = ["berlin 1", "berlin 2", "globex"]
        assert concerned(PlaceholderChange(Layer.SYSTEM, None, NTP)) == generic
        assert concerned(PlaceholderChange(Layer.TEMPLATE, berlin.template_id, NTP)) == generic
        assert concerned(PlaceholderChange(Layer.TENANT, acme.id, NTP)) == ["berlin 1", "berlin 2"]
        assert concerned(PlaceholderChange(Layer.SITE, berlin.site_id, NTP)) == ["berlin 1", "berlin 2"]
        assert concerned(PlaceholderChange(Layer.DEVICE, berlin.id, NTP)) == ["berlin 1"]

    def test_phones_with_a_nearer_value_are_not_concerned(self, session, phones, acme, concerned):
        first, second = phones["berlin 1"], phones["berlin 2"]
        factories.make_placeholder(session, NTP, "x", tenant_id=acme.id, device_id=first.id)
        assert concerned(PlaceholderChange(Layer.TENANT, acme.id, NTP)) == ["berlin 2"]
        factories.make_placeholder(session, NTP, "x", tenant_id=acme.id, site_id=second.site_id)
        assert concerned(PlaceholderChange(Layer.SYSTEM, None, NTP)) == ["globex"]
        assert concerned(PlaceholderChange(Layer.SITE, first.site_id, NTP)) == ["berlin 2"]

    def test_a_phones_own_fields_are_nearer_than_its_site(self, phones, acme, concerned):
        phones["berlin 1"].language = "German"
        phones["berlin 2"].vlan_mode = VlanMode.MANUAL
        assert concerned(PlaceholderChange(Layer.TENANT, acme.id, "Language")) == ["berlin 2", "lyon"]
        assert "berlin 2" not in concerned(PlaceholderChange(Layer.TENANT, acme.id, "VLANID"))
        assert concerned(PlaceholderChange(Layer.DEVICE, phones["berlin 1"].id, "Language")) == ["berlin 1"]

    def test_a_placeholder_that_no_template_has_concerns_nobody(self, acme, concerned):
        assert concerned(PlaceholderChange(Layer.TENANT, acme.id, "P_Nowhere")) == []


class TestOthers:
    def test_lines_concern_the_phones_of_their_owner(self, session, phones, acme, concerned):
        user = factories.make_user(session, "anna", tenant=acme)
        phones["lyon"].phone_user = user
        assert concerned(LinesChange(ValueLevel.TENANT, acme.id)) == ["berlin 1", "berlin 2", "lyon"]
        assert concerned(LinesChange(ValueLevel.SITE, phones["lyon"].site_id)) == ["lyon"]
        session.flush()
        assert concerned(LinesChange(ValueLevel.USER, user.id)) == ["lyon"]

    def test_a_template_that_takes_no_lines_of_a_tenant_is_not_concerned(self, phones, acme, concerned):
        template = phones["lyon"].template
        template.content = template.content.replace("zzz1_tenant_cfg=ENABLE", "zzz1_tenant_cfg=DISABLE")
        assert "DISABLE" in template.content
        assert concerned(LinesChange(ValueLevel.TENANT, acme.id)) == ["berlin 1", "berlin 2"]

    def test_a_template_and_daylight_saving_concern_who_uses_them(self, phones, concerned):
        assert concerned(TemplateChange(phones["lyon"].template_id)) == ["lyon"]
        assert concerned(DaylightChange()) == list(phones)

    def test_a_phone_without_template_is_never_concerned(self, phones, concerned):
        phones["lyon"].template = None
        assert "lyon" not in concerned(DaylightChange())

    def test_placeholders_of_an_owner_concern_its_phones_whichever_they_are(self, phones, acme, concerned):
        assert concerned(PlaceholdersChange(Layer.TENANT, acme.id)) == ["berlin 1", "berlin 2", "lyon"]
        assert concerned(PlaceholdersChange(Layer.DEVICE, phones["lyon"].id)) == ["lyon"]

    def test_several_changes_are_one_question(self, session, phones, acme):
        session.flush()
        found = affected.affected_by_any(
            session,
            [
                LinesChange(ValueLevel.SITE, phones["lyon"].site_id),
                PlaceholderChange(Layer.TENANT, acme.id, NTP),
            ],
        )
        assert affected.count(session, found, 100) == 3
        assert affected.count(session, affected.affected_by_any(session, []), 100) == 0

    @pytest.mark.usefixtures("phones")
    def test_an_account_of_one_tenant_counts_its_own_phones_only(self, session, acme):
        session.flush()
        set_scope(session, only_tenants([acme.id]))
        found = affected.affected_by(session, DaylightChange())
        assert affected.count(session, found, 100) == 3
        assert affected.count(session, affected.everybody(), 100) == 3


class TestSharedFiles:
    @pytest.fixture
    def shared_by(self, session, phones):
        """Let the global file of the template in Lyon have a placeholder, and say which templates are concerned."""
        template = phones["lyon"].template
        template.content = template.content.replace(
            "<data><![CDATA[]]></data>", "<data><![CDATA[ntp=%ITCS_Primary_NTP%]]></data>", 1
        )

        def shared_by(change):
            session.flush()
            names = {device.template_id: device.template.name for device in phones.values()}
            return {names[found] for found in session.scalars(affected.shared_by_any(session, [change]))}

        return shared_by

    def test_they_take_values_of_the_system_and_of_their_template(self, phones, shared_by):
        template = phones["lyon"].template
        assert shared_by(PlaceholderChange(Layer.SYSTEM, None, NTP)) == {template.name}
        assert shared_by(PlaceholderChange(Layer.TEMPLATE, template.id, NTP)) == {template.name}
        assert shared_by(PlaceholdersChange(Layer.TEMPLATE, template.id)) == {template.name}
        assert shared_by(TemplateChange(template.id)) == {template.name}
        assert shared_by(PlaceholderChange(Layer.SYSTEM, None, "SRTP")) == set()

    def test_a_tenants_value_is_in_those_of_its_own_templates_only(self, phones, acme, shared_by):
        change = PlaceholderChange(Layer.TENANT, acme.id, NTP)
        assert shared_by(change) == set()
        phones["lyon"].template.tenant = acme
        assert shared_by(change) == {phones["lyon"].template.name}

    def test_values_of_sites_phones_and_lines_are_in_none(self, phones, acme, shared_by):
        lyon = phones["lyon"]
        assert shared_by(PlaceholderChange(Layer.SITE, lyon.site_id, NTP)) == set()
        assert shared_by(PlaceholdersChange(Layer.DEVICE, lyon.id)) == set()
        assert shared_by(LinesChange(ValueLevel.TENANT, acme.id)) == set()
        assert shared_by(DaylightChange()) == set()


class TestDifferences:
    def test_files_that_generate_would_change_are_found(self, session, phones, acme):
        ids = [device.id for device in phones.values()]
        config_files.generate_many(session, ids[:3], now=NOW)
        lay_over(session, "tenant", acme, ("a/b", "1"))
        assert differences.find_outdated(session, ids) == [
            Outdated(device.id, device.mac, has_file=name != "globex") for name, device in phones.items()
        ]
        config_files.generate_many(session, ids, now=NOW)
        assert differences.find_outdated(session, ids) == []

    def test_looking_for_them_changes_nothing(self, session, phones):
        device = phones["lyon"]
        differences.find_outdated(session, [device.id])
        differences.difference(session, device, with_secrets=True)
        assert config_files.find(session, config_files.name_for(device.mac)) is None

    def test_ten_times_as_many_phones_take_as_many_statements(self, session, phones):
        site, template = phones["lyon"].site, phones["lyon"].template
        statements = Statements(session)
        one = statements.of(session, lambda: differences.find_outdated(session, [phones["lyon"].id]))
        ids = [factories.make_device(session, site=site, template=template).id for _ in range(10)]
        assert statements.of(session, lambda: differences.find_outdated(session, ids)) == one

    def test_the_difference_is_told_line_by_line_with_secrets_masked(self, session, phones, acme):
        device = phones["berlin 1"]
        lay_over(session, "tenant", acme, ("a/b", "1"), ("system/password", "first"))
        config_files.generate(session, device, now=NOW)
        lay_over(session, "tenant", acme, ("a/b", "2"), ("system/password", "second"))
        masked = differences.difference(session, device, with_secrets=False)
        assert changes_in(masked) == [
            (Change.REMOVED, "a/b = 1"),
            (Change.REMOVED, "system/password = ••••••"),
            (Change.ADDED, "a/b = 2"),
            (Change.ADDED, "system/password = ••••••"),
        ]
        shown = differences.difference(session, device, with_secrets=True)
        assert (Change.ADDED, "system/password = second") in changes_in(shown)

    def test_a_secret_that_stays_is_no_difference(self, session, phones, acme):
        device = phones["berlin 1"]
        lay_over(session, "tenant", acme, ("a/b", "1"), ("system/password", "first"))
        config_files.generate(session, device, now=NOW)
        lay_over(session, "tenant", acme, ("a/b", "2"))
        masked = differences.difference(session, device, with_secrets=False)
        assert changes_in(masked) == [(Change.REMOVED, "a/b = 1"), (Change.ADDED, "a/b = 2")]

    def test_a_file_that_stays_has_no_difference(self, session, phones):
        device = phones["berlin 1"]
        config_files.generate(session, device, now=NOW)
        assert not differences.difference(session, device, with_secrets=True)
        device.template = None
        session.flush()
        assert not differences.difference(session, device, with_secrets=True)


def changes_in(difference: Difference) -> list[tuple[Change, str]]:
    told = [line for block in difference.blocks for line in block]
    return [(line.change, line.text) for line in told if line.change is not Change.SAME]
