"""Secrets at rest: neither a table nor a file of the database shows one."""

from pathlib import Path

from app.models import ConfigurationValue
from app.models.enums import Status, ValueLevel
from app.services import approval, config_files
from app.services.approval import ApprovalRequest
from app.services.author import Author
from tests import factories
from tests.factories import NOW
from tests.services.reporting import GENERIC, MAC, report

SECRETS = ("line-password-7f3a", "ldap-password-91bc", "overlay-password-55de", "phone-web-password-02aa")


def test_no_secret_stands_in_the_database_as_it_is(session, database, database_url):
    acme = factories.make_tenant(session, "Acme")
    report(session, Status.STARTED, region="Acme", **GENERIC)
    factories.make_placeholder(session, "LDAPPassword", "ldap-password-91bc", tenant_id=acme.id)
    factories.make_placeholder(session, "IPPhonePassword", "phone-web-password-02aa")
    value = {"parameter": "system/password", "value": "overlay-password-55de"}
    session.add(ConfigurationValue(level=ValueLevel.TENANT, tenant_id=acme.id, **value))
    wish = ApprovalRequest(tenant_id=acme.id, user_name="160000", password="line-password-7f3a")
    approval.approve(session, MAC, wish, author=Author("alice"), now=NOW)
    text = config_files.text_of(config_files.find(session, f"{MAC}.cfg"))
    assert [secret for secret in SECRETS if secret not in text] == []
    session.commit()

    stored = files_of(database_url) if database_url.startswith("sqlite") else rows_of(database)
    assert MAC.encode() in stored
    assert b"160000" in stored
    assert [secret for secret in SECRETS if secret.encode() in stored] == []


def files_of(database_url):
    """Return the bytes of the database file and of what lies beside it."""
    file = Path(database_url.removeprefix("sqlite:///"))
    return b"".join(part.read_bytes() for part in sorted(file.parent.glob(f"{file.name}*")))


def rows_of(database):
    """Return every row of every table, as PostgreSQL writes it and as it is read."""
    with database.reader.connect() as connection:
        tables = connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        statements = [f'SELECT t::text, t.* FROM "{table}" t' for table in tables.scalars()]
        return repr([connection.exec_driver_sql(statement).all() for statement in statements]).encode()
