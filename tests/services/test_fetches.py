"""The provisioning log: whose a fetch is, what counts as the same, and how long it is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import FileFetch
from app.models.enums import FetchedKind, Status, ToldBy
from app.scheduler.busy_phones import BusyFetchers
from app.security.tenant_scope import ALL_TENANTS, only_tenants, set_scope
from app.services.fetches import reading, retention
from app.services.fetches.recording import Fetch, record
from tests import factories
from tests.factories import NOW
from tests.services.reporting import ADDRESS, MAC, USER_AGENT, report

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
OTHER_MAC = "00908f0000ff"


def make_fetch(path=f"/configfiles/{MAC}.cfg", *, at=NOW, count=1, status=200, **said):
    usual = {"address": ADDRESS, "user_agent": USER_AGENT, "reason": "", "size": 10}
    return Fetch(path=path, status=status, count=count, first_at=at, last_at=at, **{**usual, **said})


def rows(session, *macs, **wanted):
    return reading.read(session, macs or [MAC], most=100, **wanted)


def test_alike_fetches_of_a_day_are_one_row_that_counts(session):
    report(session)
    record(session, [make_fetch(count=2), make_fetch(status=404, reason="No.")])
    record(session, [make_fetch(at=NOW + timedelta(hours=1), count=3, size=12)])
    record(session, [make_fetch(at=NOW + timedelta(days=1))])
    tomorrow, today, refused = rows(session)
    assert (today.count, today.size, today.first_at, today.last_at) == (5, 12, NOW, NOW + timedelta(hours=1))
    assert (tomorrow.count, refused.reason) == (1, "No.")
    assert rows(session, is_refused=True) == [refused]
    assert rows(session, before=(today.last_at, today.key)) == [refused]


@pytest.mark.parametrize(
    ("path", "said", "kind", "told_by"),
    [
        ("/ipp/tenant/Acme/00:90:8F:9A:96:23.cfg", {}, FetchedKind.PHONE, ToldBy.FILE),
        (
            "/firmwarefiles/430HD.img",
            {"user_agent": "AUDC-IPPhone/2.2.8.61 (430HD; 00908F9A9623)", "address": "192.0.2.1"},
            FetchedKind.FIRMWARE,
            ToldBy.USER_AGENT,
        ),
        ("/ipp/dhcpoption160.cfg", {}, FetchedKind.OPTION, ToldBy.ADDRESS),
        ("/configfiles/shared.cfg", {}, FetchedKind.SHARED, ToldBy.ADDRESS),
    ],
)
@ON_SQLITE
def test_whose_a_fetch_is(session, path, said, kind, told_by):
    report(session)
    assert record(session, [make_fetch(path, **said)]) == 1
    (row,) = rows(session)
    assert (row.kind, row.told_by) == (kind, told_by)


@ON_SQLITE
def test_an_address_that_is_not_one_phones_own_says_nothing(session):
    report(session, mac=MAC, ip="10.0.0.5", peer="192.0.2.1")
    report(session, mac=OTHER_MAC, ip="192.0.2.7", peer="192.0.2.7")
    report(session, mac="00908f0000fe", ip="192.0.2.7", peer="192.0.2.7")
    unclear = [make_fetch("/firmwarefiles/a.img", address=address) for address in ("192.0.2.1", "192.0.2.7")]
    assert record(session, unclear) == 0


def test_who_is_not_known_leaves_nothing_and_a_device_that_never_reported_does(session):
    factories.make_device(session, mac=OTHER_MAC)
    session.flush()
    asked = [make_fetch(), make_fetch(f"/configfiles/{OTHER_MAC}.cfg", status=304)]
    assert record(session, asked) == 1
    assert [row.mac for row in session.scalars(select(FileFetch))] == [OTHER_MAC]


def test_it_is_the_tenants_that_the_phone_had_at_the_time(session):
    acme = factories.make_tenant(session, "Acme")
    report(session, Status.STARTED, region="Acme")
    record(session, [make_fetch()])
    set_scope(session, only_tenants([acme.id]))
    assert len(rows(session)) == 1
    set_scope(session, only_tenants([acme.id + 1]))
    assert rows(session) == []
    set_scope(session, ALL_TENANTS)


def test_what_is_old_or_too_much_is_dropped(session):
    report(session)
    record(session, [make_fetch(at=NOW - timedelta(days=91)), make_fetch()])
    old = retention.find_old(session, now=NOW)
    assert (retention.drop(session, old), len(rows(session))) == (1, 1)
    busy = BusyFetchers()
    many = range(retention.MOST_OF_A_PHONE + 1)
    record(session, [make_fetch(f"/configfiles/x{n}/{MAC}.cfg", at=NOW + timedelta(seconds=n)) for n in many])
    surplus = busy.find(session, NOW)
    assert len(surplus) == 2
    retention.drop(session, surplus)
    busy.note_done()
    assert busy.find(session, NOW) == []
