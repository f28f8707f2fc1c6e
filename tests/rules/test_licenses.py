"""Licences as files: what is read, whatever became of line ends and blanks, and what is refused, and why."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInputError
from app.rules.licenses import FIELDS, MOST_CHARACTERS, License, SignedLicense, license_of, read_license

SIGNATURE = bytes(range(64))
LICENSE = License(
    id="L-17",
    holder="Acme GmbH & Söhne",
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
    devices=500,
)
FILE = """Ringmaster license 1
Id: L-17
Holder: Acme GmbH & Söhne
Valid from: 2026-01-01
Valid until: 2026-12-31
Devices: 500
Signature: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g
  ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==
"""


def test_a_file_is_readable():
    assert SignedLicense(LICENSE, SIGNATURE).text == FILE


def test_what_was_written_is_read():
    assert read_license(FILE) == SignedLicense(LICENSE, SIGNATURE)


@pytest.mark.parametrize(
    "mangled",
    [
        FILE.replace("\n", "\r\n"),
        "\ufeff" + FILE,
        FILE.replace(": ", ":   ").replace("\n", "  \n\n"),
        FILE.replace("Valid from: 2026-01-01\n", "").replace("Devices", "VALID FROM: 2026-01-01\nDevices"),
        FILE.replace("GmbH & ", "GmbH  &\t"),
        FILE.replace("8g\n  IS", "8gIS"),
    ],
)
def test_line_ends_blanks_and_order_say_nothing(mangled: str):
    assert read_license(mangled).license.text == LICENSE.text


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (FILE, " \n", "it is empty."),
        ("Ringmaster license 1", "Dear customer,", 'its first line should be "Ringmaster license 1".'),
        ("license 1", "license 2", "is of the format 2; this version of Ringmaster reads 1."),
        ("Devices: 500\n", "", 'does not say "Devices"'),
        ("Devices: 500", "Devices: 500\nDevices: 501", 'says "Devices" twice'),
        ("Devices: 500", "Phones: 500", 'none of its fields: "Phones: 500"'),
        ("Devices: 500", "Devices: 0", "is a number from 1 to 10,000,000"),
        ("Devices: 500", "Devices: 5e3", 'or unlimited; it is "5e3".'),
        ("Devices: 500", "Devices: \u0665", "is a number from 1"),
        ("2026-12-31", "31.12.2026", 'is a date such as 2027-12-31, or unlimited; it is "31.12.2026".'),
        ("2026-12-31", "2026-02-30", "is a date such as"),
        ("2026-12-31", "2025-12-31", "would end on 2025-12-31, before it begins on 2026-01-01."),
        ("2026-01-01", "unlimited", '"Valid from" of a licence is a date'),
        ("L-17", "x" * 41, '"Id" of a licence has 1 to 40 characters'),
        ("Acme GmbH & Söhne", "", '"Holder" of a licence has 1 to 100 characters'),
        ("Acme", "Ac\u202eme", '"Holder" of a licence has'),
        ("PD0+Pw==", "", "is not whole"),
        ("AAEC", "A*EC", "is not whole"),
        ("Id:", "x" * MOST_CHARACTERS, "more than 4,000 characters"),
    ],
)
def test_what_will_not_do_is_told(before: str, after: str, sentence: str):
    assert before in FILE
    with pytest.raises(InvalidInputError) as refused:
        read_license(FILE.replace(before, after))
    assert sentence in str(refused.value)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str):
    for candidate in (text, FILE.replace("500", text), FILE.replace("Söhne", text)):
        try:
            read = read_license(candidate)
        except InvalidInputError:
            continue
        assert read_license(SignedLicense(read.license, read.signature).text) == read


def test_unlimited_is_a_word():
    values = dict(zip(FIELDS, ("1", "Acme", "2026-01-01", "Unlimited", " unlimited "), strict=True))
    unlimited = license_of(values)
    assert (unlimited.valid_until, unlimited.devices) == (None, None)
    assert unlimited.text.endswith("Valid until: unlimited\nDevices: unlimited")


def test_a_day_ends_where_the_administrators_are():
    assert LICENSE.ends_at(ZoneInfo("UTC")) == datetime(2027, 1, 1, tzinfo=UTC)
    assert LICENSE.ends_at(ZoneInfo("Asia/Tokyo")) == datetime(2026, 12, 31, 15, tzinfo=UTC)
