"""Placeholders: added, changed, deleted and copied, what holds without them, and what holds on one phone."""

import pytest
from sqlalchemy import select

from app.errors import InvalidInputError, NotAllowedError, NotFoundError
from app.models import JournalEntry, Placeholder
from app.models.enums import Layer
from app.rendering.secret_parameters import MASK
from app.security.tenant_scope import only_tenants, set_scope
from app.services.author import Author
from app.services.owned_values import PLACEHOLDERS
from app.services.placeholders import changes, copying, defaults, effective, listing
from app.services.placeholders.beneath import FIELDS, Beneath
from app.services.placeholders.effective import Given
from app.services.placeholders.listing import PlaceholderFilter
from app.services.placeholders.unset import unset_in_template
from app.services.value_owners import OwnerKind, get_owner, search
from tests import factories
from tests.factories import NOW
from tests.services.statements import Statements

ALICE = Author("alice", "10.0.0.9")


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


@pytest.fixture
def device(session, acme):
    site = factories.make_site(session, "Berlin", tenant=acme)
    user = factories.make_user(session, "160000", tenant=acme, display_name="Anna", password="s3cret")
    template = factories.get_template(session, "Audiocodes_430HD")
    return factories.make_device(session, site=site, phone_user=user, template=template)


def owner(session, kind, row):
    return get_owner(session, OwnerKind(kind), row.id)


def add(session, to, name="Primary_NTP", value="ntp.acme.com", description=""):
    return changes.add(session, to, name=name, value=value, description=description, author=ALICE, now=NOW)


def rows_of(session, layer, *, with_secrets=False, **wanted):
    found = listing.search(
        session, PlaceholderFilter(layer=layer, **wanted), number=1, size=50, with_secrets=with_secrets
    )
    return found.rows


def last_entry(session):
    return session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()


class TestChanges:
    def test_a_value_belongs_to_its_owner_and_is_noted(self, session, acme):
        row = add(session, owner(session, "tenant", acme), name=" %ITCS_Primary_NTP% ")
        assert (row.layer, row.tenant_id, row.name) == (Layer.TENANT, acme.id, "Primary_NTP")
        entry = last_entry(session)
        assert entry.text == "alice added %ITCS_Primary_NTP% of the tenant Acme."
        assert (entry.details, entry.tenant_id, entry.address) == (
            {"after": "ntp.acme.com"},
            acme.id,
            "10.0.0.9",
        )

    @pytest.mark.parametrize("kind", ["template", "tenant", "site", "device"])
    def test_each_name_is_there_once_for_each_owner(self, session, device, kind):
        row = device if kind == "device" else getattr(device, kind)
        to = owner(session, kind, row)
        add(session, to)
        with pytest.raises(InvalidInputError) as refused:
            add(session, to)
        assert refused.value.by_field.keys() == {"name"}
        assert "has %ITCS_Primary_NTP% already" in refused.value.by_field["name"]

    def test_all_fields_say_at_once_what_is_wrong(self, session, acme):
        with pytest.raises(InvalidInputError) as refused:
            add(session, owner(session, "tenant", acme), name="a-b", value="x\ny", description="x" * 2001)
        assert refused.value.by_field.keys() == {"name", "value", "description"}

    def test_the_phones_own_address_takes_no_value(self, session, acme):
        with pytest.raises(InvalidInputError, match="takes no value"):
            add(session, owner(session, "tenant", acme), name="mac", value="x")

    @pytest.mark.parametrize(
        ("name", "value", "kept"),
        [
            ("SRTP", "1", "1"),
            ("Proxy_port", "05061", "5061"),
            ("Language", "german", "German"),
            ("TimeZoneLocation", "+05:30", "+05:30"),
            ("TimeZoneLocation", "not_set", "not_set"),
            ("VLANMode", "", ""),
            ("Primary_NTP", "", ""),
            ("P_Own", " as it is ", " as it is "),
        ],
    )
    def test_a_value_with_a_format_is_kept_in_it(self, session, acme, name, value, kept):
        assert add(session, owner(session, "tenant", acme), name, value).value == kept

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SRTP", "2"),
            ("Proxy_port", "70000"),
            ("Language", "Klingon"),
            ("TimeZoneLocation", "+25:00"),
            ("Primary_NTP", "two words"),
            ("Redundant_outbound_proxy", "a" * 33),
            ("HTTP_OR_S", "ftp"),
        ],
    )
    def test_a_value_that_phones_do_not_take_is_refused_at_its_field(self, session, acme, name, value):
        with pytest.raises(InvalidInputError) as refused:
            add(session, owner(session, "tenant", acme), name, value)
        assert refused.value.by_field.keys() == {"value"}

    def test_a_secret_is_never_in_the_journal_whatever_it_was_called(self, session, acme):
        row = add(session, owner(session, "tenant", acme), "P_Door_PIN", "open-sesame")
        changes.edit(session, row, name="P_Door", value="open-sesame", description="", author=ALICE, now=NOW)
        changes.edit(
            session, row, name="P_Door_PIN", value="open-sesame", description="", author=ALICE, now=NOW
        )
        changes.delete(session, row, author=ALICE, now=NOW)
        entries = session.scalars(select(JournalEntry).where(JournalEntry.actor == "alice")).all()
        assert len(entries) == 4
        assert not [entry for entry in entries if "open-sesame" in f"{entry.text}{entry.details}"]

    def test_a_refused_change_leaves_the_value_as_it_was(self, session, acme):
        to = owner(session, "tenant", acme)
        add(session, to, "SRTP", "1")
        row = add(session, to)
        with pytest.raises(InvalidInputError):
            changes.edit(session, row, name="SRTP", value="x", description="", author=ALICE, now=NOW)
        session.expire_all()
        assert (row.name, row.value) == ("Primary_NTP", "ntp.acme.com")

    def test_what_all_tenants_share_is_not_changed_by_an_account_of_one(self, session, device, acme):
        set_scope(session, only_tenants([acme.id]))
        with pytest.raises(NotAllowedError, match="belongs to all tenants"):
            add(session, owner(session, "template", device.template))
        with pytest.raises(NotAllowedError):
            defaults.change_default(session, "SRTP", "1", author=ALICE, now=NOW)
        add(session, owner(session, "device", device))

    def test_what_is_another_tenants_does_not_exist(self, session, acme):
        globex = factories.make_tenant(session, "Globex")
        row = add(session, owner(session, "tenant", globex))
        session.flush()
        set_scope(session, only_tenants([acme.id]))
        with pytest.raises(NotFoundError):
            PLACEHOLDERS.get(session, OwnerKind.TENANT, row.id)
        with pytest.raises(NotFoundError):
            get_owner(session, OwnerKind.TENANT, globex.id)
        assert rows_of(session, Layer.TENANT) == []


class TestCopying:
    def test_it_says_what_is_there_and_keeps_it(self, session, acme):
        source, target = (
            owner(session, "tenant", acme),
            owner(session, "tenant", factories.make_tenant(session, "B")),
        )
        for name, value in (("SRTP", "1"), ("Primary_NTP", "a.com"), ("P_Own", "x")):
            add(session, source, name, value)
        add(session, target, "SRTP", "1")
        add(session, target, "Primary_NTP", "b.com")
        done = copying.copy(session, source, target, replaces=False, author=ALICE, now=NOW)
        assert (done.added, done.different, done.same) == (["P_Own"], ["Primary_NTP"], ["SRTP"])
        values = {row.name: row.value for row in rows_of(session, Layer.TENANT, owner_id=target.id)}
        assert values == {"P_Own": "x", "Primary_NTP": "b.com", "SRTP": "1"}

    def test_it_replaces_when_it_is_told_to(self, session, acme):
        source, target = (
            owner(session, "tenant", acme),
            owner(session, "tenant", factories.make_tenant(session, "B")),
        )
        add(session, source, value="a.com")
        add(session, target, value="b.com")
        copying.copy(session, source, target, replaces=True, author=ALICE, now=NOW)
        assert [row.value for row in rows_of(session, Layer.TENANT, owner_id=target.id)] == ["a.com"]
        assert last_entry(session).details == {"added": [], "replaced": ["Primary_NTP"]}

    def test_nothing_is_copied_to_itself(self, session, acme):
        with pytest.raises(InvalidInputError):
            copying.copy(session, *[owner(session, "tenant", acme)] * 2, replaces=True, author=ALICE, now=NOW)


class TestLists:
    def test_each_value_says_what_holds_without_it(self, session, device, acme):
        for kind, row in (
            ("template", device.template),
            ("tenant", acme),
            ("site", device.site),
            ("device", device),
        ):
            add(session, owner(session, kind, row), "MwiVmNumber", kind)
        without = {
            layer: row.beneath
            for layer in (Layer.TEMPLATE, Layer.TENANT, Layer.SITE, Layer.DEVICE)
            for row in rows_of(session, layer)
        }
        assert without == {
            Layer.TEMPLATE: Beneath("1000", "system"),
            Layer.TENANT: Beneath("1000", "system", templates=1),
            Layer.SITE: Beneath("tenant", "tenant"),
            Layer.DEVICE: Beneath("site", "site"),
        }

    def test_without_a_value_of_its_own_a_phones_fields_count(self, session, device):
        device.language = "German"
        session.flush()
        add(session, owner(session, "device", device), "Language", "Hebrew")
        assert rows_of(session, Layer.DEVICE)[0].beneath == Beneath("German", FIELDS)

    def test_secrets_are_masked_unless_they_may_be_seen(self, session, acme):
        add(session, owner(session, "tenant", acme), "P_Door_PIN", "open-sesame")
        assert rows_of(session, Layer.TENANT)[0].value == MASK
        assert rows_of(session, Layer.TENANT, with_secrets=True)[0].value == "open-sesame"

    def test_a_placeholder_is_a_secret_by_what_a_template_does_with_it(self, session, device, acme):
        device.template.content = device.template.content.replace(
            "zzz1_tenant_cfg", "system/pin=%ITCS_P_Own%\nzzz1_tenant_cfg"
        )
        session.flush()
        add(session, owner(session, "tenant", acme), "P_Own", "open-sesame")
        assert rows_of(session, Layer.TENANT)[0].value == MASK

    @pytest.mark.parametrize("words", ["mwi", "%ITCS_MwiVmNumber%", "voice", "Berlin"])
    def test_words_find_names_descriptions_and_owners(self, session, device, words):
        add(session, owner(session, "site", device.site), "MwiVmNumber", "1", "the voice mail")
        assert len(rows_of(session, Layer.SITE, words=words)) == 1
        assert rows_of(session, Layer.SITE, words="nothing of it") == []

    def test_a_phone_is_found_by_mac_user_and_extension(self, session, device):
        factories.make_status(session, device=device, device_id=device.id, phone_number="4711")
        add(session, owner(session, "device", device))
        for words in (device.mac, device.mac[6:], ":".join(device.mac[at : at + 2] for at in range(0, 12, 2)),
                      "Anna", "160000", "4711"):  # fmt: skip
            assert len(rows_of(session, Layer.DEVICE, words=words)) == 1, words
            assert [found.id for found in devices_found(session, words)] == [device.id], words

    def test_a_tenant_narrows_the_list(self, session, device):
        add(session, owner(session, "site", device.site))
        assert len(rows_of(session, Layer.SITE, tenant_name="acme")) == 1
        assert rows_of(session, Layer.SITE, tenant_name="Globex") == []

    def test_a_value_whose_template_became_another_tenants_is_not_listed(self, session, device, acme):
        add(session, owner(session, "template", device.template))
        device.template.tenant = factories.make_tenant(session, "Globex")
        session.flush()
        set_scope(session, only_tenants([acme.id]))
        assert rows_of(session, Layer.TEMPLATE) == []

    def test_a_long_list_takes_as_many_statements_as_a_short_one(self, session, device):
        add(session, owner(session, "device", device))
        statements = Statements(session)
        one = statements.of(session, lambda: rows_of(session, Layer.DEVICE))
        for _ in range(20):
            other = factories.make_device(session, site=device.site, template=device.template)
            add(session, owner(session, "device", other))
        assert statements.of(session, lambda: rows_of(session, Layer.DEVICE)) == one


def devices_found(session, words):
    return search(session, OwnerKind.DEVICE, words=words, tenant_name="", number=1, size=50).rows


class TestOnePhone:
    def values(self, session, device, *, with_secrets=False):
        rows = effective.effective_values(session, device, with_secrets=with_secrets)
        return {row.name: row for row in rows}

    def test_the_value_that_wins_stands_above_those_it_overrides(self, session, device, acme):
        own = add(session, owner(session, "device", device), "MwiVmNumber", "5")
        add(session, owner(session, "tenant", acme), "MwiVmNumber", "3")
        add(session, owner(session, "template", device.template), "MwiVmNumber", "2")
        row = self.values(session, device)["MwiVmNumber"]
        assert row.given == [
            Given("5", "device"),
            Given("3", "tenant"),
            Given("2", "template"),
            Given("1000", "system"),
        ]
        assert (row.own_id, row.is_used) == (own.id, True)

    def test_its_fields_stand_between_its_placeholders_and_its_site(self, session, device):
        row = self.values(session, device)["DisplayName"]
        assert row.given == [Given("Anna", FIELDS), Given("", "system")]

    def test_the_password_of_its_user_is_masked(self, session, device):
        assert self.values(session, device)["Line1AuthPassword"].given[0].value == MASK
        assert self.values(session, device, with_secrets=True)["Line1AuthPassword"].given[0].value == "s3cret"

    def test_what_its_template_has_not_is_told(self, session, device):
        add(session, owner(session, "device", device), "P_Nowhere", "5")
        assert not self.values(session, device)["P_Nowhere"].is_used


class TestTemplates:
    def test_private_placeholders_appear_by_themselves(self, session, device):
        device.template.content = device.template.content.replace(
            "zzz1_tenant_cfg", "a/b=%ITCS_P_Own%\nzzz1_tenant_cfg"
        )
        session.flush()
        unset = {row.name: row for row in unset_in_template(session, device.template_id, with_secrets=False)}
        assert unset["P_Own"].beneath == Beneath("", "template")
        assert unset["MwiVmNumber"].beneath == Beneath("1000", "system")
        add(session, owner(session, "template", device.template), "P_Own", "x")
        assert "P_Own" not in {
            row.name for row in unset_in_template(session, device.template_id, with_secrets=False)
        }


class TestDefaults:
    def named(self, session, name):
        return defaults.get_default(session, name, with_secrets=False)

    def test_the_catalogue_tells_what_was_delivered(self, session):
        found = self.named(session, "MwiVmNumber")
        assert (found.value, found.delivered, found.is_changed) == ("1000", "1000", False)

    def test_a_changed_default_is_told_and_can_be_reset(self, session):
        defaults.change_default(session, "MwiVmNumber", "2000", author=ALICE, now=NOW)
        assert (self.named(session, "MwiVmNumber").value, self.named(session, "MwiVmNumber").is_changed) == (
            "2000",
            True,
        )
        assert last_entry(session).details == {"before": "1000", "after": "2000"}
        defaults.reset_default(session, "MwiVmNumber", author=ALICE, now=NOW)
        assert self.named(session, "MwiVmNumber").value == "1000"

    def test_one_that_nobody_delivered_can_be_added(self, session):
        defaults.change_default(session, "Own_NTP", "ntp.example.com", author=ALICE, now=NOW)
        found = self.named(session, "Own_NTP")
        assert (found.value, found.group) == ("ntp.example.com", None)
        assert session.scalars(select(Placeholder.name).where(Placeholder.layer == Layer.SYSTEM)).all() == [
            "Own_NTP"
        ]

    @pytest.mark.parametrize("name", ["ServerIP", "KeepAlivePeriod", "mac", "Language"])
    def test_what_follows_from_something_else_is_changed_there(self, session, name):
        with pytest.raises(InvalidInputError):
            defaults.change_default(session, name, "1", author=ALICE, now=NOW)
