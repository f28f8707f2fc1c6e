"""Who takes gzip: Accept-Encoding with its weights (RFC 9110, 12.5.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.phone_api.accept_encoding import prefers_gzip


@pytest.mark.parametrize(
    "header",
    [
        "gzip",
        "GZip",
        "x-gzip",
        "deflate, gzip",
        "gzip;q=0.001",
        "gzip ; Q = 1.000 , identity; q=0.5",
        "*",
        "identity;q=0.5, *;q=0.5",
        "br, *;q=0.1",
        "identity;q=0, gzip;q=0.1",
        "gzip, identity",
    ],
)
def test_it_takes_gzip(header):
    assert prefers_gzip(header)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "identity",
        "deflate, br",
        "gzip;q=0",
        "gzip;q=0.000, *",
        "*;q=0",
        "gzip;q=0.5, identity",
        "*;q=0.2, identity;q=0.3",
        "gzip;q=high",
        "gzip;q=1.5",
        "gzipped",
        ";q=1",
    ],
)
def test_it_does_not_take_gzip(header):
    assert not prefers_gzip(header)


@given(st.text(st.characters(max_codepoint=255), max_size=80))
def test_no_header_disturbs(header):
    assert prefers_gzip(header) in {True, False}
