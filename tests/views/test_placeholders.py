"""The pages of placeholders, as a person uses them."""

from app.models import Placeholder
from app.models.enums import Layer
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import ACME_MAC, GLOBEX_MAC

NTP = {"name": "Primary_NTP", "value": "ntp.acme.example", "description": "ours"}


def stored(app, **wanted) -> list[str]:
    with reading(database_of(app), ALL_TENANTS) as session:
        return [row.value for row in session.query(Placeholder).filter_by(**wanted)]


def test_a_placeholder_is_added_changed_and_deleted(app, world, sign_in: SignIn):
    olga = sign_in("olga")
    answer = olga.post(f"/tenant-configuration/placeholders/add/{world.acme}", NTP)
    page_of_acme = f"/tenant-configuration/placeholders/?owner={world.acme}"
    change = f"&change=placeholder.tenant.{world.acme}"
    assert answer.location == f"{page_of_acme}{change}.Primary_NTP"
    page = olga.get(answer.location).text
    assert "%ITCS_Primary_NTP%" in page
    assert "with the next Generate" in page
    with reading(database_of(app), ALL_TENANTS) as session:
        row_id = session.query(Placeholder.id).filter_by(name="Primary_NTP", layer=Layer.TENANT).scalar()
    olga.post(f"/tenant-configuration/placeholders/edit/{row_id}", {**NTP, "value": "ntp2.acme.example"})
    assert stored(app, name="Primary_NTP") == ["ntp2.acme.example"]
    renamed = olga.post(
        f"/tenant-configuration/placeholders/edit/{row_id}", {**NTP, "name": "P_Ntp", "next": answer.location}
    )
    assert renamed.location == f"{page_of_acme}{change}.Primary_NTP{change}.P_Ntp"
    deleted = olga.post(f"/tenant-configuration/placeholders/delete/{row_id}")
    assert deleted.location == f"{page_of_acme}{change}.P_Ntp"
    assert stored(app, tenant_id=world.acme, name="P_Ntp") == []


def test_a_refused_form_keeps_what_was_typed_and_says_why_at_the_field(app, world, sign_in: SignIn):
    olga = sign_in("olga")
    address = f"/placeholders/devices/add/{world.acme_device}"
    olga.post(address, NTP)
    answer = olga.post(address, {**NTP, "value": "two words"})
    assert answer.status_code == 400
    name, value = answer.text.split('id="name-help"')[1].split('id="value-help"')
    assert "already" in name
    assert "is not valid" in value
    assert 'value="two words"' in answer.text
    assert stored(app, name="Primary_NTP") == ["ntp.acme.example"]


def test_a_secret_is_not_in_its_form_and_stays_when_left_empty(app, world, sign_in: SignIn):
    olga, row_id = sign_in("olga"), world.placeholders["device"]
    form = olga.get(f"/placeholders/devices/edit/{row_id}").text
    assert "open-sesame" not in form
    assert 'type="password"' in form
    olga.post(
        f"/placeholders/devices/edit/{row_id}",
        {"name": "Acme_device_password", "value": "", "description": "of the door"},
    )
    assert stored(app, id=row_id) == ["open-sesame"]


def test_secrets_are_shown_to_those_who_may_see_them_and_ask(people):
    for address in ("/placeholders/templates/", f"/placeholders/devices/{ACME_MAC}/"):
        shown = {
            name for name in people if "open-sesame" in people[name].get(f"{address}?secrets=shown").text
        }
        assert shown == {"alice", "oscar", "olga"}, address
        assert not [name for name in people if "open-sesame" in people[name].get(address).text], address


def test_an_account_of_one_tenant_writes_neither_anothers_nor_the_shared_values(app, world, sign_in: SignIn):
    olga = sign_in("olga")
    with reading(database_of(app), ALL_TENANTS) as session:
        factory = session.execute(
            Placeholder.metadata.tables["config_template"].select().filter_by(name="Audiocodes_450HD")
        ).one()
    assert olga.post(f"/placeholders/templates/add/{factory.id}", NTP).status_code == 403
    assert olga.post(f"/placeholders/templates/add/{world.globex_template}", NTP).status_code == 404
    assert olga.post(f"/tenant-configuration/placeholders/add/{world.globex}", NTP).status_code == 404
    assert olga.post(f"/placeholders/devices/edit/{world.placeholders['tenant']}", NTP).status_code == 404
    assert (
        olga.post(f"/tenant-configuration/placeholders/copy/{world.acme}?source={world.globex}").status_code
        == 404
    )
    assert olga.post("/placeholders/defaults/edit", NTP).status_code == 403
    assert stored(app, name="Primary_NTP") == []


def test_copying_says_what_would_happen_and_does_it(app, world, sign_in: SignIn):
    alice = sign_in("alice")
    choose = alice.get(f"/tenant-configuration/placeholders/copy/{world.acme}").location
    address = f"/tenant-configuration/placeholders/copy/{world.acme}?source={world.globex}"
    assert address in alice.get(choose).text.replace("&amp;", "&")
    alice.post(f"/tenant-configuration/placeholders/add/{world.globex}", NTP)
    alice.post(f"/tenant-configuration/placeholders/add/{world.acme}", {**NTP, "value": "other.example"})
    assert "There already, with another value (1)" in alice.get(address).text
    answer = alice.post(address, {"existing": "replace"})
    changed = [
        f"placeholder.tenant.{world.acme}.{name}" for name in ("Globex_tenant_password", "Primary_NTP")
    ]
    assert answer.location.endswith(f"owner={world.acme}&change={'&change='.join(changed)}")
    assert stored(app, name="Primary_NTP", tenant_id=world.acme) == ["ntp.acme.example"]


def test_a_phones_page_shows_its_values_and_no_other_phones(people):
    page = people["olga"].get(f"/placeholders/devices/{ACME_MAC}/").text
    assert "%ITCS_Acme_device_password%" in page
    assert people["olga"].get(f"/placeholders/devices/{GLOBEX_MAC}/").status_code == 404
    assert people["olga"].get("/placeholders/devices/00-90-8F-AC-AC-A1/").location.endswith(f"/{ACME_MAC}/")


def test_a_default_is_changed_and_restored(app, world, sign_in: SignIn):
    oscar = sign_in("oscar")
    assert oscar.post("/placeholders/defaults/edit", {"name": "SRTP", "value": "2"}).status_code == 400
    answer = oscar.post("/placeholders/defaults/edit", {"name": "SRTP", "value": "1"})
    assert answer.location == "/placeholders/defaults/?change=placeholder.system.SRTP"
    assert stored(app, name="SRTP") == ["1"]
    assert "changed" in oscar.get("/placeholders/defaults/?q=SRTP").text
    answer = oscar.post("/placeholders/defaults/reset", {"name": "SRTP"})
    assert answer.location == "/placeholders/defaults/?change=placeholder.system.SRTP"
    assert stored(app, name="SRTP") == []
    assert oscar.post("/placeholders/defaults/reset", {"name": "SRTP"}).location == "/placeholders/defaults/"


def test_ids_that_are_none_are_not_found(people):
    for row_id in ("0", "2147483648", "99999999999999999999"):
        for page in ("add", "edit", "copy"):
            assert people["alice"].get(f"/placeholders/devices/{page}/{row_id}").status_code == 404
        assert people["alice"].get(f"/placeholders/devices/?owner={row_id}").status_code == 404
