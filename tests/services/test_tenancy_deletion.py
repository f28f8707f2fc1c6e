"""What goes with a tenant or a site, what stays, and what stands against it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import Base
from app.errors import ConflictError
from app.models import (
    Alarm,
    ConfigFile,
    ConfigTemplate,
    ConfigurationValue,
    Device,
    JournalEntry,
    Operator,
    PhoneUser,
    Placeholder,
    Site,
    TemplateDefault,
    Tenant,
    UserKeysRow,
)
from app.models.enums import FileKind, RuleKind, Status, Train, ValueLevel
from app.security.tenant_scope import TenantOrNobody, TenantOrShared, TenantScoped
from app.services import journal, tenancy
from app.services.author import Author
from app.services.tenancy.deletion import GO_WITH_TENANT, OUTLIVE_TENANT, STAND_AGAINST
from app.services.usage import Departure, Fate
from tests import factories
from tests.factories import NOW
from tests.services.rule_writing import activate
from tests.services.statements import Statements


def default_tenant(session: Session) -> Tenant:
    return session.scalars(select(Tenant).where(Tenant.is_default)).one()


def counts(departing: Departure, fate: Fate) -> list[str]:
    return [consequence.usage.words for consequence in departing.of(fate)]


def add_template(session: Session, tenant: Tenant, name: str = "Acme desk") -> ConfigTemplate:
    template = ConfigTemplate(
        name=name,
        phone_model=factories.get_model(session),
        train=Train.UC,
        content="<x/>",
        tenant=tenant,
        changed_at=NOW,
    )
    session.add(template)
    session.flush()
    return template


def make_default(session: Session, tenant: Tenant, template: ConfigTemplate) -> None:
    session.add(
        TemplateDefault(
            tenant=tenant, phone_model=template.phone_model, train=template.train, template=template
        )
    )
    session.flush()


def furnish(session: Session, tenant: Tenant) -> None:
    """Give a tenant one or two of everything that goes with it."""
    activate(session, RuleKind.TEMPLATE, ("", {"give": "wait"}), tenant_id=tenant.id)
    berlin = factories.make_site(session, "Berlin", tenant=tenant)
    factories.make_site(session, "Lyon", tenant=tenant)
    anna = factories.make_user(session, tenant=tenant)
    template = add_template(session, tenant)
    make_default(session, tenant, template)
    factories.make_placeholder(session, "Primary_NTP", "10.1.0.1", tenant_id=tenant.id)
    factories.make_placeholder(session, "Primary_NTP", "10.1.0.2", tenant_id=tenant.id, site_id=berlin.id)
    factories.make_placeholder(session, "Proxy", "10.1.0.3", tenant_id=tenant.id, template_id=template.id)
    of_tenant = {"tenant_id": tenant.id, "parameter": "a/b", "value": "1"}
    session.add_all(
        [
            ConfigurationValue(level=ValueLevel.TENANT, **of_tenant),
            ConfigurationValue(level=ValueLevel.SITE, site_id=berlin.id, **of_tenant),
            ConfigurationValue(level=ValueLevel.USER, phone_user_id=anna.id, **of_tenant),
            UserKeysRow(
                phone_user_id=anna.id,
                tenant_id=tenant.id,
                version=1,
                lines="",
                changed_at=NOW,
                changed_by="phone plane",
            ),
            ConfigFile(
                name="acme_global.cfg",
                kind=FileKind.GLOBAL,
                content=b"",
                size=0,
                etag='"1"',
                generated_at=NOW,
                tenant_id=tenant.id,
            ),
        ]
    )
    session.flush()


def delete_tenant(session: Session, tenant: Tenant) -> None:
    tenancy.clear_tenant(session, tenant)
    session.delete(tenant)
    session.flush()


def delete_site(session: Session, site: Site) -> None:
    tenancy.clear_site(session, site)
    session.delete(site)
    session.flush()


def all_rows(session: Session) -> dict[str, int]:
    kinds = (*GO_WITH_TENANT, Tenant)
    return {kind.__tablename__: session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds}


def mapped_classes() -> Iterator[type]:
    for mapper in Base.registry.mappers:
        yield mapper.class_


def test_every_kind_of_row_that_a_tenant_has_is_decided_upon() -> None:
    of_tenants = {
        kind for kind in mapped_classes() if issubclass(kind, TenantScoped | TenantOrShared | TenantOrNobody)
    }
    assert of_tenants == {*OUTLIVE_TENANT, *GO_WITH_TENANT, *STAND_AGAINST}


def test_the_default_tenant_may_not_go(session: Session) -> None:
    default = default_tenant(session)
    assert not tenancy.departure_of_tenant(session, default).is_possible
    with pytest.raises(ConflictError, match="Default is the default tenant"):
        tenancy.clear_tenant(session, default)


def test_all_that_goes_with_a_tenant_is_told(session: Session) -> None:
    acme = factories.make_tenant(session)
    furnish(session, acme)
    departing = tenancy.departure_of_tenant(session, acme)
    assert departing.is_possible
    assert counts(departing, Fate.GOES) == [
        "2 sites", "1 phone user", "1 template", "1 Zero Touch default", "3 placeholder values",
        "3 configuration values", "1 user's speed dials", "1 configuration file", "1 rule of its own",
    ]  # fmt: skip
    assert [thing.name for thing in departing.of(Fate.GOES)[0].usage.first] == ["Berlin", "Lyon"]


def test_what_goes_with_a_tenant_is_gone_and_nothing_else(session: Session) -> None:
    before = all_rows(session)
    acme, globex = factories.make_tenant(session), factories.make_tenant(session, "Globex")
    furnish(session, acme)
    factories.make_site(session, "Oslo", tenant=globex)
    delete_tenant(session, acme)
    after = all_rows(session)
    assert after == before | {"site": before["site"] + 2, "tenant": before["tenant"] + 1}


def test_history_outlives_its_tenant(session: Session) -> None:
    acme = factories.make_tenant(session)
    alarm = factories.make_alarm(session, tenant=acme, site=factories.auto_detection(session, acme))
    journal.record(
        session, at=NOW, author=Author("alice"), action="x", subject="Acme", text="It was.", tenant_id=acme.id
    )
    session.flush()
    delete_tenant(session, acme)
    kept = session.execute(select(Alarm.tenant_id, Alarm.site_id).where(Alarm.id == alarm.id)).one()
    assert tuple(kept) == (None, None)
    assert session.scalars(select(JournalEntry.tenant_id).where(JournalEntry.subject == "Acme")).all() == [
        None
    ]


def test_devices_stand_against_the_deletion_of_their_tenant(session: Session) -> None:
    acme = factories.make_tenant(session)
    devices = [factories.make_device(session, tenant=acme) for _ in range(7)]
    [against] = tenancy.departure_of_tenant(session, acme).of(Fate.REFUSES)
    assert (against.usage.words, against.usage.others) == ("7 devices", 2)
    assert [thing.id for thing in against.usage.first] == sorted(device.mac for device in devices)[:5]
    with pytest.raises(ConflictError, match=r"The tenant Acme still has 7 devices\. Move the devices"):
        tenancy.clear_tenant(session, acme)


def test_waiting_phones_stand_against_it_until_they_fall_silent(session: Session) -> None:
    acme = factories.make_tenant(session)
    here = {"tenant": acme, "site": factories.auto_detection(session, acme)}
    phone = factories.make_status(session, **here)
    factories.make_status(session, status=None, **here)
    with pytest.raises(ConflictError, match="2 waiting phones"):
        tenancy.clear_tenant(session, acme)
    phone.status = Status.DISCONNECTED
    departing = tenancy.departure_of_tenant(session, acme)
    assert counts(departing, Fate.REFUSES) == ["1 waiting phone"]
    assert counts(departing, Fate.STAYS) == ["1 waiting phone that is disconnected"]


def test_a_silent_phone_waits_without_the_tenant_that_went(session: Session) -> None:
    acme = factories.make_tenant(session)
    phone = factories.make_status(
        session,
        tenant=acme,
        site=factories.auto_detection(session, acme),
        status=Status.DISCONNECTED,
    )
    delete_tenant(session, acme)
    session.refresh(phone)
    assert (phone.tenant_id, phone.site_id, phone.digest) == (None, None, None)


def test_phones_of_others_that_use_its_template_or_user_stand_against_it(session: Session) -> None:
    acme, globex = factories.make_tenant(session), factories.make_tenant(session, "Globex")
    factories.make_device(session, tenant=globex, template=add_template(session, acme))
    factories.make_device(session, tenant=globex, phone_user=factories.make_user(session, tenant=acme))
    with pytest.raises(ConflictError, match="2 devices of other tenants"):
        tenancy.clear_tenant(session, acme)


def test_the_default_of_another_tenant_stands_against_it(session: Session) -> None:
    acme, globex = factories.make_tenant(session), factories.make_tenant(session, "Globex")
    make_default(session, globex, add_template(session, acme))
    [against] = tenancy.departure_of_tenant(session, acme).of(Fate.REFUSES)
    assert [thing.name for thing in against.usage.first] == ["Globex"]


def test_the_system_user_moves_to_the_default_tenant(session: Session) -> None:
    first = default_tenant(session)
    acme = factories.make_tenant(session)
    acme.is_default = True
    tenancy.prepare_changed_tenant(session, acme)
    session.flush()
    session.refresh(first)
    assert counts(tenancy.departure_of_tenant(session, first), Fate.STAYS) == ["1 system user"]
    delete_tenant(session, first)
    assert session.scalars(select(PhoneUser.tenant_id).where(PhoneUser.is_system)).all() == [acme.id]


def test_accounts_that_name_the_tenant_are_told_and_stay(session: Session) -> None:
    acme = factories.make_tenant(session)
    olga = Operator(
        username="olga",
        first_name="Olga",
        last_name="Example",
        email="olga@example.com",
        password="x",
        tenants=[acme],
    )
    session.add(olga)
    session.flush()
    assert counts(tenancy.departure_of_tenant(session, acme), Fate.STAYS) == ["1 operator's account"]
    delete_tenant(session, acme)
    session.refresh(olga)
    assert (olga.tenants, olga.sees_all_tenants) == ([], False)


def test_autodetection_may_not_go_alone(session: Session) -> None:
    site = factories.auto_detection(session, factories.make_tenant(session))
    with pytest.raises(ConflictError, match="goes with its tenant"):
        tenancy.clear_site(session, site)


def test_phones_of_a_site_that_goes_are_in_autodetection(session: Session) -> None:
    acme = factories.make_tenant(session)
    berlin, lyon = (factories.make_site(session, name, tenant=acme) for name in ("Berlin", "Lyon"))
    device, other = factories.make_device(session, site=berlin), factories.make_device(session, site=lyon)
    status = factories.make_status(session, device=device)
    waiting = factories.make_status(session, tenant=acme, site=berlin)
    assert counts(tenancy.departure_of_site(session, berlin), Fate.STAYS) == ["1 device", "1 waiting phone"]
    delete_site(session, berlin)
    there = factories.auto_detection(session, acme).id
    for row in (device, other, status, waiting):
        session.refresh(row)
    assert [device.site_id, status.site_id, waiting.site_id] == [there] * 3
    assert (status.digest, waiting.digest) == (None, None)
    assert other.site_id == lyon.id


def test_the_values_of_a_site_go_with_it_and_those_of_its_tenant_stay(session: Session) -> None:
    acme = factories.make_tenant(session)
    furnish(session, acme)
    berlin = session.scalars(select(Site).where(Site.name == "Berlin")).one()
    departing = tenancy.departure_of_site(session, berlin)
    assert departing.words_of_what_goes == "1 placeholder value, 1 configuration value"
    delete_site(session, berlin)
    values = select(func.count()).select_from(ConfigurationValue)
    assert session.scalar(values.where(ConfigurationValue.tenant_id == acme.id)) == 2
    assert len(session.scalars(select(Placeholder).where(Placeholder.tenant_id == acme.id)).all()) == 2


def test_an_alarm_outlives_its_site(session: Session) -> None:
    berlin = factories.make_site(session)
    alarm = factories.make_alarm(session, tenant=berlin.tenant, site=berlin)
    delete_site(session, berlin)
    session.refresh(alarm)
    assert (alarm.tenant_id, alarm.site_id) == (berlin.tenant_id, None)


def test_a_fingerprint_changes_with_what_would_go(session: Session) -> None:
    acme = factories.make_tenant(session)
    bare = tenancy.departure_of_tenant(session, acme).fingerprint
    factories.make_site(session, "Berlin", tenant=acme)
    assert tenancy.departure_of_tenant(session, acme).fingerprint != bare


def test_counting_takes_as_many_statements_for_fifty_tenants_as_for_one(session: Session) -> None:
    tenants = [factories.make_tenant(session, f"Tenant {number}") for number in range(50)]
    device = factories.make_device(session, tenant=tenants[0])
    factories.make_status(session, device=device)
    factories.make_status(session, tenant=tenants[0], site=device.site)
    statements = Statements(session)
    ids = [tenant.id for tenant in tenants]
    assert statements.of(session, lambda: tenancy.figures_of_tenants(session, ids)) == 5
    found = tenancy.figures_of_tenants(session, ids)
    assert (found.sites[ids[0]], found.devices[ids[0]], found.waiting[ids[0]]) == (1, 1, 1)
    assert ids[1] not in found.devices


def test_deleted_devices_free_their_tenant(session: Session) -> None:
    acme = factories.make_tenant(session)
    device = factories.make_device(session, tenant=acme)
    session.delete(device)
    session.flush()
    delete_tenant(session, acme)
    assert session.scalars(select(Device.id)).all() == []
