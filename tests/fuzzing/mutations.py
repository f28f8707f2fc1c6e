"""Inputs that nearly fit: valid ones with pieces changed, doubled, cut out and put in, and what is known to hurt."""

from collections.abc import Sequence

from hypothesis import strategies as st

NASTY_TEXTS = (
    "\x00", "\r\n", "\n", "\t", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u202e", "\ufeff", "\ufffd", "\u0300" * 40,
    "\ud800", "\udfff", "\U0010ffff", "İ", "ß", "ﬁ", "٣", "²", "½", "\U0001d7d7", "e\u0301", "\u200d", "\u00ad",
    "'", '"', "`", "\\", "%", "%00", "%2e%2e%2f",
    "%ff", "%ITCS_mac%", "%ITCS_", "%s%n", "{0}", "{{7*7}}", "${x}",
    "<script>alert(1)</script>", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "]]>", "&#x0;", "&amp;", "<a>" * 50,
    "' OR 1=1 --", "*)(uid=*", "(" * 200, "[" * 2000, '{"a":' * 500, "not " * 300, "../" * 20, "C:\\con", "//",

    "-1", "0", "00", "1e999", "NaN", "Infinity", "-0.0", "9" * 30, "9" * 5000, str(2**31), str(2**63), str(2**64),
    "0x10", "1_000", "127.0.0.1", "::1", "::ffff:10.0.0.1",
    "fe80::1%eth0", "0.0.0.0/0", "10.0.0.0/33", "1.2.3.4/255.0.255.0",
    "0001-01-01", "9999-12-31", "2026-02-30", "24:00",
    "null", "true", "=1+1", "@SUM(A1)", "|cmd", ";", ",", ":", "*" * 60,
    "a" * 300, "a" * 70_000, "ü" * 300, "?" * 60, " ", " " * 5000, "",
)  # fmt: skip
NASTY_BYTES = (
    *(text.encode("utf-8", "surrogatepass") for text in NASTY_TEXTS),
    b"\xff", b"\xfe\xff", b"\xff\xfe\x00\x00", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80" * 20,
    b"\x1f\x8b\x08\x00", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), b"\x00" * 4096, b"\xff" * 8,
)  # fmt: skip


def nasty_texts() -> st.SearchStrategy[str]:
    """Return texts that are known to hurt, and any others."""
    return st.one_of(st.sampled_from(NASTY_TEXTS), st.text(max_size=60))


@st.composite
def mutated(draw: st.DrawFn, samples: Sequence[bytes], *, most_changes: int = 6) -> bytes:
    """Draw one of the samples, mostly changed in some places."""
    content = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(0, most_changes))):
        first = draw(st.integers(0, len(content)))
        length = draw(st.one_of(st.integers(0, 8), st.integers(0, len(content))))
        span = content[first : first + length]
        change = draw(st.sampled_from(("put in", "replace", "cut", "double", "end", "byte", "splice")))
        if change == "put in":
            content[first:first] = draw(st.sampled_from(NASTY_BYTES))
        elif change == "replace":
            content[first : first + length] = draw(st.sampled_from(NASTY_BYTES))
        elif change == "cut":
            del content[first : first + length]
        elif change == "double":
            content[first:first] = span * draw(st.sampled_from((1, 2, 30)))
        elif change == "end":
            del content[first:]
        elif change == "byte":
            content[first : first + 1] = bytes([draw(st.integers(0, 255))])
        else:
            content[first:] = draw(st.sampled_from(samples))[first:]
    return bytes(content)


def mutated_texts(samples: Sequence[str], *, most_changes: int = 4) -> st.SearchStrategy[str]:
    """Return texts that nearly are one of the samples; surrogates that stand alone are among them."""
    encoded = [sample.encode("utf-8", "surrogatepass") for sample in samples]
    return st.one_of(mutated(encoded, most_changes=most_changes).map(as_text), nasty_texts())


def as_text(content: bytes) -> str:
    """Return bytes as a text that may have lone surrogates in it, as JSON can bring them."""
    try:
        return content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return content.decode("utf-8", "replace")
