"""Messages of LDAP directories, as bytes (RFC 4511; BER of X.690), and what is odd in one."""

from collections.abc import Sequence

from hypothesis import strategies as st

from tests.fuzzing.mutations import NASTY_BYTES, mutated

MESSAGE_ID = b"\x02\x03\x00\x7b\x7b"
"""Stands where the number of the question is to stand that is answered."""
BIND_RESULT, ENTRY, REFERENCE, SEARCH_RESULT, EXTENDED_RESULT = 0x61, 0x64, 0x73, 0x65, 0x78
_INTEGER, _OCTETS, _ENUMERATED, _SEQUENCE, _SET = 0x02, 0x04, 0x0A, 0x30, 0x31
_CONTROLS, _REFERRALS = 0xA0, 0xA3
_PAGING = b"1.2.840.113556.1.4.319"

_CODES = (0, 1, 2, 3, 4, 7, 8, 10, 11, 13, 14, 32, 34, 48, 49, 50, 51, 52, 53, 80, 118, 123, 4096, 2**31, -1)
_DNS = (b"uid=anna,dc=acme", b"", b"cn=a\\,b+sn=c,dc=\xff", b"=,=", b"CN=\xc3\xa4\\0A", b"dc=acme," * 3000)
_NAMES = (
    b"uid", b"UID", b"cn", b"sn", b"mail", b"givenName", b"memberOf", b"memberOf;range=0-1", b"memberOf;range=2-*",
    b"memberOf;range=a-b", b"telephoneNumber", b"uid;binary", b"objectGUID", b"", b"\xff", b"dn",
)  # fmt: skip
_VALUES = (b"anna", b"cn=admins,dc=acme", b"+49 30 1234", b"Anna \xc3\xa4", bytes(16), b"a" * 300_000)
_MESSAGES = (
    b"", b"80090308: LdapErr: DSID-0C09042A, comment: AcceptSecurityContext error, data 532, v3839", b"data 773",
    b"no such user", b"x" * 100_000,
)  # fmt: skip
_URLS = (b"ldap://127.0.0.1:1/dc=acme??sub", b"ldap://[", b"ldaps:///", b"x")


def element(tag: int, *parts: bytes) -> bytes:
    """Return an element with its tag and length."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def message(*elements: bytes) -> bytes:
    """Return an answer to whatever is asked."""
    return element(_SEQUENCE, MESSAGE_ID, *elements)


def result(kind: int, code: int = 0, dn: bytes = b"", text: bytes = b"", *more: bytes) -> bytes:
    """Return how an operation ended."""
    number = code.to_bytes(code.bit_length() // 8 + 1, "big", signed=True)
    return element(kind, element(_ENUMERATED, number), element(_OCTETS, dn), element(_OCTETS, text), *more)


def entry(dn: bytes, attributes: Sequence[tuple[bytes, Sequence[bytes]]]) -> bytes:
    """Return what was found."""
    listed = (
        element(
            _SEQUENCE, element(_OCTETS, name), element(_SET, *(element(_OCTETS, value) for value in values))
        )
        for name, values in attributes
    )
    return element(ENTRY, element(_OCTETS, dn), element(_SEQUENCE, *listed))


def paging(cookie: bytes, size: bytes = b"\x00") -> bytes:
    """Return the control with which a directory says that there is another page (RFC 2696)."""
    value = element(_SEQUENCE, element(_INTEGER, size), element(_OCTETS, cookie))
    return element(_CONTROLS, element(_SEQUENCE, element(_OCTETS, _PAGING), element(_OCTETS, value)))


def with_number(answer: bytes, number: int) -> bytes:
    """Return an answer with the number of the question that it is for."""
    return answer.replace(MESSAGE_ID, MESSAGE_ID[:2] + number.to_bytes(len(MESSAGE_ID) - 2, "big"))


def number_and_kind(question: bytes) -> tuple[int, int]:
    """Return the number of a question of ldap3, which counts on in a process, and its kind; zeros for none."""
    if len(question) < 2:
        return 0, 0
    begins = 2 + (question[1] & 0x7F if question[1] & 0x80 else 0)
    ends = begins + 2 + question[begins + 1]
    return int.from_bytes(question[begins + 2 : ends], "big"), question[ends]


PERSON = entry(
    b"uid=anna,dc=acme", [(b"uid", [b"anna"]), (b"sn", [b"A"]), (b"memberOf", [b"cn=admins,dc=acme"])]
)
WELL = {
    "bind": [message(result(BIND_RESULT))],
    "search": [
        message(PERSON) + message(result(SEARCH_RESULT)),
        message(PERSON)
        + message(element(REFERENCE, element(_OCTETS, _URLS[0])))
        + message(result(SEARCH_RESULT), paging(b"")),
    ],
    "extended": [message(result(EXTENDED_RESULT, 2))],
}
"""Answers of a directory where all is well."""


def _octets(usual: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    return st.one_of(
        st.sampled_from(usual), st.sampled_from(usual), st.sampled_from(NASTY_BYTES), st.binary(max_size=20)
    )


@st.composite
def _results(draw: st.DrawFn, kind: int) -> bytes:
    more = []
    if draw(st.integers(0, 4)) == 0:
        urls = draw(st.lists(_octets(_URLS), max_size=2))
        more.append(element(_REFERRALS, *(element(_OCTETS, url) for url in urls)))
    code = draw(st.one_of(st.just(0), st.just(0), st.sampled_from(_CODES)))
    return result(kind, code, draw(_octets(_DNS)), draw(_octets(_MESSAGES)), *more)


@st.composite
def _entries(draw: st.DrawFn) -> bytes:
    attributes = st.tuples(_octets(_NAMES), st.lists(_octets(_VALUES), max_size=3))
    return entry(draw(_octets(_DNS)), draw(st.lists(attributes, max_size=4)))


@st.composite
def _controls(draw: st.DrawFn) -> bytes:
    kind = draw(st.sampled_from(("none", "none", "page", "size", "odd")))
    if kind == "none":
        return b""
    if kind == "odd":
        oid = draw(st.sampled_from((_PAGING, b"1.2.840.113556.1.4.841", b"1.3.6.1.1.13.1", b"1.2", b"\xff")))
        return element(_CONTROLS, element(_SEQUENCE, element(_OCTETS, oid), draw(st.binary(max_size=12))))
    return paging(draw(_octets((b"", b"next"))), draw(st.binary(max_size=300)) if kind == "size" else b"\x00")


@st.composite
def answers(draw: st.DrawFn, kind: int) -> bytes:
    """Draw what a directory answers to a question whose result is of this kind, mostly in order, sometimes changed."""
    said = b""
    elements = st.one_of(
        _entries(), st.builds(lambda url: element(REFERENCE, element(_OCTETS, url)), _octets(_URLS))
    )
    for one in draw(st.lists(elements, max_size=3)) if kind == SEARCH_RESULT else ():
        said += message(one)
    kinds = st.one_of(
        st.just(kind), st.just(kind), st.sampled_from((BIND_RESULT, ENTRY, EXTENDED_RESULT, 0x79, 0x6F))
    )
    said += message(draw(_results(draw(kinds))), draw(_controls()))
    if draw(st.integers(0, 2)) == 0:
        said = draw(mutated([said], most_changes=3))
    return said
