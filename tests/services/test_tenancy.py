"""What an administrator may make of tenants and sites, and what stands against their deletion."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, RingmasterError
from app.models import Site, Tenant
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


def test_all_sites_that_a_smaller_subnet_would_leave_outside_are_told(session: Session) -> None:
    acme = add_tenant(session, "Acme", subnet="10.1.0.0/16")
    for number, name in enumerate(("Berlin", "Lyon", "Oslo", "Porto", "Turin"), 1):
        add_site(session, acme, name, subnet=f"10.1.{number}.0/24")
    acme.subnet = "10.1.1.0/24"
    with pytest.raises(ConflictError) as refusal:
        tenancy.prepare_changed_tenant(session, acme)
    assert str(refusal.value) == (
        "4 sites of Acme would lie outside 10.1.1.0/24: "
        "Lyon (10.1.2.0/24), Oslo (10.1.3.0/24), Porto (10.1.4.0/24) and 1 more."
    )


def test_a_tenant_that_gets_a_subnet_must_have_its_sites_in_it(session: Session) -> None:
    acme = add_tenant(session, "Acme")
    add_site(session, acme, "Berlin", subnet="10.1.2.0/24")
    acme.subnet = "2001:db8::/32"
    with pytest.raises(ConflictError, match="Berlin does not lie within"):
        tenancy.prepare_changed_tenant(session, acme)


def test_an_edit_cannot_take_a_subnet_that_another_has(session: Session) -> None:
    acme, globex = add_tenant(session, "Acme", subnet="10.1.0.0/16"), add_tenant(session, "Globex")
    add_site(session, acme, "Berlin", subnet="10.1.2.0/24")
    oslo = add_site(session, acme, "Oslo")
    globex.subnet, oslo.subnet = "::ffff:10.1.0.0/112", "10.1.2.0/255.255.255.0"
    with pytest.raises(ConflictError, match="Acme has the subnet"):
        tenancy.prepare_changed_tenant(session, globex)
    with pytest.raises(ConflictError, match="Berlin has the subnet"):
        tenancy.prepare_site(session, oslo)
    session.rollback()


def test_the_database_itself_holds_one_subnet_to_one_tenant(session: Session) -> None:
    add_tenant(session, "Acme", subnet="10.1.0.0/16")
    session.add(Tenant(name="Globex", subnet="10.1.0.0/16", created_at=NOW))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_each_refusal_names_the_field_that_is_wrong(session: Session) -> None:
    acme = add_tenant(session, "Acme", subnet="10.1.0.0/16", external_id="17")
    wrong = {
        "name": Tenant(name="ACME"),
        "subnet": Tenant(name="Globex", subnet="10.1.2.3/16"),
        "external_id": Tenant(name="Globex", external_id="17"),
        "endpoint_licenses": Tenant(name="Globex", endpoint_licenses=-1),
    }
    for field, tenant in wrong.items():
        with pytest.raises(RingmasterError) as refusal:
            tenancy.prepare_changed_tenant(session, tenant)
        assert refusal.value.by_field.keys() == {field}
    for field, site in {
        "tenant": Site(name="Berlin"),
        "name": Site(name="/", tenant=acme),
        "subnet": Site(name="Berlin", tenant=acme, subnet="10.2.0.0/16"),
    }.items():
        with pytest.raises(RingmasterError) as refusal:
            tenancy.prepare_site(session, site)
        assert refusal.value.by_field.keys() == {field}
    session.expunge_all()


def test_a_tenant_that_is_not_the_default_is_told_that_it_approves_nobody(session: Session) -> None:
    acme = Tenant(name="Acme", approves_automatically=True)
    [doubt] = tenancy.prepare_new_tenant(session, acme, now=NOW)
    assert doubt.startswith("Acme is not the default tenant")
    acme.is_default = True
    assert tenancy.prepare_changed_tenant(session, acme) == []


def test_who_is_the_default_besides_a_tenant_is_found(session: Session) -> None:
    default = session.scalars(select(Tenant).where(Tenant.is_default)).one()
    assert tenancy.find_default_besides(session, Tenant()) is default
    assert tenancy.find_default_besides(session, default) is None


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
