"""What an administrator may make of tenants and sites, and what stands against their deletion."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError
from app.models import (
    ConfigTemplate,
    ConfigurationValue,
    Device,
    DeviceStatus,
    JournalEntry,
    PhoneUser,
    Placeholder,
    Site,
    Tenant,
)
from app.models.enums import Approval, Layer, Origin, Train, ValueLevel
from app.services import tenancy

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SQLITE_IS_ENOUGH = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def add_tenant(session: Session, name: str, **fields) -> Tenant:
    tenant = Tenant(name=name, **fields)
    tenancy.prepare_new_tenant(session, tenant, now=NOW)
    session.flush()
    return tenant


def add_site(session: Session, tenant: Tenant, name: str, **fields) -> Site:
    site = Site(tenant=tenant, name=name, **fields)
    tenancy.prepare_site(session, site)
    session.add(site)
    session.flush()
    return site


def auto_detection_of(session: Session, tenant: Tenant) -> Site:
    return session.scalars(select(Site).where(Site.tenant_id == tenant.id, Site.is_auto_detection)).one()


def add_device(session: Session, site: Site, mac: str = "00908f000001") -> Device:
    device = Device(mac=mac, tenant_id=site.tenant_id, site_id=site.id, origin=Origin.ADDED, created_at=NOW)
    session.add(device)
    session.flush()
    return device


def add_waiting_phone(session: Session, site: Site) -> DeviceStatus:
    phone = DeviceStatus(
        mac="00908f000002",
        tenant_id=site.tenant_id,
        site_id=site.id,
        approval=Approval.NEEDED,
        first_seen_at=NOW,
        digest="0123456789abcdef",
    )
    session.add(phone)
    session.flush()
    return phone


def test_a_new_tenant_has_the_site_autodetection(session: Session) -> None:
    acme = add_tenant(session, "Acme")
    assert auto_detection_of(session, acme).name == "AutoDetection"


def test_a_name_is_kept_without_the_blanks_around_it(session: Session) -> None:
    assert add_tenant(session, "  Acme ").name == "Acme"


@SQLITE_IS_ENOUGH
@pytest.mark.parametrize(
    "name", ["", "   ", "x" * 101, "Acme/North", "Acme;x", "Acme\\x", "Ac\nme", "..", "."]
)
def test_a_name_that_cannot_stand_in_an_address_is_refused(session: Session, name: str) -> None:
    with pytest.raises(InvalidInputError, match="name"):
        add_tenant(session, name)


def test_two_tenants_cannot_have_one_name_in_whatever_case(session: Session) -> None:
    add_tenant(session, "Acme")
    with pytest.raises(ConflictError, match="already a tenant"):
        add_tenant(session, "ACME")


def test_two_tenants_cannot_have_one_external_id(session: Session) -> None:
    add_tenant(session, "Acme", external_id="17")
    with pytest.raises(ConflictError, match="Acme has the external id 17"):
        add_tenant(session, "Globex", external_id="17")


def test_tenants_without_external_id_do_not_stand_in_each_others_way(session: Session) -> None:
    add_tenant(session, "Acme", external_id="")
    assert add_tenant(session, "Globex", external_id=" ").external_id is None


@SQLITE_IS_ENOUGH
@pytest.mark.parametrize("licenses", [-1, 30_001])
def test_endpoint_licenses_out_of_range_are_refused(session: Session, licenses: int) -> None:
    with pytest.raises(InvalidInputError, match="0 to 30000"):
        add_tenant(session, "Acme", endpoint_licenses=licenses)


@SQLITE_IS_ENOUGH
@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("10.1.0.0/255.255.0.0", "10.1.0.0/16"),
        (" 2001:DB8::/32 ", "2001:db8::/32"),
        ("", None),
        (None, None),
    ],
)
def test_a_subnet_is_kept_in_its_canonical_form(
    session: Session, written: str | None, kept: str | None
) -> None:
    assert add_tenant(session, "Acme", subnet=written).subnet == kept


def test_a_subnet_that_is_none_is_refused(session: Session) -> None:
    with pytest.raises(InvalidInputError, match=r"10\.1\.0\.0/16"):
        add_tenant(session, "Acme", subnet="10.1.2.3/16")


def test_a_subnet_that_looks_like_a_mask_is_doubted_and_taken(session: Session) -> None:
    acme = Tenant(name="Acme", subnet="255.255.0.0/16")
    assert tenancy.prepare_new_tenant(session, acme, now=NOW) == [
        "The subnet 255.255.0.0/16 looks like a subnet mask; give the address of the network instead."
    ]


def test_two_tenants_cannot_have_one_subnet(session: Session) -> None:
    add_tenant(session, "Acme", subnet="10.1.0.0/16")
    with pytest.raises(ConflictError, match="Acme has the subnet"):
        add_tenant(session, "Globex", subnet="10.1.0.0/255.255.0.0")


def test_a_tenants_subnet_may_lie_within_anothers(session: Session) -> None:
    add_tenant(session, "Acme", subnet="10.1.0.0/16")
    assert add_tenant(session, "Globex", subnet="10.1.2.0/24").subnet == "10.1.2.0/24"


def test_a_sites_subnet_must_lie_within_its_tenants(session: Session) -> None:
    acme = add_tenant(session, "Acme", subnet="10.1.0.0/16")
    with pytest.raises(ConflictError, match=r"10\.2\.0\.0/24 of the site Berlin does not lie within"):
        add_site(session, acme, "Berlin", subnet="10.2.0.0/24")


def test_a_tenants_subnet_cannot_shrink_away_from_its_sites(session: Session) -> None:
    acme = add_tenant(session, "Acme", subnet="10.1.0.0/16")
    add_site(session, acme, "Berlin", subnet="10.1.2.0/24")
    acme.subnet = "10.1.0.0/23"
    with pytest.raises(ConflictError, match="Berlin does not lie within"):
        tenancy.prepare_changed_tenant(session, acme)


def test_a_site_of_a_tenant_without_subnet_may_lie_anywhere(session: Session) -> None:
    acme = add_tenant(session, "Acme")
    assert add_site(session, acme, "Berlin", subnet="10.1.2.0/24").subnet == "10.1.2.0/24"


def test_sites_of_two_tenants_may_have_one_name_and_one_subnet(session: Session) -> None:
    for tenant in (add_tenant(session, "Acme"), add_tenant(session, "Globex")):
        site = add_site(session, tenant, "Berlin", subnet="192.168.1.0/24")
        assert site.tenant is tenant


def test_two_sites_of_a_tenant_cannot_have_one_name(session: Session) -> None:
    acme = add_tenant(session, "Acme")
    add_site(session, acme, "Berlin")
    with pytest.raises(ConflictError, match="already a site berlin"):
        add_site(session, acme, "berlin")


def test_two_sites_of_a_tenant_cannot_have_one_subnet(session: Session) -> None:
    acme = add_tenant(session, "Acme")
    add_site(session, acme, "Berlin", subnet="10.1.2.0/24")
    with pytest.raises(ConflictError, match="The site Berlin has the subnet"):
        add_site(session, acme, "Oslo", subnet="10.1.2.0/24")


def test_a_site_needs_a_tenant(session: Session) -> None:
    with pytest.raises(InvalidInputError, match="Choose the tenant"):
        tenancy.prepare_site(session, Site(name="Berlin"))


def test_a_site_that_is_saved_unchanged_passes(session: Session) -> None:
    acme = add_tenant(session, "Acme", subnet="10.1.0.0/16")
    berlin = add_site(session, acme, "Berlin", subnet="10.1.2.0/24")
    assert tenancy.prepare_site(session, berlin) == []


def test_a_site_stays_with_its_tenant(session: Session) -> None:
    berlin = add_site(session, add_tenant(session, "Acme"), "Berlin")
    berlin.tenant = add_tenant(session, "Globex")
    with pytest.raises(ConflictError, match="stays with its tenant"):
        tenancy.prepare_site(session, berlin)


def test_autodetection_keeps_its_name_and_may_be_described(session: Session) -> None:
    site = auto_detection_of(session, add_tenant(session, "Acme"))
    site.description = "Phones that have no other place"
    tenancy.prepare_site(session, site)
    site.name = "Elsewhere"
    with pytest.raises(ConflictError, match="AutoDetection keeps its name"):
        tenancy.prepare_site(session, site)


def test_a_new_default_tenant_takes_over_from_the_old_one(session: Session) -> None:
    add_tenant(session, "Acme", is_default=True)
    assert session.scalars(select(Tenant.name).where(Tenant.is_default)).all() == ["Acme"]


def test_a_changed_tenant_takes_over_as_the_default(session: Session) -> None:
    acme = add_tenant(session, "Acme")
    acme.is_default = True
    tenancy.prepare_changed_tenant(session, acme)
    session.flush()
    assert session.scalars(select(Tenant.name).where(Tenant.is_default)).all() == ["Acme"]


def test_the_default_tenant_cannot_just_stop_being_it(session: Session) -> None:
    default = session.scalars(select(Tenant).where(Tenant.is_default)).one()
    default.is_default = False
    with pytest.raises(ConflictError, match="make another tenant the default"):
        tenancy.prepare_changed_tenant(session, default)


def test_the_default_tenant_may_not_go(session: Session) -> None:
    default = session.scalars(select(Tenant).where(Tenant.is_default)).one()
    with pytest.raises(ConflictError, match="Default is the default tenant"):
        tenancy.check_tenant_may_go(session, default)


def test_what_a_tenant_still_has_is_counted(session: Session) -> None:
    acme = add_tenant(session, "Acme")
    site = add_site(session, acme, "Berlin")
    add_device(session, site, "00908f000001")
    add_device(session, site, "00908f000002")
    session.add(PhoneUser(name="anna@acme.example", tenant=acme, created_at=NOW))
    session.flush()
    with pytest.raises(ConflictError, match="Acme still has 2 devices, 1 phone users, 1 sites;"):
        tenancy.check_tenant_may_go(session, acme)


def test_a_tenant_goes_with_its_values_and_leaves_its_history(session: Session) -> None:
    acme = add_tenant(session, "Acme")
    phone = add_waiting_phone(session, auto_detection_of(session, acme))
    session.add_all(
        [
            Placeholder(layer=Layer.TENANT, tenant_id=acme.id, name="Primary_NTP", value="10.1.0.1"),
            ConfigurationValue(level=ValueLevel.TENANT, tenant_id=acme.id, parameter="a/b", value="1"),
            JournalEntry(
                at=NOW, actor="alice", action="x", subject="Acme", text="It was.", tenant_id=acme.id
            ),
        ]
    )
    session.flush()
    tenancy.clear_tenant(session, acme)
    session.delete(acme)
    session.flush()
    session.refresh(phone)
    assert (phone.tenant_id, phone.site_id, phone.digest) == (None, None, None)
    assert session.scalars(select(JournalEntry.text).where(JournalEntry.subject == "Acme")).all() == [
        "It was."
    ]
    assert session.scalars(select(Placeholder).where(Placeholder.name == "Primary_NTP")).all() == []


def test_a_tenant_with_a_template_of_its_own_may_not_go(session: Session) -> None:
    acme = add_tenant(session, "Acme")
    factory = session.scalars(select(ConfigTemplate).limit(1)).one()
    session.add(
        ConfigTemplate(
            name="Acme's own",
            phone_model_id=factory.phone_model_id,
            train=Train.UC,
            content="<x/>",
            tenant_id=acme.id,
            changed_at=NOW,
        )
    )
    session.flush()
    with pytest.raises(ConflictError, match="still has 1 templates"):
        tenancy.clear_tenant(session, acme)


def test_autodetection_may_not_go_alone(session: Session) -> None:
    site = auto_detection_of(session, add_tenant(session, "Acme"))
    with pytest.raises(ConflictError, match="goes with its tenant"):
        tenancy.check_site_may_go(session, site)


def test_a_site_with_devices_may_not_go(session: Session) -> None:
    berlin = add_site(session, add_tenant(session, "Acme"), "Berlin")
    add_device(session, berlin)
    with pytest.raises(ConflictError, match="The site Berlin still has 1 devices"):
        tenancy.check_site_may_go(session, berlin)


def test_phones_that_wait_in_a_site_that_goes_wait_in_autodetection(session: Session) -> None:
    acme = add_tenant(session, "Acme")
    berlin = add_site(session, acme, "Berlin")
    phone = add_waiting_phone(session, berlin)
    tenancy.clear_site(session, berlin)
    session.delete(berlin)
    session.flush()
    session.refresh(phone)
    assert (phone.site_id, phone.digest) == (auto_detection_of(session, acme).id, None)
