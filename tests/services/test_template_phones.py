"""The phones of a template, as its page lists them, and what a new phone would get."""

from app.models.enums import Train
from app.security.tenant_scope import only_tenants, set_scope
from app.services.templates import phones
from app.services.templates.phones import PhoneFilter
from app.services.zero_touch import trials
from tests import factories


def test_phones_are_counted_as_far_as_the_account_sees_them(session):
    template = factories.get_template(session)
    ours = factories.make_device(session)
    factories.make_device(session, tenant=factories.make_tenant(session, "Globex"))
    factories.make_device(session, template=factories.get_template(session, "Audiocodes_430HD"))
    assert phones.count(session, template) == 2
    set_scope(session, only_tenants([ours.tenant_id]))
    assert phones.count(session, template) == 1


def test_phones_are_found_by_mac_user_and_tenant(session):
    template = factories.get_template(session)
    anna = factories.make_user(session, "anna@acme.com")
    hers, other = factories.make_device(session, phone_user=anna), factories.make_device(session)

    def found(**wanted):
        page = phones.search(session, template, PhoneFilter(**wanted), number=1, size=50)
        return [device.id for device in page.rows]

    assert found(words="ANNA") == [hers.id]
    assert found(words=other.mac) == [other.id]
    assert len(found(tenant_name="acme")) == 2
    assert found(tenant_name="Globex") == []


class TestTryingOut:
    def test_it_tells_what_a_new_phone_gets_and_why(self, session):
        factories.make_tenant(session)
        trial = trials.try_tenant(
            session, tenant_name="acme", model="430HD", train=Train.UC, now=factories.NOW
        )
        assert trial.template_name == "Audiocodes_430HD_LYNC"
        sentences = [step.sentence for _, steps in trial.stages for step in steps]
        assert "Tenant Acme has no default template of its own for 430HD (Skype for Business)." in sentences
        assert trial.text.startswith("include Audiocodes_430HD_global_LYNC_empty.cfg\n")

    def test_the_file_it_shows_has_no_secret(self, session):
        acme = factories.make_tenant(session)
        factories.make_placeholder(session, "IPPhonePassword", "open-sesame", tenant_id=acme.id)
        trial = trials.try_tenant(
            session, tenant_name="Acme", model="430HD", train=Train.GENERIC, now=factories.NOW
        )
        assert "sesame" not in trial.text

    def test_a_model_without_a_template_waits(self, session):
        factories.make_tenant(session)
        trial = trials.try_tenant(
            session, tenant_name="Acme", model="8440", train=Train.UC, now=factories.NOW
        )
        assert (trial.template.template_id, trial.text) == (None, "")
