"""Tenant, site and user configuration, as a person uses them."""

import pytest

from app.models import ConfigurationValue
from app.security.tenant_scope import ALL_TENANTS
from app.services import user_keys
from app.services.user_keys import Upload
from app.transaction import reading, writing
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, NOW


def stored(app, **wanted) -> dict[str, str]:
    with reading(database_of(app), ALL_TENANTS) as session:
        rows = session.query(ConfigurationValue).filter_by(**wanted).order_by(ConfigurationValue.id)
        return {row.parameter: row.value for row in rows}


@pytest.mark.parametrize(
    ("kind", "owner"), [("tenant", "acme"), ("site", "acme_site"), ("user", "acme_user")]
)
def test_a_line_is_added_changed_and_deleted(app, world, sign_in: SignIn, kind, owner):
    olga, owner_id = sign_in("olga"), getattr(world, owner)
    answer = olga.post(f"/{kind}-configuration/add/{owner_id}", {"parameter": "a/b", "value": "1"})
    assert answer.location == f"/{kind}-configuration/{owner_id}/?change=lines.{kind}.{owner_id}"
    assert "before Generate" in olga.get(answer.location).text
    assert stored(app, level=kind, tenant_id=world.acme)["a/b"] == "1"
    row_id = world.lines[kind]
    olga.post(f"/{kind}-configuration/edit/{row_id}", {"parameter": "c/d", "value": "2"})
    assert stored(app, id=row_id) == {"c/d": "2"}
    olga.post(f"/{kind}-configuration/delete/{row_id}")
    assert stored(app, id=row_id) == {}


def test_a_duplicate_asks_whether_to_replace_and_keeps_what_was_typed(app, world, sign_in: SignIn):
    olga, address = sign_in("olga"), f"/tenant-configuration/add/{world.acme}"
    asked = olga.post(address, {"parameter": "system/tenant", "value": "new"})
    assert asked.status_code == 409
    assert "system/tenant = Acme" in asked.text
    assert 'value="new"' in asked.text
    assert stored(app, level="tenant", tenant_id=world.acme)["system/tenant"] == "Acme"
    olga.post(address, {"parameter": "system/tenant", "value": "new", "replace": "yes"})
    assert stored(app, level="tenant", tenant_id=world.acme)["system/tenant"] == "new"


def test_a_secret_in_the_way_is_not_shown(world, sign_in: SignIn):
    asked = sign_in("olga").post(
        f"/tenant-configuration/add/{world.acme}", {"parameter": "system/password", "value": "x"}
    )
    assert asked.status_code == 409
    assert "open-sesame" not in asked.text


def test_pasted_lines_are_all_added_or_none(app, world, sign_in: SignIn):
    olga, address = sign_in("olga"), f"/user-configuration/paste/{world.acme_user}"
    refused = olga.post(address, {"lines": "a/b = 1\nc/d"})
    assert refused.status_code == 400
    assert "Line 2" in refused.text
    assert "a/b = 1\nc/d</textarea>" in refused.text
    assert "a/b" not in stored(app, level="user", tenant_id=world.acme)
    olga.post(address, {"lines": "a/b = 1\r\nc/d = 2"})
    assert stored(app, level="user", tenant_id=world.acme) == {"system/user": "Acme", "a/b": "1", "c/d": "2"}


def test_a_feature_puts_its_lines_in(app, world, sign_in: SignIn):
    olga, address = sign_in("olga"), f"/site-configuration/feature/{world.acme_site}/telnet"
    assert "management/telnet/enabled" in olga.get(address).text
    olga.post(address, {"management/telnet/enabled": "1"})
    assert stored(app, level="site", tenant_id=world.acme)["management/telnet/enabled"] == "1"
    assert " checked" in olga.get(address).text
    assert olga.post(address, {}).status_code == 409
    assert olga.get(f"/site-configuration/feature/{world.acme_site}/steam").status_code == 404


def test_a_refused_feature_says_why_at_the_field(world, sign_in: SignIn):
    answer = sign_in("olga").post(
        f"/tenant-configuration/feature/{world.acme}/voca", {"voip/services/vocanom/label": "V"}
    )
    assert answer.status_code == 400
    assert "Fill this in." in answer.text
    assert 'value="V"' in answer.text


def test_secrets_are_shown_to_those_who_may_see_them_and_ask(people, shared_world):
    address = f"/tenant-configuration/{shared_world.acme}/"
    shown = {name for name in people if "open-sesame" in people[name].get(f"{address}?secrets=shown").text}
    assert shown == {"alice", "oscar", "olga"}
    assert not [name for name in people if "open-sesame" in people[name].get(address).text]


def test_a_secret_is_not_in_its_form_and_stays_when_left_empty(app, world, sign_in: SignIn):
    with reading(database_of(app), ALL_TENANTS) as session:
        row = session.query(ConfigurationValue).filter_by(parameter="system/password", tenant_id=world.acme)
        row_id = row.one().id
    olga = sign_in("olga")
    assert "open-sesame" not in olga.get(f"/tenant-configuration/edit/{row_id}").text
    olga.post(f"/tenant-configuration/edit/{row_id}", {"parameter": "system/password", "value": ""})
    assert stored(app, id=row_id) == {"system/password": "open-sesame"}


def test_what_is_another_tenants_does_not_exist(app, world, sign_in: SignIn):
    olga, line = sign_in("olga"), {"parameter": "a/b", "value": "1"}
    for address in (f"{world.globex}/", f"paste/{world.globex}"):
        assert olga.get(f"/tenant-configuration/{address}").status_code == 404
    assert olga.post(f"/site-configuration/add/{world.globex_site}", line).status_code == 404
    assert olga.post(f"/user-configuration/edit/{world.lines['site']}", line).status_code == 404


def test_copying_shows_what_would_change_without_secrets_and_asks_before_it_replaces(
    app, world, sign_in: SignIn
):
    oscar = sign_in("oscar")
    oscar.post(f"/tenant-configuration/add/{world.acme}", {"parameter": "a/new", "value": "1"})
    oscar.post(f"/tenant-configuration/add/{world.globex}", {"parameter": "a/kept", "value": "2"})
    line = {"parameter": "system/password", "value": "another-secret", "replace": "yes"}
    oscar.post(f"/tenant-configuration/add/{world.globex}", line)
    copy = f"/tenant-configuration/copy/{world.globex}"
    assert f"{copy}?source={world.acme}" in oscar.get(copy).text
    page = oscar.get(f"{copy}?source={world.acme}").text
    assert "New (1)" in page
    assert "There already, with another value (2)" in page
    assert "open-sesame" not in page
    assert "another-secret" not in page
    told = page.partition('name="told" value="')[2].partition('"')[0]
    before = stored(app, level="tenant", tenant_id=world.globex)
    kept = oscar.post(f"{copy}?source={world.acme}", {"told": told, "existing": "keep"})
    assert kept.location == f"/tenant-configuration/{world.globex}/"
    assert stored(app, level="tenant", tenant_id=world.globex) == {**before, "a/new": "1"}
    stale = oscar.post(f"{copy}?source={world.acme}", {"told": told, "existing": "replace"})
    assert (stale.status_code, "were changed meanwhile" in stale.text) == (409, True)
    told = stale.text.partition('name="told" value="')[2].partition('"')[0]
    oscar.post(f"{copy}?source={world.acme}", {"told": told, "existing": "replace"})
    assert stored(app, level="tenant", tenant_id=world.globex) == {
        "system/tenant": "Acme", "system/password": "open-sesame", "a/kept": "2", "a/new": "1",
    }  # fmt: skip
    page = oscar.get(f"{copy}?source={world.acme}").text
    assert "There already, the same (3)" in page
    assert "disabled" in page


@pytest.mark.parametrize(
    ("kind", "owner", "theirs"), [("site", "acme_site", "globex_site"), ("tenant", "acme", "globex")]
)
def test_nothing_is_copied_from_or_to_another_tenant(app, world, sign_in: SignIn, kind, owner, theirs):
    olga, own, other = sign_in("olga"), getattr(world, owner), getattr(world, theirs)
    for target, source in ((own, other), (other, own)):
        address = f"/{kind}-configuration/copy/{target}?source={source}"
        assert olga.get(address).status_code == 404
        assert olga.post(address, {"existing": "replace"}).status_code == 404
    assert "Globex" not in olga.get(f"/{kind}-configuration/copy/{own}").text
    itself = olga.get(f"/{kind}-configuration/copy/{own}?source={own}")
    assert (itself.status_code, f"Choose another {kind}" in itself.text) == (400, True)


def test_what_a_user_set_on_a_phone_is_shown_and_can_be_deleted(app, world, sign_in: SignIn):
    with writing(database_of(app), ALL_TENANTS) as session:
        lines = (("personal_settings/functional_key/3/key_label", "Bob <b>"),)
        sent = Upload(mac=ACME_MAC, user_name="", version=0, lines=lines, address="10.1.0.7")
        user_keys.upload(session, sent, now=NOW)
    olga, vera, address = sign_in("olga"), sign_in("vera"), f"/user-configuration/{world.acme_user}/"
    page = olga.get(address).text
    assert "Set on the phone" in page
    assert "Bob &lt;b&gt;" in page
    assert f"/devices/{ACME_MAC}/" in page
    delete = f"/user-configuration/delete-keys/{world.acme_user}"
    assert delete in page
    assert delete not in vera.get(address).text
    assert vera.post(delete).status_code == 403
    assert olga.post(delete).location == address
    page = olga.get(address).text
    assert "Bob" not in page
    assert "by olga" in page
    assert "Set on the phone" not in olga.get(f"/tenant-configuration/{world.acme}/").text
