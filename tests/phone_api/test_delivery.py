"""How a file is answered: HEAD, validators, 304, Range, If-Range and gzip (RFC 9110)."""

import gzip
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.phone_api.delivery import Deliverable, Gzip, deliver
from app.phone_api.messages import PhoneRequest

CONTENT = b"0123456789"
ETAG = '"6e1f"'
MODIFIED_AT = datetime(2026, 3, 9, 14, 0, 5, 999999, tzinfo=UTC)
MODIFIED = "Mon, 09 Mar 2026 14:00:05 GMT"
EARLIER, LATER = "Mon, 09 Mar 2026 14:00:04 GMT", "Mon, 09 Mar 2026 14:00:06 GMT"


STREAM = gzip.compress(CONTENT, mtime=0)
GZIP_ETAG = '"6e1f-gzip"'


def ask(method="GET", content=CONTENT, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    item = Deliverable(content, len(CONTENT), ETAG, MODIFIED_AT, "text/plain", {"X-Template-Name": "T"})
    return deliver(PhoneRequest(method, "/x", named, b"", ""), item)


def ask_for_zipped(method="GET", accept_encoding="gzip", **headers):
    return ask(method, Gzip(STREAM), accept_encoding=accept_encoding, **headers)


def test_the_whole_file_carries_what_it_is_checked_by():
    answer = ask()
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers == {
        "Content-Type": "text/plain",
        "ETag": ETAG,
        "Last-Modified": MODIFIED,
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-cache",
        "X-Template-Name": "T",
    }


def test_a_head_is_answered_with_the_length_alone():
    answer = ask("HEAD")
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "10")
    part = ask("HEAD", range="bytes=2-4")
    assert (part.status, part.body, part.headers["Content-Length"]) == (206, b"", "3")


@pytest.mark.parametrize("tags", [ETAG, f"W/{ETAG}", f'"old", {ETAG}', "*"])
def test_who_holds_the_file_is_told_so(tags):
    answer = ask(if_none_match=tags)
    assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", ETAG)
    assert "Content-Type" not in answer.headers


@pytest.mark.parametrize(("since", "status"), [(MODIFIED, 304), (LATER, 304), (EARLIER, 200)])
def test_a_date_is_compared_by_the_second(since, status):
    assert ask(if_modified_since=since).status == status


def test_the_tag_goes_before_the_date():
    assert ask(if_none_match='"old"', if_modified_since=LATER).status == 200
    assert ask(if_none_match=ETAG, if_modified_since=EARLIER).status == 304


def test_a_post_always_gets_the_file():
    assert ask("POST", if_none_match=ETAG, if_modified_since=LATER).body == CONTENT


@pytest.mark.parametrize(
    ("wanted", "body", "content_range"),
    [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=8-", b"89", "bytes 8-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=-30", CONTENT, "bytes 0-9/10"),
        ("bytes=9-999999999999999999", b"9", "bytes 9-9/10"),
        ("Bytes = 1-1", b"1", "bytes 1-1/10"),
    ],
)
def test_a_range_gets_its_part(wanted, body, content_range):
    answer = ask(range=wanted)
    assert (answer.status, answer.body, answer.headers["Content-Range"]) == (206, body, content_range)


@pytest.mark.parametrize("wanted", ["bytes=10-", "bytes=999-1000", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_satisfied(wanted):
    answer = ask(range=wanted)
    assert (answer.status, answer.body, answer.headers["Content-Range"]) == (416, b"", "bytes */10")


@pytest.mark.parametrize(
    "wanted", ["bytes=3-1", "bytes=-", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", "bytes", "bytes=1", "0-1"]
)
def test_a_range_that_is_none_gets_the_whole_file(wanted):
    assert ask(range=wanted).body == CONTENT


@pytest.mark.parametrize(
    ("condition", "status"),
    [(ETAG, 206), ('"old"', 200), (f"W/{ETAG}", 200), (MODIFIED, 206), (LATER, 200), ("nonsense", 200)],
)
def test_a_range_is_of_the_version_that_the_phone_began_with(condition, status):
    assert ask(range="bytes=0-3", if_range=condition).status == status


def test_who_takes_gzip_is_sent_the_stream_as_it_is_under_a_tag_of_its_own():
    answer = ask_for_zipped()
    assert (answer.status, answer.body) == (200, STREAM)
    assert (answer.headers["Content-Encoding"], answer.headers["ETag"]) == ("gzip", GZIP_ETAG)


def test_who_does_not_take_gzip_is_sent_the_text():
    answer = ask_for_zipped(accept_encoding="identity")
    assert (answer.status, answer.body, answer.headers["ETag"]) == (200, CONTENT, ETAG)
    assert "Content-Encoding" not in answer.headers


def test_what_is_no_gzip_stream_is_sent_as_it_is():
    answer = ask(accept_encoding="gzip")
    assert (answer.body, answer.headers["ETag"]) == (CONTENT, ETAG)


def test_a_head_has_the_length_of_the_form_that_a_get_would_bring():
    for coding, length in (("gzip", len(STREAM)), ("identity", len(CONTENT))):
        answer = ask_for_zipped("HEAD", coding)
        assert (answer.body, answer.headers["Content-Length"]) == (b"", str(length))


@pytest.mark.parametrize("coding", ["gzip", "identity"])
@pytest.mark.parametrize("tag", [ETAG, GZIP_ETAG])
def test_who_holds_either_form_is_told_so_by_its_own_tag(coding, tag):
    answer = ask_for_zipped(accept_encoding=coding, if_none_match=tag)
    assert (answer.status, answer.headers["ETag"]) == (304, tag)


def test_a_part_is_one_of_the_text():
    answer = ask_for_zipped(range="bytes=2-4")
    assert (answer.status, answer.body, answer.headers["ETag"]) == (206, b"234", ETAG)
    assert "Content-Encoding" not in answer.headers
    assert ask_for_zipped(range="bytes=2-4", if_range=ETAG).status == 206


def test_a_download_of_the_gzip_form_is_not_taken_up_in_the_middle():
    assert ask_for_zipped(range="bytes=2-4", if_range=GZIP_ETAG).body == STREAM


@given(
    st.dictionaries(
        st.sampled_from(["range", "if-range", "if-none-match", "if-modified-since"]),
        st.text(st.characters(max_codepoint=255), max_size=40)
        | st.datetimes().map(format_datetime)
        | st.integers().map(lambda year: f"Mon, 01 Jan {year} 00:00:00 +{year}")
        | st.from_regex(r"bytes=\d*-\d*", fullmatch=True),
    )
)
def test_no_header_disturbs_the_answer(headers):
    item = Deliverable(CONTENT, len(CONTENT), ETAG, MODIFIED_AT, "text/plain")
    answer = deliver(PhoneRequest("GET", "/x", headers, b"", ""), item)
    assert answer.status in {200, 206, 304, 416}
    assert answer.body in CONTENT
