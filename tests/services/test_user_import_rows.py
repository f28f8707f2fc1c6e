"""Rows that are judged together have the verdicts that each has by itself."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.database import Database, make_engine
from app.rendering.csv_lines import reversible_line
from app.rendering.secret_parameters import MASK
from app.security.secrets import open_vault, vault
from app.security.tenant_scope import ALL_TENANTS
from app.services.imports.user_check import UserCheck
from app.services.imports.user_file import UserFile
from app.services.imports.user_staging import Judged
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


def check(session: Session, table: list[tuple[str, ...]], aside: str) -> tuple[object, ...]:
    """Return all that is kept of a table, in the order of its lines, and what is counted."""
    lines = [(*COLUMNS, ASIDE), *((*row, aside) for row in table)]
    content = "".join(map(reversible_line, lines)).encode()
    looked = UserCheck(session, 1, UserFile(content, "users.csv"))
    found = [looked.judge(session, part) for part in looked.parts()]
    return rows_of(found), devices_of(found), looked.verdicts, looked.unknown


def rows_of(found: list[Judged]) -> list[tuple[object, ...]]:
    kept = (row for judged in found for row in (*judged.rows, *judged.plain_rows))
    return sorted((*row, vault().decrypt(secret) if secret else None) for *row, secret in kept)


def devices_of(found: list[Judged]) -> list[tuple[object, ...]]:
    return sorted(device for judged in found for device in (*judged.devices, *judged.plain_devices))
