"""The Setup Wizard: how far it is by what the database has, what it keeps, and the phones that it waits for."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.errors import InvalidInputError
from app.models import (
    ConfigurationValue,
    Firmware,
    JournalEntry,
    Placeholder,
    SetupProgress,
    TemplateDefault,
)
from app.models.enums import Approval, Status, Train
from app.security.tenant_scope import ALL_TENANTS, only_tenants, set_scope
from app.services import provisioning
from app.services.author import Author
from app.services.configuration_values.changes import ReplacementError
from app.services.provisioning import FileRequest
from app.services.setup_wizard import arrivals, models, progress, steps, tenant_values
from app.services.setup_wizard.models import ReplacesDefaultsError
from app.services.setup_wizard.progress import Settled, Step
from app.services.setup_wizard.steps import State
from app.services.templates import changes as templates
from app.services.templates import defaults as template_defaults
from app.services.templates.changes import Properties
from app.services.templates.defaults import Kind
from tests import factories
from tests.factories import NOW
from tests.services.reporting import ANNA, MAC, USER_AGENT, report

ALICE = {"author": Author("alice", "10.0.0.9"), "now": NOW}
LATER = NOW + timedelta(minutes=1)
ELSEWHERE = "192.0.2.7"


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


def states(session, tenant):
    return {line.step: line.state for line in steps.read(session, tenant).lines}


def notes(session, tenant):
    return {line.step: line.note for line in steps.read(session, tenant).lines}


def settings_in(text):
    """Return the value that a file gives each parameter in the end: what is laid over stands last."""
    lines = (line.partition("=") for line in text.splitlines())
    return {parameter.strip(): value.strip() for parameter, _, value in lines}


def use(session, tenant, *names, train=Train.UC):
    """Choose models with their factory templates."""
    wanted = {factories.get_model(session, name).id: None for name in names}
    models.save(session, tenant, train, wanted, replaces={}, **ALICE)


def add_firmware(session, name):
    session.add(Firmware(name=name, version="UC_3.4.6.604", sha256="4" * 64, size=28, uploaded_at=NOW))
    session.flush()


def add_template(session, tenant, name, model="430HD", train=Train.UC):
    return templates.add(
        session,
        Properties(
            name=name,
            description="",
            tenant_id=tenant.id if tenant else None,
            phone_model_id=factories.get_model(session, model).id,
            train=train,
        ),
        clone_from=factories.get_template(session).id,
        is_default=False,
        replaces=None,
        **ALICE,
    )


def wait(session, tenant, *, is_zero_touch=True):
    progress.choose_zero_touch(session, tenant, is_zero_touch=is_zero_touch, **ALICE)
    progress.begin_to_wait(session, tenant, **ALICE)
    return progress.find(session, tenant)


def ask_for_file(session, *, mac=MAC, tenant="Acme", agent=USER_AGENT, now=LATER):
    request = FileRequest(mac=mac, tenant_name=tenant, user_agent=agent, peer=ELSEWHERE)
    (answer,) = provisioning.contact_by_file(session, [request], now=now)
    return answer


class TestSteps:
    def test_nothing_is_done_in_a_new_tenant(self, session, acme):
        assert set(states(session, acme).values()) == {State.TO_DO}
        assert steps.read(session, acme).next_step is Step.SYSTEM_TYPE

    def test_what_other_pages_did_is_done(self, session, acme):
        acme.subnet = "10.1.0.0/16"
        factories.make_placeholder(session, "Language", "German", tenant_id=acme.id)
        template = add_template(session, acme, "Acme desk")
        kind = Kind(acme.id, factories.get_model(session).id, Train.UC)
        template_defaults.put(session, kind, template, replaces=None, **ALICE)
        add_firmware(session, "430hd.IMG")
        factories.make_status(session, tenant=acme, model="430HD")
        found = states(session, acme)
        assert {step for step, state in found.items() if state is State.TO_DO} == {
            Step.SYSTEM_TYPE,
            Step.ZERO_TOUCH,
        }
        assert set(list(found.values())[2:]) == {State.DONE}

    def test_answers_are_kept_for_whoever_goes_on(self, session, acme):
        progress.choose_train(session, acme, Train.GENERIC, **ALICE)
        progress.choose_zero_touch(session, acme, is_zero_touch=False, **ALICE)
        course = steps.read(session, acme)
        assert (course.train, course.answered.is_zero_touch) == (Train.GENERIC, False)
        assert notes(session, acme)[Step.SYSTEM_TYPE] == "Another system"
        assert course.next_step is Step.TENANT
        assert progress.tenant_to_go_on_with(session).id == acme.id

    def test_each_answer_is_in_the_journal_once(self, session, acme):
        for _ in range(2):
            progress.choose_train(session, acme, Train.GENERIC, **ALICE)
        entries = session.scalars(
            select(JournalEntry).where(JournalEntry.action == "setup wizard answered")
        ).all()
        assert [(entry.actor, entry.tenant_id) for entry in entries] == [("alice", acme.id)]
        assert "Acme" in entries[0].text

    def test_firmware_of_some_models_is_in_progress_and_of_all_is_done(self, session, acme):
        use(session, acme, "430HD", "450HD")
        assert states(session, acme)[Step.FIRMWARE] is State.TO_DO
        add_firmware(session, "430HD.img")
        assert states(session, acme)[Step.FIRMWARE] is State.IN_PROGRESS
        assert notes(session, acme)[Step.FIRMWARE] == "1 of 2 models"
        add_firmware(session, "450HD.img")
        assert states(session, acme)[Step.FIRMWARE] is State.DONE

    def test_a_skipped_step_is_done_once_its_work_is(self, session, acme):
        use(session, acme, "430HD")
        progress.settle(session, acme, Step.FIRMWARE, Settled.SKIPPED, **ALICE)
        assert states(session, acme)[Step.FIRMWARE] is State.SKIPPED
        add_firmware(session, "430HD.img")
        assert states(session, acme)[Step.FIRMWARE] is State.DONE

    def test_a_model_without_template_leaves_the_mapping_in_progress(self, session, acme):
        use(session, acme, "430HD", "8440")
        assert states(session, acme)[Step.TEMPLATES] is State.IN_PROGRESS
        assert notes(session, acme)[Step.TEMPLATES] == "None for 8440"

    def test_a_site_with_a_subnet_is_a_network_too(self, session, acme):
        factories.make_site(session, "Berlin", tenant=acme, subnet="10.1.1.0/24")
        assert states(session, acme)[Step.TENANT] is State.DONE
        assert notes(session, acme)[Step.TENANT] == "Acme, 1 site"

    def test_the_first_two_answers_go_with_one_to_a_tenant_that_has_none(self, session, acme):
        globex = factories.make_tenant(session, "Globex")
        progress.choose_train(session, acme, Train.GENERIC, **ALICE)
        use(session, acme, "430HD", train=Train.GENERIC)
        progress.carry_over(session, acme, globex, **ALICE)
        course = steps.read(session, globex)
        assert (course.train, course.models) == (Train.GENERIC, [])
        progress.choose_train(session, globex, Train.UC, **ALICE)
        progress.carry_over(session, acme, globex, **ALICE)
        assert progress.find(session, globex).train is Train.UC

    def test_the_default_tenant_is_begun_with(self, session, acme):
        assert progress.tenant_to_go_on_with(session).is_default
        set_scope(session, only_tenants([acme.id]))
        assert progress.tenant_to_go_on_with(session).id == acme.id
        set_scope(session, only_tenants([]))
        assert progress.tenant_to_go_on_with(session) is None


class TestTenantValues:
    @staticmethod
    def save(session, tenant, replaces_time=False, **typed):
        tenant_values.save(session, tenant, typed, replaces_time=replaces_time, **ALICE)

    @staticmethod
    def values(session, tenant):
        rows = session.scalars(select(Placeholder).where(Placeholder.tenant_id == tenant.id))
        return {row.name: row.value for row in rows}

    @staticmethod
    def lines(session, tenant):
        rows = session.scalars(select(ConfigurationValue).where(ConfigurationValue.tenant_id == tenant.id))
        return {row.parameter: row.value for row in rows}

    def test_what_is_typed_is_the_tenants_and_what_is_emptied_is_taken_away(self, session, acme):
        self.save(session, acme, Language="German", Proxy_address="sip.acme.example", Proxy_port="5062")
        assert self.values(session, acme) == {
            "Language": "German",
            "Proxy_address": "sip.acme.example",
            "Proxy_port": "5062",
        }
        self.save(session, acme, **{"Language": "", "Language.seen": "German"})
        assert "Language" not in self.values(session, acme)

    def test_an_outbound_proxy_is_switched_on_with_its_address(self, session, acme):
        self.save(session, acme, Outbound_proxy="10.9.9.9")
        assert self.values(session, acme)["Outbound_proxy_enable"] == "1"
        self.save(session, acme, **{"Outbound_proxy": "", "Outbound_proxy.seen": "10.9.9.9"})
        assert self.values(session, acme) == {}

    def test_a_password_is_kept_when_its_field_is_left_empty_and_shown_to_nobody(self, session, acme):
        self.save(session, acme, IPPhonePassword="  open sesame ")
        self.save(session, acme, IPPhonePassword="")
        assert self.values(session, acme) == {"IPPhonePassword": "  open sesame "}
        shown = {state.field.name: state for state in tenant_values.read(session, acme, Train.UC)}
        assert (shown["IPPhonePassword"].own, shown["IPPhonePassword"].is_set) == ("", True)
        told = session.scalars(select(JournalEntry.details).where(JournalEntry.tenant_id == acme.id)).all()
        assert "sesame" not in str(told)

    def test_all_that_will_not_do_is_said_at_once(self, session, acme):
        with pytest.raises(InvalidInputError) as refused:
            self.save(session, acme, Language="Klingon", Proxy_port="70000", time_zone="Mars/Olympus")
        assert set(refused.value.by_field) == {"Language", "Proxy_port", "time_zone"}

    def test_what_somebody_else_changed_meanwhile_is_told(self, session, acme):
        self.save(session, acme, Language="German")
        with pytest.raises(InvalidInputError, match="Somebody else has set this to") as refused:
            self.save(session, acme, **{"Language": "French", "Language.seen": ""})
        assert list(refused.value.by_field) == ["Language"]

    def test_what_was_not_typed_over_does_not_undo_what_somebody_else_did(self, session, acme):
        self.save(session, acme, Language="German")
        self.save(session, acme, **{"Language": "", "Language.seen": "", "Proxy_port": "5062"})
        assert self.values(session, acme) == {"Language": "German", "Proxy_port": "5062"}

    def test_a_time_zone_is_an_offset_and_its_dates(self, session, acme):
        self.save(session, acme, time_zone="Europe/Berlin")
        lines = self.lines(session, acme)
        assert lines["system/ntp/gmt_offset"] == "+01:00"
        assert lines["system/daylight_saving/start_date/month"] == "3"
        assert lines["system/daylight_saving/activate"] == "Enable"
        assert tenant_values.offset_of(session, acme) == ("+01:00", True)

    def test_another_time_zone_asks_before_it_replaces(self, session, acme):
        self.save(session, acme, time_zone="Europe/Berlin")
        with pytest.raises(ReplacementError):
            self.save(session, acme, time_zone="America/New_York")
        self.save(session, acme, time_zone="America/New_York", replaces_time=True)
        assert self.lines(session, acme)["system/ntp/gmt_offset"] == "-05:00"

    def test_a_new_phone_of_either_kind_gets_them(self, session, acme):
        self.save(session, acme, Language="German", time_zone="Europe/Berlin", Proxy_address="10.9.9.9")
        agent = "AUDC-IPPhone/2.2.16.142.46 (430HD; 00908F000007)"
        uc = settings_in(ask_for_file(session).text)
        generic = settings_in(ask_for_file(session, mac="00908f000007", agent=agent).text)
        for told in (uc, generic):
            assert told["personal_settings/language"] == "German"
            assert told["system/ntp/gmt_offset"] == "+01:00"
        assert generic["voip/signalling/sip/proxy_address"] == "10.9.9.9"


class TestModels:
    @staticmethod
    def defaults(session, tenant):
        rows = session.scalars(select(TemplateDefault).where(TemplateDefault.tenant_id == tenant.id))
        return {(row.phone_model.name, row.train): row.template.name for row in rows}

    def test_chosen_models_have_the_factory_template_or_the_chosen_one(self, session, acme):
        desk = add_template(session, acme, "Acme desk")
        wanted = {
            factories.get_model(session).id: desk.id,
            factories.get_model(session, "450HD").id: None,
        }
        assert models.save(session, acme, Train.UC, wanted, replaces={}, **ALICE) == []
        assert self.defaults(session, acme) == {("430HD", Train.UC): "Acme desk"}
        used = models.in_use(session, acme, progress.find(session, acme), Train.UC)
        assert [(model.name, model.template) for model in used] == [
            ("430HD", "Acme desk"),
            ("450HD", "Audiocodes_450HD_LYNC"),
        ]

    def test_every_default_that_would_go_is_announced_before_one_goes(self, session, acme):
        desk, lobby = add_template(session, acme, "Acme desk"), add_template(session, acme, "Acme lobby")
        big = add_template(session, acme, "Acme big", model="450HD")
        small_id, big_id = factories.get_model(session).id, factories.get_model(session, "450HD").id
        models.save(session, acme, Train.UC, {small_id: desk.id, big_id: big.id}, replaces={}, **ALICE)
        wanted = {small_id: lobby.id, big_id: None}
        with pytest.raises(ReplacesDefaultsError) as question, session.begin_nested():
            models.save(session, acme, Train.UC, wanted, replaces={}, **ALICE)
        assert question.value.present == {small_id: desk.id, big_id: big.id}
        for words in ("Acme lobby would take its place", "Audiocodes_450HD_LYNC would take its place"):
            assert words in str(question.value)
        assert set(self.defaults(session, acme).values()) == {"Acme desk", "Acme big"}
        models.save(session, acme, Train.UC, wanted, replaces=question.value.present, **ALICE)
        assert self.defaults(session, acme) == {("430HD", Train.UC): "Acme lobby"}

    def test_an_answer_to_something_else_does_not_count(self, session, acme):
        desk, lobby = add_template(session, acme, "Acme desk"), add_template(session, acme, "Acme lobby")
        model_id = factories.get_model(session).id
        models.save(session, acme, Train.UC, {model_id: desk.id}, replaces={}, **ALICE)
        with pytest.raises(ReplacesDefaultsError):
            models.save(session, acme, Train.UC, {model_id: None}, replaces={model_id: lobby.id}, **ALICE)

    def test_models_of_phones_and_defaults_are_used_whatever_is_ticked(self, session, acme):
        factories.make_status(session, tenant=acme, model="440HDG-Rev0")
        use(session, acme, "430HD")
        used = models.in_use(session, acme, progress.find(session, acme), Train.UC)
        assert [model.name for model in used] == ["430HD", "440HD"]
        lines = {line.name: line for line in models.lines(session, acme, None, Train.UC)}
        assert lines["440HD"].is_fixed_by == "has phones here"

    def test_templates_of_other_tenants_are_not_offered(self, session, acme):
        globex = factories.make_tenant(session, "Globex")
        add_template(session, globex, "Globex desk")
        shared = add_template(session, None, "Shared desk")
        lines = {line.name: line for line in models.lines(session, acme, None, Train.UC)}
        assert lines["430HD"].choices == [(shared.id, "Shared desk")]
        assert lines["430HD"].factory == "Audiocodes_430HD_LYNC"

    def test_no_model_at_all_is_no_answer(self, session, acme):
        with pytest.raises(InvalidInputError, match="Tick the models"):
            models.save(session, acme, Train.UC, {}, replaces={}, **ALICE)

    def test_speakers_take_another_kind_of_file(self, session):
        (file,) = models.firmware_of(session, ["HRS"])
        assert (file.file_name, file.firmware) == ("HRS.dfu", None)


class TestArrivals:
    def test_a_phone_that_asks_by_the_tenants_url_is_the_one_that_was_waited_for(self, session, acme):
        waiting = wait(session, acme)
        assert arrivals.read(session, waiting).first is None
        before = arrivals.version_of(session, waiting)
        ask_for_file(session)
        found = arrivals.read(session, waiting)
        assert (found.first.phone.mac, found.first.phone.template) == (MAC, "Audiocodes_430HD_LYNC")
        assert "Acme" in found.first.why[0]
        assert not found.first.has_reported
        assert found.version == arrivals.version_of(session, waiting) != before

    def test_each_thing_that_becomes_of_it_is_a_change(self, session, acme):
        waiting = wait(session, acme)
        versions = [arrivals.version_of(session, waiting)]
        ask_for_file(session)
        versions.append(arrivals.version_of(session, waiting))
        report(session, url_tenant="Acme", now=LATER)
        versions.append(arrivals.version_of(session, waiting))
        report(session, Status.REGISTERED, url_tenant="Acme", now=LATER, **ANNA)
        versions.append(arrivals.version_of(session, waiting))
        assert len(set(versions)) == 4
        first = arrivals.read(session, waiting).first
        assert first.is_device
        assert first.is_registered

    def test_a_phone_that_names_an_unknown_tenant_came_elsewhere_and_it_is_said_why(self, session, acme):
        waiting = wait(session, acme)
        ask_for_file(session, tenant="Acmme")
        found = arrivals.read(session, waiting)
        assert found.first is None
        (stray,) = found.elsewhere
        assert "Acmme" in stray.phone.placement_reason
        assert stray.phone.is_pending

    def test_a_phone_without_template_is_here_and_it_is_said_why(self, session, acme):
        waiting = wait(session, acme)
        ask_for_file(session, agent="SpectraLink-SL_8440-UA/5.3.0.1234")
        first = arrivals.read(session, waiting).first
        assert first.phone.template == ""
        assert any("there is no template for 8440" in reason for reason in first.why)

    def test_what_came_before_the_wait_does_not_count(self, session, acme):
        ask_for_file(session, now=NOW - timedelta(minutes=5))
        report(session, url_tenant="Acme", now=NOW - timedelta(minutes=4))
        waiting = wait(session, acme)
        report(session, Status.REGISTERED, mac="00908f000009", url_tenant="Acme", now=LATER, **ANNA)
        assert arrivals.read(session, waiting).first.phone.mac == "00908f000009"

    def test_an_imported_phone_that_reports_for_the_first_time_came(self, session, acme):
        device = factories.make_device(session, tenant=acme)
        waiting = wait(session, acme)
        assert arrivals.read(session, waiting).first is None
        report(session, mac=device.mac, now=LATER)
        assert arrivals.read(session, waiting).first.phone.mac == device.mac

    def test_an_old_phone_whose_status_changes_did_not_come(self, session, acme):
        device = factories.make_device(session, tenant=acme)
        factories.make_status(session, device=device, first_seen_at=NOW - timedelta(days=9))
        waiting = wait(session, acme)
        report(session, Status.OFFLINE, mac=device.mac, now=LATER)
        assert arrivals.read(session, waiting).first is None

    def test_without_zero_touch_a_phone_that_names_nobody_waits_to_be_approved(self, session, acme):
        waiting = wait(session, acme, is_zero_touch=False)
        report(session, ip=ELSEWHERE, peer=ELSEWHERE, now=LATER)
        first = arrivals.read(session, waiting).first
        assert (first.phone.tenant, first.phone.approval) == ("Default", Approval.NEEDED)
        assert first.phone.is_pending

    def test_phones_that_the_account_does_not_see_do_not_come(self, session, acme):
        globex = factories.make_tenant(session, "Globex")
        waiting = wait(session, acme, is_zero_touch=False)
        set_scope(session, only_tenants([acme.id]))
        before = arrivals.version_of(session, waiting)
        set_scope(session, ALL_TENANTS)
        ask_for_file(session, tenant="Globex")
        report(session, mac="00908f000009", ip=ELSEWHERE, peer=ELSEWHERE, now=LATER)
        assert globex.id in {one.phone.tenant_id for one in arrivals.read(session, waiting).elsewhere}
        set_scope(session, only_tenants([acme.id]))
        found = arrivals.read(session, waiting)
        assert (list(found.ours), list(found.elsewhere)) == ([], [])
        assert found.version == before


def test_progress_goes_with_its_tenant(session, acme):
    progress.choose_train(session, acme, Train.UC, **ALICE)
    set_scope(session, only_tenants([factories.make_tenant(session, "Globex").id]))
    assert session.scalars(select(SetupProgress)).all() == []
