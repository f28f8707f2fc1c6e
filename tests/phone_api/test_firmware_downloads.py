"""Which downloads of firmware may begin, which are put off, and when nginx is asked to send the bytes."""

from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path

from app.phone_api import firmware_downloads
from app.phone_api.firmware_downloads import SHORT_BYTES
from app.phone_api.messages import FilePart, PhoneRequest, PhoneResponse
from config import Settings

IMAGE = 20_000_000
HEADERS = {"ETag": '"e"', "Last-Modified": "Mon, 09 Mar 2026 14:00:05 GMT", "Content-Type": "application/x"}
PROXY, PHONE = "10.0.0.1", "10.1.2.3"


def downloads(*, do_reports_wait=False, **settings):
    return firmware_downloads.of_plane(Settings(**settings), lambda: do_reports_wait)


def behind_nginx(**settings):
    trusted = (ip_network(PROXY),)
    return downloads(trusted_proxies=trusted, firmware_redirect="/protected/", **settings)


def admit(admitting, *, offset=0, length=IMAGE, peer=PHONE, connection=PHONE, find_site=lambda _: None):
    part = FilePart(Path("/data/firmware/0a1b"), offset, length)
    response = PhoneResponse(206 if offset else 200, headers=HEADERS, file=part)
    return admitting.admit(PhoneRequest("GET", "/x", {}, b"", peer, connection), response, find_site)


def check_put_off(answer):
    assert (answer.status, answer.file) == (503, None)
    assert 60 <= int(answer.headers["Retry-After"]) <= 180


def test_beyond_the_limit_a_download_is_put_off_for_longer_than_a_report():
    admitting = downloads(firmware_downloads=1)
    with admitting.begun(admit(admitting)) as first:
        assert first.status == 200
        check_put_off(admit(admitting))
        check_put_off(admit(admitting, offset=5))
    assert admit(admitting).status == 200


def test_of_two_that_are_admitted_at_once_for_the_last_slot_one_is_put_off():
    admitting = downloads(firmware_downloads=1)
    first, second = admit(admitting), admit(admitting)
    with admitting.begun(first) as begun, admitting.begun(second) as refused:
        assert begun is first
        check_put_off(refused)


def test_a_download_that_breaks_off_gives_its_slot_back():
    admitting = downloads(firmware_downloads=1)
    for _ in range(3):
        with suppress(ConnectionError), admitting.begun(admit(admitting)) as begun:
            assert begun.status == 200
            raise ConnectionError


def test_short_parts_and_answers_without_a_file_never_count():
    admitting = downloads(firmware_downloads=1, do_reports_wait=True)
    bare = PhoneResponse(200, headers=HEADERS)
    assert admitting.admit(PhoneRequest("HEAD", "/x", {}, b"", PHONE), bare, lambda _: 1) is bare
    for _ in range(3):
        short = admit(admitting, length=SHORT_BYTES)
        assert short.status == 200
        with admitting.begun(short) as first, admitting.begun(short) as second:
            assert first is second is short
    check_put_off(admit(admitting, length=SHORT_BYTES + 1))


def test_each_address_and_each_site_has_its_limit():
    admitting = downloads(firmware_downloads_per_address=1, firmware_downloads_per_site=2)
    phones = {"10.1.2.3": 1, "10.1.2.4": 1, "10.1.2.5": 1, "10.2.0.1": 2}
    first, second, third, fourth = (
        admit(admitting, peer=phone, find_site=phones.__getitem__) for phone in phones
    )
    with admitting.begun(first), admitting.begun(second):
        check_put_off(admit(admitting, peer="10.1.2.3", find_site=phones.__getitem__))
        with admitting.begun(third) as refused, admitting.begun(fourth) as begun:
            check_put_off(refused)
            assert begun.status == 200


def test_who_is_refused_anyway_costs_no_query():
    admitting, asked = downloads(firmware_downloads=1), []
    with admitting.begun(admit(admitting)):
        check_put_off(admit(admitting, find_site=asked.append))
    assert asked == []


def test_while_reports_wait_no_download_begins_and_none_is_broken_off():
    admitting = downloads(do_reports_wait=True)
    check_put_off(admit(admitting))
    assert admit(admitting, offset=IMAGE // 2).status == 206


def test_the_web_server_sends_one_file_at_a_time():
    admitting = firmware_downloads.of_web_server(Settings(firmware_downloads=64))
    with admitting.begun(admit(admitting)):
        check_put_off(admit(admitting, peer="10.9.9.9"))


def test_nginx_is_told_which_file_to_send_and_how_fast():
    answer = admit(behind_nginx(firmware_redirect_rate=500_000), connection=PROXY)
    assert (answer.status, answer.body, answer.file) == (200, b"", None)
    assert answer.headers == {
        **HEADERS,
        "X-Accel-Redirect": "/protected/0a1b",
        "X-Accel-Limit-Rate": "500000",
    }


def test_of_a_range_nginx_is_left_to_take_the_part():
    part = FilePart(Path("/data/firmware/0a1b"), 5, IMAGE)
    response = PhoneResponse(206, headers={**HEADERS, "Content-Range": "bytes 5-9/10"}, file=part)
    request = PhoneRequest("GET", "/x", {"range": "bytes=5-"}, b"", PHONE, PROXY)
    answer = behind_nginx().admit(request, response, lambda _: None)
    assert answer.status == 200
    assert "Content-Range" not in answer.headers


def test_who_comes_past_nginx_is_sent_the_file_itself():
    for admitting in (behind_nginx(), downloads(trusted_proxies=(ip_network(PHONE),))):
        answer = admit(admitting)
        assert "X-Accel-Redirect" not in answer.headers
        assert answer.file is not None


def test_what_nginx_sends_counts_for_as_long_as_it_takes():
    slow = behind_nginx(firmware_downloads=1, firmware_redirect_rate=1)
    assert admit(slow, connection=PROXY).status == 200
    check_put_off(admit(slow, connection=PROXY))
    unlimited = behind_nginx(firmware_downloads=1, firmware_redirect_rate=0)
    assert admit(unlimited, connection=PROXY).headers["X-Accel-Limit-Rate"] == "0"
    check_put_off(admit(unlimited, connection=PROXY))


def test_what_nginx_has_sent_counts_no_more():
    fast = behind_nginx(firmware_downloads=1, firmware_redirect_rate=999_999_999)
    answers = [admit(fast, connection=PROXY, length=SHORT_BYTES + 1)]
    while answers[-1].status != 200 or len(answers) == 1:
        answers.append(admit(fast, connection=PROXY, length=SHORT_BYTES + 1))
    assert answers[-1].status == 200
