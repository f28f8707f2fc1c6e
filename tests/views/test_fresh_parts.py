"""Parts that keep themselves fresh: one answer for all who look at the same, never an older one than the page's."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from app.models import DeviceStatus
from app.models.enums import Status
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from app.views.fresh_parts import AS_OF, KEPT_SECONDS, NEWER_THAN, SCOPE, PartsKept
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, World

PARTS = (
    "/dashboard/figures", "/alarms/rows", "/alarms/rows?q=Registration", "/live/", "/devices-status/rows",
    "/topology/figures", f"/devices/{ACME_MAC}/live",
)  # fmt: skip
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def test_a_part_is_made_once_for_all_and_anew_when_it_is_old():
    clock = Clock()
    kept, made = PartsKept(clock=clock), []

    def make() -> str:
        made.append(clock.now)
        return "the same"

    first = kept.get("dashboard", None, make)
    assert kept.get("dashboard", NOON - timedelta(seconds=5), make) is first
    clock.now += timedelta(seconds=KEPT_SECONDS)
    second = kept.get("dashboard", None, make)
    assert second.etag == first.etag
    assert len(made) == 2


def test_a_part_from_before_the_page_is_made_anew():
    clock = Clock()
    kept = PartsKept(clock=clock)
    kept.get("dashboard", None, lambda: "before")
    clock.now += timedelta(milliseconds=10)
    assert kept.get("dashboard", NOON + timedelta(milliseconds=5), lambda: "after").body == b"after"


def test_what_is_kept_is_bounded():
    kept = PartsKept(clock=Clock())
    for number in range(1000):
        kept.get(number, None, lambda: "x" * 100_000)
    assert len(kept) <= 256
    assert kept.size <= 16 * 1024 * 1024


def test_what_fails_is_not_kept():
    kept = PartsKept(clock=Clock())

    def fail() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        kept.get("alarm", None, fail)
    assert kept.get("alarm", None, lambda: "there").body == b"there"


@pytest.mark.parametrize("address", PARTS)
def test_nobody_gets_what_another_scope_or_role_sees(people: dict[str, Browser], address: str):
    long_ago = {NEWER_THAN: "2026-01-01T00:00:00+00:00"}
    for _ in range(2):
        for name in ("alice", "olga", "helen", "nora", "alice"):
            text = people[name].get(address, headers=long_ago).text
            assert ("Gina" in text or "2 active alarms" in text) is (name == "alice"), name


def test_who_has_it_is_told_so(people: dict[str, Browser]):
    first = people["hal"].get("/dashboard/figures")
    again = people["hal"].get("/dashboard/figures", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert re.fullmatch(r"[0-9]+-all", again.headers[SCOPE])
    assert again.headers[AS_OF]
    assert people["hal"].get("/dashboard/figures", headers={"If-None-Match": '"another"'}).status_code == 200


def test_a_page_never_goes_back_behind_what_it_shows(app: Flask, sign_in: SignIn, world: World):
    hal, before_it = sign_in("hal"), {NEWER_THAN: "2026-01-01T00:00:00+00:00"}
    before = hal.get("/dashboard/figures")
    assert hal.get("/dashboard/figures", headers=before_it).headers[AS_OF] == before.headers[AS_OF]
    with writing(database_of(app), ALL_TENANTS) as session:
        gone = update(DeviceStatus).where(DeviceStatus.mac == ACME_MAC)
        session.execute(gone.values(status=Status.DISCONNECTED, digest=None))
    now = datetime.now(UTC).isoformat()
    after = hal.get("/dashboard/figures", headers={NEWER_THAN: now, "If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert datetime.fromisoformat(after.headers[AS_OF]) >= datetime.fromisoformat(now)


@pytest.mark.parametrize("told", ["", "yesterday", "2026-11-28T12:00:00", "9" * 4000])
def test_a_time_that_is_none_is_passed_over(people: dict[str, Browser], told: str):
    assert people["hal"].get("/dashboard/figures", headers={NEWER_THAN: told}).status_code == 200


def test_the_counter_comes_with_every_part_and_alone(people: dict[str, Browser]):
    for address in PARTS:
        text = people["alice"].get(address).text
        assert text.count("<template data-alarm-count>") == 1, address
        assert "2 active alarms" in text, address


@pytest.mark.parametrize("address", PARTS)
def test_each_says_for_whom_it_is_and_of_when(people: dict[str, Browser], address: str):
    answer = people["alice"].get(address)
    assert re.fullmatch(r"[0-9]+-all", answer.headers[SCOPE])
    assert answer.headers[AS_OF]


def test_who_wants_a_list_in_another_way_does_not_get_it_as_others_want_it(sign_in: SignIn):
    alice, hal, address = sign_in("alice"), sign_in("hal"), "/devices-status/rows?sort=mac"
    long_ago = {NEWER_THAN: "2026-01-01T00:00:00+00:00"}
    alice.post("/devices-status/layout", {"column": ["mac", "vlan"]})
    for _ in range(2):
        assert 'data-column="vlan"' in alice.get(address, headers=long_ago).text
        assert 'data-column="vlan"' not in hal.get(address, headers=long_ago).text


def test_a_narrowed_page_is_told_apart(sign_in: SignIn, world: World):
    hal = sign_in("hal")
    hal.post("/tenant-choice/", {"tenant": world.acme})
    mark = hal.get("/live/").headers[SCOPE]
    assert mark.endswith(f"-{world.acme}")
    assert f'data-scope="{mark}"' in hal.get("/dashboard/").text
    assert mark not in sign_in("helen").get("/dashboard/").text
    assert "1 active alarm," in hal.get("/live/").text
