"""Secrets do not get into a line, whoever puts them there, and however they are written."""

import logging

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.database import Database
from app.logs.entries import as_json, entry_of
from app.logs.redaction import MASK, Redaction

SECRET = "0pen-Sesame!9"


@pytest.mark.parametrize(
    "line",
    [
        f"voip/line/0/auth_password={SECRET}",
        f"voip/line/0/auth_password = {SECRET} with blanks {SECRET}",
        f'ems_server/user_password={{"{SECRET}"}}',
        f"system/pin={SECRET}",
        f'{{"name": "anna", "emsUserPassword": "{SECRET}", "ip": "10.1.0.7"}}',
        f"{{'password': '{SECRET}'}}",
        f"Acme_tenant_password={SECRET}",
        f"%ITCS_LinePassword%: {SECRET}",
        f"Authorization: Bearer {SECRET}",
        f'Authorization: Digest username="anna", response="{SECRET}"',
        f"Cookie: session={SECRET}; other={SECRET}",
        f"api-key={SECRET}",
        f"PRIVATE_KEY={SECRET}",
        f"postgresql+psycopg://ringmaster:{SECRET}@db.example.com/ringmaster",
        f"ldap://cn=phones:{SECRET}@directory",
        f"sessionId={SECRET}&password={SECRET}",
        f"(psycopg.errors.NotNull) DETAIL:  Failing row contains (7, anna, {SECRET}).",
        f"[parameters: ('anna', '{SECRET}')]",
    ],
)
def test_a_secret_behind_its_name_is_masked(line: str):
    cleaned = Redaction().clean(line)
    assert SECRET not in cleaned
    assert MASK in cleaned


def test_the_installations_own_secrets_are_masked_wherever_they_stand():
    redaction = Redaction((SECRET, "abc", ""))
    assert (
        redaction.clean(f"The key {SECRET} is wrong; abc is short.")
        == f"The key {MASK} is wrong; abc is short."
    )


@pytest.mark.parametrize(
    "line",
    [
        "Somebody gave a wrong password for victor.",
        "GET /devices/00908facaca1/ 200 in 12 ms",
        "Mapping: 3 phones, pinging=yes",
        "The account olga has another password.",
    ],
)
def test_what_holds_no_secret_stays(line: str):
    assert Redaction((SECRET,)).clean(line) == line


def test_hostile_lengths_are_cleaned_in_no_time():
    for piece in (
        "password" * 9_000,
        "://" * 20_000,
        "a:" * 30_000,
        "password=" * 8_000,
        "'password': '" * 6_000,
    ):
        assert len(Redaction((SECRET,)).clean_line(piece, 4_000)) <= 4_000


def test_an_error_of_the_database_does_not_tell_the_values_of_its_statement(database: Database):
    with pytest.raises(DBAPIError) as raised, database.reader.connect() as connection:
        connection.execute(text("SELECT nothing FROM nowhere WHERE x = :x"), {"x": SECRET})
    failed = (type(raised.value), raised.value, raised.value.__traceback__)
    record = logging.LogRecord("app.x", logging.ERROR, "", 0, "It failed: %s", (raised.value,), failed)
    assert SECRET not in str(raised.value)
    assert "nowhere" in str(raised.value)
    assert SECRET not in as_json(entry_of(record, "web", Redaction()))
