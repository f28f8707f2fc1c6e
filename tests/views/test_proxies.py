"""Behind a trusted proxy the journal names the person's own address, and nobody can put another in its place."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from sqlalchemy import select

from app import create_app
from app.models import JournalEntry
from app.security.tenant_scope import ALL_TENANTS, set_scope
from app.views.web_session import db
from config import Settings
from tests.databases import INSTALLATION_KEY


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("proxies", "address"), [((ip_network("127.0.0.1/32"),), "198.51.100.7"), ((), "127.0.0.1")]
)
def test_the_journal_names_the_address_of_the_person(database_url, tmp_path: Path, proxies, address):
    settings = Settings(
        database_url=database_url, data_dir=tmp_path, secret_key=INSTALLATION_KEY, trusted_proxies=proxies
    )
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    typed = {"username": "acladmin", "password": "wrong"}
    app.test_client().post("/login/", data=typed, headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
    with app.app_context():
        set_scope(db.session(), ALL_TENANTS)
        assert db.session.scalars(select(JournalEntry.address)).all() == [address]
        db.engine.dispose()
