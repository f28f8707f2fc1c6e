"""What operations do to our own rows: to each target once, with a reason for those to which it cannot be done."""

import pytest
from sqlalchemy import select

from app.errors import InvalidInputError
from app.models import (
    ConfigFile,
    ConfigurationValue,
    Device,
    PhoneUser,
    Placeholder,
)
from app.models.enums import Action, Subject, TargetState, ValueLevel, VlanMode
from app.rules.actions import KINDS
from app.rules.phone_calls import FACTORY, PhoneCall, SignIn
from app.services import settings
from app.services.operations import calls, local, results, starting
from app.services.operations.calls import Ports
from app.services.operations.targets import GONE_ELSEWHERE, Chosen
from tests.factories import NOW, make_device, make_placeholder, make_site, make_status, make_tenant, make_user
from tests.services.operating import ALICE, begin, claim, make_phones, order, targets_of

S = TargetState


def work_off(session, operation):
    claimed = claim(session, is_local=True)
    results.record(session, operation, local.work_off(session, claimed, now=NOW), owner="a worker", now=NOW)
    return [(target.state, target.reason) for target in targets_of(session, operation)]


def test_files_are_generated_for_devices_with_a_template(session):
    one, other = make_phones(session, 2)
    bare = make_device(session, template=None)
    operation = begin(session, [one, other, bare], Action.GENERATE)
    assert work_off(session, operation) == [
        (S.CONFIRMED, ""),
        (S.CONFIRMED, ""),
        (S.FAILED, "It has no template, so there is nothing to make its file from."),
    ]
    assert set(session.scalars(select(ConfigFile.device_id).where(ConfigFile.device_id.is_not(None)))) == {
        one.id,
        other.id,
    }


def test_devices_that_are_gone_or_elsewhere_by_now_are_skipped(session):
    here, gone, moved = make_phones(session, 3)
    operation = begin(session, [here, gone, moved], Action.LANGUAGE, options={"language": "German"})
    session.execute(Device.__table__.update().where(Device.mac == gone.mac).values(mac="00908fffffff"))
    moved.tenant = make_tenant(session, "Globex")
    session.flush()
    states = [state for state, _ in work_off(session, operation)]
    assert states == [S.CONFIRMED, S.SKIPPED, S.SKIPPED]
    assert (here.language, moved.language) == ("German", "")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_vlan_discovery_mode_is_changed(session):
    devices = make_phones(session, 2)
    operation = begin(session, devices, Action.VLAN_MODE, options={"vlan_mode": "LLDP"})
    work_off(session, operation)
    assert {device.vlan_mode for device in devices} == {VlanMode.LLDP}


def test_phones_go_to_another_tenant_with_a_user_who_has_no_other(session):
    globex = make_tenant(session, "Globex")
    free, of_anna, of_bert, other_of_bert = make_phones(session, 4)
    anna, bert = (make_user(session, name) for name in ("anna@acme.com", "bert@acme.com"))
    of_anna.phone_user, of_bert.phone_user, other_of_bert.phone_user = anna, bert, bert
    session.flush()
    make_placeholder(session, "P_ringer", "2", device_id=of_anna.id, tenant_id=of_anna.tenant_id)
    operation = begin(session, [free, of_anna, of_bert], Action.TENANT, options={"tenant_id": globex.id})
    states = work_off(session, operation)
    assert [state for state, _ in states] == [S.CONFIRMED, S.CONFIRMED, S.FAILED]
    assert "bert@acme.com has other phones" in states[2][1]
    assert {free.tenant, of_anna.tenant, anna.tenant} == {globex}
    assert globex not in {of_bert.tenant, bert.tenant}
    assert session.scalars(select(Placeholder.tenant_id)).all() == [globex.id]
    again = begin(session, [free], Action.TENANT, options={"tenant_id": globex.id})
    assert work_off(session, again) == [(S.SKIPPED, "It is in Globex already.")]


def test_phones_go_to_another_tenant_as_far_as_its_endpoint_licences_suffice(session):
    globex = make_tenant(session, "Globex", endpoint_licenses=1)
    free, of_anna, of_bert = make_phones(session, 3)
    anna, bert = (make_user(session, name) for name in ("anna@acme.com", "bert@acme.com"))
    of_anna.phone_user, of_bert.phone_user = anna, bert
    session.flush()
    operation = begin(session, [of_anna, of_bert, free], Action.TENANT, options={"tenant_id": globex.id})
    refused = (
        "Globex has 1 endpoint licence, and 1 is there: no room for another. "
        "Give the tenant more, or delete devices that are gone."
    )
    done, *others = sorted(work_off(session, operation))
    assert (done[0], others) == (S.CONFIRMED, [(S.FAILED, refused)] * 2)
    session.expire_all()
    assert sorted([of_anna.tenant.name, of_bert.tenant.name, free.tenant.name]).count("Globex") == 1
    assert (anna.tenant is of_anna.tenant, bert.tenant is of_bert.tenant) == (True, True)


def test_users_go_to_another_tenant_with_all_their_phones(session):
    globex = make_tenant(session, "Globex")
    make_user(session, "bert@acme.com", tenant=globex)
    one, other = make_phones(session, 2)
    anna, bert = (make_user(session, name) for name in ("anna@acme.com", "bert@acme.com"))
    one.phone_user = other.phone_user = anna
    session.flush()
    chosen = Chosen(Subject.USERS, (str(anna.id), str(bert.id)))
    asked = order([], Action.USER_TENANT, chosen=chosen, options={"tenant_id": globex.id})
    states = work_off(session, starting.start(session, asked, **ALICE, now=NOW))
    assert [state for state, _ in states] == [S.CONFIRMED, S.FAILED]
    assert "Globex has a user bert@acme.com already" in states[1][1]
    assert {anna.tenant, one.tenant, other.tenant} == {globex}
    assert bert.tenant is not globex


def test_devices_and_users_are_deleted_with_what_is_theirs(session):
    one, other, of_anna = make_phones(session, 3)
    anna = make_user(session, "anna@acme.com")
    of_anna.phone_user = anna
    session.flush()
    kept = other.mac
    assert work_off(session, begin(session, [one], Action.DELETE_DEVICES)) == [(S.CONFIRMED, "")]
    chosen = Chosen(Subject.USERS, (str(anna.id),))
    asked = order([], Action.DELETE_USERS, chosen=chosen)
    assert work_off(session, starting.start(session, asked, **ALICE, now=NOW)) == [(S.CONFIRMED, "")]
    assert session.scalars(select(Device.mac)).all() == [kept]
    assert session.scalars(select(PhoneUser.name).where(~PhoneUser.is_system)).all() == []


@pytest.mark.parametrize(
    ("action", "secret"),
    [(Action.DELETE_USERS, None), (Action.PASSWORDS, "tiger"), (Action.USER_VALUES, "a/b = 1")],
)
def test_nothing_is_done_to_a_user_who_is_in_another_tenant_by_now(session, action, secret):
    anna = make_user(session, "anna@acme.com")
    chosen = Chosen(Subject.USERS, (str(anna.id),))
    operation = starting.start(session, order([], action, chosen=chosen, secret=secret), **ALICE, now=NOW)
    anna.tenant = make_tenant(session, "Globex")
    session.flush()
    assert work_off(session, operation) == [(S.SKIPPED, GONE_ELSEWHERE)]
    assert session.scalars(select(PhoneUser.password).where(PhoneUser.id == anna.id)).all() == [anna.password]
    assert anna.password != "tiger"
    assert session.scalars(select(ConfigurationValue.id)).all() == []


def test_a_phone_that_is_in_another_tenant_by_now_is_not_asked(session):
    here, moved = make_phones(session, 2)
    operation = begin(session, [here, moved], Action.RESTART)
    moved.tenant = make_tenant(session, "Globex")
    session.flush()
    prepared = calls.prepare(session, claim(session, is_local=False), Ports(), now=NOW)
    (target,) = [target for target in targets_of(session, operation) if target.key == moved.mac]
    assert [(one.target_id, one.state, one.reason) for one in prepared.results] == [
        (target.id, S.SKIPPED, GONE_ELSEWHERE)
    ]
    assert target.id not in {*prepared.calls, *prepared.told_later}


def test_users_get_a_password_each_or_one_for_all(session):
    users = [make_user(session, name) for name in ("anna@acme.com", "bert@acme.com")]
    chosen = Chosen(Subject.USERS, tuple(str(user.id) for user in users))
    each = starting.start(session, order([], Action.PASSWORDS, chosen=chosen), **ALICE, now=NOW)
    work_off(session, each)
    passwords = set(session.scalars(select(PhoneUser.password).where(~PhoneUser.is_system)))
    assert len(passwords) == 2
    assert all(password is not None and len(password) == 16 for password in passwords)
    one = starting.start(
        session, order([], Action.PASSWORDS, chosen=chosen, secret="tiger"), **ALICE, now=NOW
    )
    work_off(session, one)
    assert {user.password for user in users} == {"tiger"}


def test_users_get_lines_of_their_own_and_lose_them_again(session):
    anna, bert = (make_user(session, name) for name in ("anna@acme.com", "bert@acme.com"))
    chosen = Chosen(Subject.USERS, (str(anna.id), str(bert.id)))
    lines = "voip/line/0/auth_password = hush\nsystem/pin_lock/enabled = 1"
    given = starting.start(
        session, order([], Action.USER_VALUES, chosen=chosen, secret=lines), **ALICE, now=NOW
    )
    assert given.options == {"lines": 2}
    assert {state for state, _ in work_off(session, given)} == {S.CONFIRMED}
    again = starting.start(
        session, order([], Action.USER_VALUES, chosen=chosen, secret=lines), **ALICE, now=NOW
    )
    assert {state for state, _ in work_off(session, again)} == {S.SKIPPED}
    owned = select(ConfigurationValue.parameter).where(ConfigurationValue.phone_user_id == anna.id)
    assert set(session.scalars(owned)) == {"voip/line/0/auth_password", "system/pin_lock/enabled"}
    gone = starting.start(session, order([], Action.NO_USER_VALUES, chosen=chosen), **ALICE, now=NOW)
    assert {state for state, _ in work_off(session, gone)} == {S.CONFIRMED}
    assert session.scalars(owned).all() == []
    with pytest.raises(InvalidInputError, match="no line"):
        starting.start(session, order([], Action.USER_VALUES, chosen=chosen, secret=""), **ALICE, now=NOW)


def add_line(session, user, parameter, value):
    session.add(
        ConfigurationValue(
            level=ValueLevel.USER,
            tenant_id=user.tenant_id,
            phone_user_id=user.id,
            parameter=parameter,
            value=value,
        )
    )
    session.flush()


def test_lines_of_one_user_are_copied_to_many_as_they_were_when_it_began(session):
    anna, bert, carl = (make_user(session, f"{name}@acme.com") for name in ("anna", "bert", "carl"))
    for parameter, value in (("voip/line/0/auth_password", "hush"), ("system/pin_lock/enabled", "a = b")):
        add_line(session, anna, parameter, value)
    add_line(session, bert, "system/pin_lock/enabled", "0")
    chosen = Chosen(Subject.USERS, (str(bert.id), str(carl.id)))
    asked = order([], Action.USER_VALUES, chosen=chosen, options={"from_user": "ANNA@acme.com"}, secret="")
    operation = starting.start(session, asked, **ALICE, now=NOW)
    assert operation.options == {"lines": 2, "from_user": "ANNA@acme.com"}
    session.execute(ConfigurationValue.__table__.delete().where(ConfigurationValue.phone_user_id == anna.id))
    assert {state for state, _ in work_off(session, operation)} == {S.CONFIRMED}
    for user in (bert, carl):
        owned = session.execute(
            select(ConfigurationValue.parameter, ConfigurationValue.value).where(
                ConfigurationValue.phone_user_id == user.id
            )
        )
        assert dict(owned.all()) == {"voip/line/0/auth_password": "hush", "system/pin_lock/enabled": "a = b"}


@pytest.mark.parametrize(
    ("name", "secret", "sentence"),
    [
        ("nobody", "", "no user of this name"),
        ("anna@acme.com", "", "has no lines that could be copied"),
        ("anna@acme.com", "a/b = 1", "not both"),
        ("bert@acme.com", "", "Several tenants have a user of this name"),
        ("system", "", "no user of this name"),
    ],
)
def test_lines_of_nobody_are_not_copied(session, name, secret, sentence):
    anna = make_user(session, "anna@acme.com")
    make_user(session, "bert@acme.com")
    make_user(session, "bert@acme.com", tenant=make_tenant(session, "Globex"))
    chosen = Chosen(Subject.USERS, (str(anna.id),))
    asked = order([], Action.USER_VALUES, chosen=chosen, options={"from_user": name}, secret=secret)
    with pytest.raises(InvalidInputError, match=sentence):
        starting.start(session, asked, **ALICE, now=NOW)


def test_every_action_that_needs_no_phone_can_be_done_here():
    assert {action for action, kind in KINDS.items() if kind.is_local} == set(local.DEEDS)


def way_to(session, device, ports=Ports()):  # noqa: B008 - frozen
    begin(session, [device])
    claimed = claim(session)
    prepared = calls.prepare(session, claimed, ports, now=NOW)
    return next(iter([*prepared.calls.values(), *prepared.told_later.values()]))


def test_a_phone_in_its_tenants_network_is_called_with_the_password_of_its_file(session):
    tenant = make_tenant(session, "Initech", subnet="10.1.0.0/16")
    (device,) = make_phones(session, 1, tenant=tenant)
    make_placeholder(session, "IPPhonePassword", "secret", tenant_id=tenant.id)
    call = way_to(session, device)
    assert isinstance(call, PhoneCall)
    assert (call.root, call.sign_ins) == ("http://10.1.0.1:80", [SignIn("admin", "secret"), FACTORY])
    assert "secret" not in repr(call)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_subnet_of_a_site_counts_and_https_is_used_where_it_is_set(session):
    site = make_site(session, subnet="10.1.0.0/24")
    (device,) = make_phones(session, 1, site=site)
    settings.change(session, "https_to_devices", "yes", **ALICE, now=NOW)
    call = way_to(session, device, Ports(http=8090, https=8490))
    assert isinstance(call, PhoneCall)
    assert call.root == "https://10.1.0.1:8490"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_phone_elsewhere_is_told_with_its_report_and_the_reason_is_said(session):
    (device,) = make_phones(session, 1)
    assert (
        way_to(session, device)
        == "Its tenant has no subnet, so nothing says which addresses are its phones'."
    )


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_phone_behind_the_sbc_is_called_through_it_where_that_is_set(session):
    device = make_device(session)
    make_status(session, device=device, ip="192.168.1.7", external_ip="198.51.100.7", is_behind_proxy=True)
    assert "SBC" in way_to(session, device)
    pages = "https://sbc.example.com:8443/phone/<ip>/"
    settings.change(session, "sbc_phone_pages", pages, **ALICE, now=NOW)
    call = way_to(session, device)
    assert isinstance(call, PhoneCall)
    assert (call.root, call.way) == ("https://sbc.example.com:8443/phone/192.168.1.7", "sbc_proxy")
