"""Bodies as phones send them: JSON, and what real phones send in its place (protocol 2.2)."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInputError
from app.phone_api.messages import MAX_BODY_BYTES
from app.phone_api.payloads import decode_object, text_of

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
# What the senders may drop commas around: strings, whatever they hold.
STRINGS = st.text(st.sampled_from('",:{}[]\\ \nab'), max_size=8)


@pytest.mark.parametrize(
    "body",
    [
        '{"a":"1","b":"2",}',
        '{"a":"1","b":"2" , }',
        '{"a": "1",\n"b": "2"\n}',
        '{"a":"1"\n"b":"2"}',
        '{"a":"1" "b":"2",}',
        '{\n"a": "1"\r\n\t"b": "2",\n}',
        '{"b":"2","a":"1"}',
        '\ufeff{"a":"1","b":"2"}',
        '  {"a":"1","b":"2"}  \n',
    ],
    ids=repr,
)
def test_what_real_phones_send_is_read(body):
    assert decode_object(body.encode()) == {"a": "1", "b": "2"}


def test_a_trailing_comma_inside_an_alarm_is_forgiven():
    body = b'{"alerts":[{"name":"X","additionalInfo2":"",}]}'
    assert decode_object(body) == {"alerts": [{"name": "X", "additionalInfo2": ""}]}


def test_what_is_repaired_is_never_inside_a_text():
    body = '{"a": ",}" "b": "x\\" \\"y,]",}'
    assert decode_object(body.encode()) == {"a": ",}", "b": 'x" "y,]'}


def test_names_are_in_lower_case_and_the_last_of_two_counts():
    assert decode_object(b'{"vLanId":"1","VLANID":"2"}') == {"vlanid": "2"}


def test_a_body_that_is_no_utf_8_is_read_as_latin_1():
    assert decode_object('{"a":"Müller"}'.encode("latin-1")) == {"a": "Müller"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{\n}x",
        b"null",
        b"[]",
        b'"a"',
        b"17",
        b'{"a":}',
        b'{"a" "b"}',
        b'{"a":"b',
        b"mac=00908f9a9623",
        b"\x00",
        b'{"a":1e999}',
        b'{"a":NaN}',
        b'{"a":"\\ud800"}',
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"a":' + b"1" * 60_000 + b"}",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_object_is_refused_in_a_sentence(body):
    with pytest.raises(InvalidInputError, match=r"^The body .*\.$"):
        decode_object(body)


@pytest.mark.parametrize(
    "piece", [b'\\"', b'"', b'"a" ', b", ", b",\n]", b'"\\', b"{", b"\\", b'"a",', b" ", b'"a"\n']
)
def test_no_body_makes_the_repair_slow(piece):
    body = (piece * MAX_BODY_BYTES)[:MAX_BODY_BYTES]
    began = time.process_time()
    with pytest.raises(InvalidInputError):
        decode_object(body)
    assert time.process_time() - began < 1


@given(st.dictionaries(TEXTS, st.recursive(TEXTS | st.integers() | st.none(), st.lists, max_leaves=5)))
def test_json_is_read_as_json(members):
    read = decode_object(json.dumps(members).encode())
    assert read == {name.lower(): value for name, value in members.items()}


@given(st.dictionaries(STRINGS.map(str.lower), STRINGS, min_size=1))
def test_without_any_comma_the_same_is_read(members):
    lines = (f"{json.dumps(name)}: {json.dumps(value)}" for name, value in members.items())
    assert decode_object(("{" + "\n".join(lines) + ",}").encode()) == members


@given(st.binary(max_size=200))
def test_any_body_is_read_or_refused(body):
    try:
        read = decode_object(body)
    except InvalidInputError:
        return
    assert all(isinstance(text_of(value), str) for value in read.values())
