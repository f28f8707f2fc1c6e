"""Codes by time: those of the standard, and which moments count."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from app.security import totp

STANDARD = base64.b32encode(b"12345678901234567890").decode()
NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
STEP = timedelta(seconds=totp.SECONDS)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
    ],
)
def test_the_codes_are_those_of_rfc_6238(seconds: int, code: str):
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.code_at(STANDARD, at) == code
    assert totp.step_of(STANDARD, code, now=at) == seconds // totp.SECONDS


@pytest.mark.parametrize(("off", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(off: int, counts: bool):
    secret = totp.new_secret()
    code = totp.code_at(secret, NOW + off * STEP)
    step = totp.step_of(secret, code, now=NOW)
    assert step == (int(NOW.timestamp()) // totp.SECONDS + off if counts else None)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "äöüßéè", "x" * 10_000])
def test_what_is_no_code_is_wrong(typed: str):
    assert totp.step_of(STANDARD, typed, now=NOW) is None


def test_an_app_is_told_the_secret_whose_account_it_is_and_of_what():
    address = totp.address_of(STANDARD, "o'otto&?@acme", "Ringmaster")
    assert address.startswith("otpauth://totp/Ringmaster:o%27otto%26%3F%40acme?")
    assert f"secret={STANDARD}" in address
    assert "issuer=Ringmaster&" in address


def test_no_two_secrets_are_alike():
    assert len({totp.new_secret() for _ in range(100)}) == 100
