"""Destinations: what is checked, what is kept secret, and whose they are."""

import json

import pytest
from sqlalchemy import select, text

from app.errors import ConflictError, InvalidInputError
from app.models import Delivery, Destination, JournalEntry
from app.models.enums import DestinationKind
from app.rules.receivers import MailSecurity, MailServer, SnmpReceiver, SyslogReceiver, Transport, WebHook
from app.security.tenant_scope import TenantViolationError, only_tenants, set_scope
from app.services import tenancy
from app.services.destinations import keeping
from app.services.destinations.fields import checked, defaults_of
from app.services.destinations.receivers import receiver_of
from tests import factories
from tests.factories import NOW
from tests.services.noticing import ALICE, NEEDED, make_destination, wish

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
MAIL, SNMP, WEBHOOK, SYSLOG, EVENTS = DestinationKind


def problems(kind, **texts):
    with pytest.raises(InvalidInputError) as raised:
        checked(kind, {**defaults_of(kind), **NEEDED[kind], **texts})
    return raised.value.by_field


class TestChecking:
    @pytest.mark.parametrize("kind", DestinationKind)
    def test_what_is_needed_is_enough(self, kind):
        assert checked(kind, {**defaults_of(kind), **NEEDED[kind]}).items() >= NEEDED[kind].items()

    @pytest.mark.parametrize(
        ("kind", "texts", "wrong"),
        [
            (MAIL, {"recipients": ""}, "recipients"),
            (MAIL, {"recipients": "a@b.com\nno address"}, "recipients"),
            (MAIL, {"recipients": "a@b.com>\r\nBcc: c@d.com"}, "recipients"),
            (MAIL, {"sender": "me@acme.com\nBcc: x@y.z"}, "sender"),
            (MAIL, {"user": "anna"}, "password"),
            (MAIL, {"user": "anna", "password": "secret", "security": "plain"}, "security"),
            (MAIL, {"port": "70000"}, "port"),
            (MAIL, {"certificates": "no certificate"}, "certificates"),
            (SNMP, {"community": ""}, "community"),
            (SNMP, {"version": "3"}, "user"),
            (
                SNMP,
                {"version": "3", "user": "u", "authentication_password": "short"},
                "authentication_password",
            ),
            (SNMP, {"version": "3", "user": "u", "authentication": "none"}, "privacy"),
            (SNMP, {"oid_base": "1.3.x"}, "oid_base"),
            (WEBHOOK, {"url": "ftp://acme.com"}, "url"),
            (WEBHOOK, {"url": "https://user:word@example.com"}, "url"),
            (WEBHOOK, {"url": "http://acme.com", "authorization": "Bearer 1"}, "url"),
            (WEBHOOK, {"authorization": "Bearer 1\r\nX: y"}, "authorization"),
            (SYSLOG, {"host": "two words"}, "host"),
            (SYSLOG, {"transport": "pigeon"}, "transport"),
        ],
    )
    def test_what_will_not_do_is_said_at_its_field(self, kind, texts, wrong):
        assert wrong in problems(kind, **texts)


class TestReceivers:
    def test_each_kind_becomes_its_receiver(self, session):
        made = {
            kind: receiver_of(make_destination(session, kind, kind, **changed))
            for kind, changed in (
                (MAIL, {"recipients": "a@b.com, c@d.com\nA@b.com", "user": "u", "password": "p"}),
                (
                    SNMP,
                    {"version": "3", "user": "u", "authentication_password": "12345678", "privacy": "none"},
                ),
                (WEBHOOK, {"authorization": "Bearer 1"}),
                (SYSLOG, {"transport": "udp", "port": "514"}),
            )
        }
        mail, snmp, hook, syslog = made.values()
        assert isinstance(mail, MailServer)
        assert (mail.recipients, mail.security, mail.password) == (
            ["a@b.com", "c@d.com", "A@b.com"], MailSecurity.START_TLS, "p",
        )  # fmt: skip
        assert isinstance(snmp, SnmpReceiver)
        assert (snmp.authentication, snmp.privacy, snmp.is_inform) == ("SHA-256", "", True)
        assert isinstance(hook, WebHook)
        assert (hook.secret, hook.authorization) == ("signing-secret", "Bearer 1")
        assert isinstance(syslog, SyslogReceiver)
        assert (syslog.transport, syslog.port, syslog.facility) == (Transport.UDP, 514, 16)
        for receiver in made.values():
            assert receiver.may_be_here
            for secret in ("12345678", "signing-secret", "Bearer 1", "secret-public"):
                assert secret not in repr(receiver)

    @ON_SQLITE
    def test_a_tenants_destination_may_not_lead_to_this_machine(self, session):
        tenant = factories.make_tenant(session)
        assert not receiver_of(make_destination(session, tenant_id=tenant.id)).may_be_here


class TestSecrets:
    @ON_SQLITE
    def test_they_are_encrypted_and_stand_in_no_setting_and_no_journal(self, session):
        destination = make_destination(session, WEBHOOK)
        stored = session.execute(text("SELECT secrets, settings FROM destination")).one()
        assert b"signing-secret" not in stored.secrets
        assert "signing-secret" not in stored.settings
        assert "secret" not in keeping.shown_texts(destination)
        assert keeping.kept_secrets(destination) == {"secret"}
        told = " ".join(f"{entry.text} {entry.details}" for entry in session.scalars(select(JournalEntry)))
        assert "alice added the destination Operations (Web hook)." in told
        assert "signing-secret" not in told

    @ON_SQLITE
    @pytest.mark.parametrize(
        ("kind", "given", "elsewhere", "secret"),
        [
            (
                WEBHOOK,
                {"authorization": "Bearer 1"},
                {"url": "https://other.example.com/hook"},
                "authorization",
            ),
            (
                MAIL,
                {"user": "u", "password": "p"},
                {"host": "mail.other.example.com", "user": "u"},
                "password",
            ),
        ],
    )
    def test_it_goes_to_nobody_else_than_it_was_given_for(self, session, kind, given, elsewhere, secret):
        destination = make_destination(session, kind, **given)
        with pytest.raises(InvalidInputError) as refused:
            keeping.change(session, destination, wish(kind, **elsewhere), author=ALICE, now=NOW)
        assert list(refused.value.by_field) == [secret]
        keeping.change(session, destination, wish(kind, **given), author=ALICE, now=NOW)
        again = wish(kind, **elsewhere, **{secret: "typed again"})
        keeping.change(session, destination, again, author=ALICE, now=NOW)
        assert json.loads(destination.secrets)[secret] == "typed again"

    @ON_SQLITE
    def test_left_empty_one_stays_and_removed_it_goes(self, session):
        destination = make_destination(session, WEBHOOK)
        keeping.change(session, destination, wish(WEBHOOK, secret=""), author=ALICE, now=NOW)
        assert json.loads(destination.secrets) == {"secret": "signing-secret"}
        removed = wish(WEBHOOK, secret="", removed=frozenset({"secret"}))
        keeping.change(session, destination, removed, author=ALICE, now=NOW)
        assert json.loads(destination.secrets) == {}


class TestWhose:
    @ON_SQLITE
    def test_names_are_unique_whatever_their_case(self, session):
        make_destination(session)
        with pytest.raises(ConflictError, match="Another destination is called OPERATIONS"):
            make_destination(session, name="OPERATIONS")
        session.rollback()

    @ON_SQLITE
    def test_a_tenants_account_sees_and_changes_its_own_only(self, session):
        ours = factories.make_tenant(session)
        theirs = factories.make_tenant(session, "Globex")
        system = make_destination(session, name="System")
        other = make_destination(session, name="Theirs", tenant_id=theirs.id)
        own = make_destination(session, name="Ours", tenant_id=ours.id)
        set_scope(session, only_tenants([ours.id]))
        assert session.scalars(select(Destination.name)).all() == ["Ours"]
        for tenant_id in (None, theirs.id):
            with pytest.raises(InvalidInputError) as raised:
                keeping.change(session, own, wish(MAIL, tenant_id=tenant_id), author=ALICE, now=NOW)
            assert set(raised.value.by_field) == {"tenant_id"}
        keeping.send_test(session, own, author=ALICE, now=NOW)
        session.flush()
        for foreign in (system, other):
            foreign.is_enabled = False
            with pytest.raises(TenantViolationError):
                session.flush()
            session.expire(foreign)

    def test_it_goes_with_its_tenant_and_never_becomes_the_systems(self, session):
        tenant = factories.make_tenant(session)
        destination = make_destination(session, tenant_id=tenant.id)
        keeping.send_test(session, destination, author=ALICE, now=NOW)
        consequences = tenancy.departure_of_tenant(session, tenant).of("goes")
        assert [each.usage.words for each in consequences if each.usage.kind.key == "destinations"] == [
            "1 destination of alarms"
        ]
        tenancy.clear_tenant(session, tenant)
        session.delete(tenant)
        session.flush()
        assert session.scalars(select(Destination)).all() == session.scalars(select(Delivery)).all() == []
