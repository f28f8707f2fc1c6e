"""Rows of users: judged together as each by itself, and what was exported comes back as it was."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database, make_engine
from app.errors import InvalidInputError
from app.models import PhoneUser, Tenant
from app.models.enums import Verdict
from app.models.phone_user import MAX_DISPLAY_NAME, key_of
from app.rendering.csv_lines import reversible_line
from app.rendering.secret_parameters import MASK
from app.rules import typed_names
from app.security.secrets import open_vault, vault
from app.security.tenant_scope import ALL_TENANTS
from app.services import phone_user_passwords, phone_users, user_export
from app.services.imports.user_check import UserCheck
from app.services.imports.user_file import UserFile
from app.services.imports.user_staging import Alike, Judged
from app.transaction import reading, writing
from tests.databases import INSTALLATION_KEY
from tests.factories import make_device, make_tenant, make_user

NOW = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
COLUMNS = (
    "Name", "Password", "Display Name", "Tenant", "Device 1 MAC Address", "Device 1 Display Name",
    "Device 1 Serial Number", "Device 1 IP Phone Model", "Device 1 Language", "Device 1 VLAN ID", "Device 1 Site",
    "Device 2 MAC Address", "Device 2 VLAN Mode",
)  # fmt: skip
# A language alone makes no device, but the cell has to be given back its beginning: the row is read by itself.
ASIDE, ODD, PLAIN = "Device 9 Language", "'=x", "x"

names = st.sampled_from(
    ["", "anna", "ANNA ", "bob", "Zoë", "Zoe\u0308", "o'neil", "=x", "system", "x" * 129, "a\nb"]
)
macs = st.sampled_from(["", "00908f000001", "00:90:8F:00:00:01", "00908f000002", "00908f000003", "00908f"])
rows = st.tuples(
    names | st.text(max_size=8),
    st.sampled_from(["", "secret", " s ", "'=1", MASK, "p" * 257]),
    st.sampled_from(["", "Anna", " Anna ", "d" * 201, "Jean\u00a0Paul", "\u202eannA"]),
    st.sampled_from(["", "Acme", "ACME", "Globex", "Nowhere"]),
    macs,
    st.sampled_from(["", "Desk", "'+d", "d" * 201]),
    st.sampled_from(["", "SN1", "s" * 61]),
    st.sampled_from(["", "Nothing"]),
    st.sampled_from(["", "german", "Klingon"]),
    st.sampled_from(["", "0", "7", "4097"]),
    st.sampled_from(["", "autodetection", "Moon"]),
    macs,
    st.sampled_from(["", "Manual", "sometimes"]),
)


@pytest.fixture(scope="module", params=KINDS)
def installed(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An installation with a few users and phones, which the tests only read."""
    open_vault(INSTALLATION_KEY)
    databases = request.getfixturevalue(f"{request.param}_databases")
    url = databases.copy(request.getfixturevalue(f"{request.param}_template"))
    found = Database(make_engine(url))
    with writing(found, ALL_TENANTS) as session:
        acme, _ = make_tenant(session, "Acme"), make_tenant(session, "Globex")
        anna = make_user(session, "anna", tenant=acme, password="secret", display_name="Anna")
        make_device(session, mac="00908f000001", tenant=acme, phone_user=anna)
        make_device(session, mac="00908f000002", tenant=acme, phone_user=None)
    yield found
    found.reader.dispose()
    databases.drop(url)


@given(table=st.lists(rows, min_size=1, max_size=12))
@settings(max_examples=100, deadline=None)
def test_rows_are_judged_together_as_one_by_one(installed: Database, table: list[tuple[str, ...]]) -> None:
    with reading(installed, ALL_TENANTS) as session:
        together, one_by_one = (check(session, table, aside) for aside in (PLAIN, ODD))
    assert together == one_by_one


def test_a_name_is_the_same_however_its_letters_are_coded(installed: Database) -> None:
    content = "Name,Tenant,Display Name\nANNA\u0301,Acme,Jean\u00a0Paul\nAnn\u00e1,Acme,Jean\n".encode()
    with reading(installed, ALL_TENANTS) as session:
        first, second = judged_rows(session, content)
    said = {
        "verdict": Verdict.NEW,
        "name": "ANN\u00c1",
        "name_key": "ann\u00e1",
        "display_name": "Jean\u00a0Paul",
    }
    assert first.items() >= said.items()
    assert second["reason"].startswith("The user stands in line 2 already")


AWKWARD = "\"',; =+-@\u00a0\u200c\u0308\u05d0\\"
letters = st.sampled_from(AWKWARD) | st.characters(exclude_categories=["Cs"])
words = st.text(letters.filter(lambda letter: not typed_names.hidden_character(letter)), max_size=12).map(
    str.strip
)


@given(
    people=st.lists(
        st.tuples(words, words, words), min_size=1, max_size=5, unique_by=lambda person: key_of(person[0])
    )
)
@settings(max_examples=50, deadline=None)
def test_what_was_exported_comes_back_as_it_was(
    installed: Database, people: list[tuple[str, str, str]]
) -> None:
    with reading(installed, ALL_TENANTS) as session:
        acme = session.scalars(select(Tenant).where(Tenant.name == "Acme")).one()
        added = [user for person in people if (user := typed_user(acme, *person))]
        session.add_all(added)
        content = exported(session)
        assert all(row["verdict"] == Verdict.UNCHANGED for row in judged_rows(session, content))
        said = sorted((user.name, user.display_name, user.password) for user in added)
        for user in added:
            session.delete(user)
        rows = [row for row in judged_rows(session, content) if row["verdict"] == Verdict.NEW]
        found = ((row["name"], row["display_name"], (row["password"] or b"").decode()) for row in rows)
        assert sorted(found) == said


def typed_user(tenant: Tenant, name: str, password: str, display_name: str) -> PhoneUser | None:
    """Return a user as the page makes one, None where it refuses what was typed."""
    try:
        return PhoneUser(
            tenant=tenant,
            name=phone_users.checked_name(name),
            password=phone_user_passwords.checked(password),
            display_name=typed_names.checked_name(display_name, "display name", MAX_DISPLAY_NAME),
            created_at=NOW,
        )
    except InvalidInputError:
        return None


def exported(session: Session) -> bytes:
    stream = io.BytesIO()
    user_export.write_users(session, stream, with_passwords=True)
    return stream.getvalue()


def judged_rows(session: Session, content: bytes) -> list[dict[str, Any]]:
    looked = UserCheck(session, 1, UserFile(content, "users.zip"))
    return rows_of([looked.judge(session, part) for part in looked.parts()])


def check(session: Session, table: list[tuple[str, ...]], aside: str) -> tuple[object, ...]:
    """Return all that is kept of a table, in the order of its lines, and what is counted."""
    lines = [(*COLUMNS, ASIDE), *((*row, aside) for row in table)]
    content = "".join(map(reversible_line, lines)).encode()
    looked = UserCheck(session, 1, UserFile(content, "users.csv"))
    found = [looked.judge(session, part) for part in looked.parts()]
    return rows_of(found), devices_of(found), looked.verdicts, looked.unknown


def rows_of(found: list[Judged]) -> list[dict[str, Any]]:
    kept = [row for judged in found for alike in judged.all_rows for row in whole(alike)]
    for row in kept:
        row["password"] = vault().decrypt(row["password"]) if row["password"] else None
    return sorted(kept, key=itemgetter("line"))


def devices_of(found: list[Judged]) -> list[dict[str, Any]]:
    kept = (device for judged in found for alike in judged.all_devices for device in whole(alike))
    return sorted(kept, key=itemgetter("line", "mac"))


def whole(alike: Alike) -> Iterator[dict[str, Any]]:
    """Yield rows with all of their values, those that they have in common among them."""
    for own in alike.rows:
        yield {**alike.shared, **dict(zip(alike.columns, own, strict=True))}
