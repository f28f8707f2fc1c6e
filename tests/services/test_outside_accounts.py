"""Accounts of people of a directory or of a provider: whose is whose."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.rules.ways_to_sign_in.access import Access
from app.security.roles import MONITOR
from app.services import outside_accounts
from app.services.author import Author
from app.services.outside_accounts import Identity

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)


def test_the_same_key_of_another_provider_is_somebody_else(session: Session):
    def take_in(mark: str, key: str, username: str) -> int:
        who = Identity(
            mark=mark,
            way="Acme Login",
            key=key,
            username=username,
            first_name="Ann",
            last_name="Bell",
            mail=f"{username}@example.com",
        )
        access = Access(MONITOR, sees_all_tenants=True, tenants=())
        account = outside_accounts.take_in(session, who, access, author=Author(username), now=NOW)
        session.flush()
        return int(account.id)

    ann = take_in("oidc:company", "7f-1", "ann")
    assert take_in("oidc:company", "7f-1", "ann.bell") == ann
    for mark, key in (("oidc:partner", "7f-1"), ("ldap", "7f-1"), ("oidc:company", "7F-1")):
        assert take_in(mark, key, f"ann-{mark[-3:]}-{key}") != ann
