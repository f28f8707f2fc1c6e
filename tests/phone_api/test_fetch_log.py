"""The provisioning log before both doors: who fetched what, how it was answered, and why it was refused."""

import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.models import FileFetch
from app.models.enums import FetchedKind, ToldBy
from app.phone_api import fetch_log
from app.phone_api.errors import refuse
from app.phone_api.fetch_log import FetchLog
from app.phone_api.messages import PhoneRequest, PhoneResponse
from tests.phone_api.doors import ADDRESS, GENERIC_USER_AGENT, PATIENCE_SECONDS, USER_AGENT


def fetched(phone, count):
    """Return the rows as soon as so many fetches are written; at the web door the next request writes them."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        phone.report("registered")
        with phone.reading() as session:
            found = session.scalars(select(FileFetch)).all()
        if sum(row.count for row in found) >= count:
            return found
        assert time.monotonic() < deadline, [(row.path, row.status) for row in found]
        time.sleep(0.05)


def note(log, path, status=200, body=b"", agent=USER_AGENT):
    request = PhoneRequest("GET", path, {"user-agent": agent}, b"", ADDRESS)
    log.note(request, PhoneResponse(status, body))


@pytest.mark.usefixtures("acme")
def test_a_phone_fetches_its_files_and_is_refused(first_phone):
    phone = first_phone
    phone.report(region="Acme")
    phone.sign_in(region="Acme")
    own = phone.get(f"/configfiles/{phone.mac}.cfg")
    phone.get(f"/configfiles/{phone.mac}.cfg", if_none_match=own.headers["etag"])
    phone.get("/ipp/tenant/Nowhere/00908f0000ff.cfg", user_agent=GENERIC_USER_AGENT)
    phone.get("/firmwarefiles/none.img", user_agent=GENERIC_USER_AGENT)
    phone.get("/ipp/dhcpoption160.cfg")
    rows = {(row.name, row.status): row for row in fetched(phone, 5)}
    sent, held = rows[f"{phone.mac}.cfg", 200], rows[f"{phone.mac}.cfg", 304]
    assert (sent.kind, sent.told_by, sent.address) == (FetchedKind.PHONE, ToldBy.FILE, ADDRESS)
    assert (sent.user_agent, sent.size, sent.reason) == (USER_AGENT, len(own.body), "")
    assert held.size == 0
    refused = rows["none.img", 404]
    assert refused.told_by is ToldBy.USER_AGENT
    assert refused.reason == 'There is no firmware called "none.img".'
    assert rows["dhcpoption160.cfg", 200].told_by is ToldBy.ADDRESS
    lost = rows.pop(("00908f0000ff.cfg", 404))
    assert (lost.mac, lost.reason) == ("00908f0000ff", 'There is no tenant called "Nowhere".')
    assert {row.mac for row in rows.values()} == {phone.mac}


class TestFetchLog:
    def test_alike_fetches_wait_as_one(self):
        log = FetchLog()
        for _ in range(3):
            note(log, "/configfiles/00908f9a9623.cfg")
        refusal = refuse(404, "No.")
        note(log, "/configfiles/00908f9a9623.cfg", refusal.status, refusal.body)
        (sent, refused), left_out = log.take()
        assert (sent.count, refused.count, refused.reason, left_out) == (3, 1, "No.", 0)
        assert log.is_empty
        assert sent.first_at <= sent.last_at <= datetime.now(UTC)

    def test_it_is_bounded_for_one_phone_and_for_all(self, monkeypatch):
        log = FetchLog()
        for number in range(fetch_log.MOST_OF_A_PHONE + 5):
            note(log, f"/configfiles/{number}/00908f9a9623.cfg")
        taken, left_out = log.take()
        assert (len(taken), left_out) == (fetch_log.MOST_OF_A_PHONE, 5)
        note(log, "/configfiles/0/00908f9a9623.cfg")
        assert len(log.take()[0]) == 1
        monkeypatch.setattr(fetch_log, "MOST_WAITING", 2)
        for number in range(3):
            note(log, f"/configfiles/00908f00000{number}.cfg")
        taken, left_out = log.take()
        assert (len(taken), left_out) == (2, 1)

    def test_what_no_database_takes_is_made_storable(self):
        log = FetchLog()
        note(log, "/configfiles/\udcff\x00.cfg", agent="a\x00b")
        ((fetch,), _) = log.take()
        assert (fetch.path, fetch.user_agent) == ("/configfiles/??.cfg", "a?b")
