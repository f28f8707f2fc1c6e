"""Searches of a real directory: plain, StartTLS and LDAPS, page by page, and each thing that can go wrong."""

import threading
import time
from dataclasses import replace

import pytest

from app.directory import connections
from app.directory.searching import search
from app.errors import ConflictError, InvalidInputError, NotAllowedError, UnreachableError
from app.rules.phone_book import Search, Security, Server, name_filter
from tests.directory.silent_server import HANDSHAKE, LDAP, silent_server
from tests.slapd import BASE, MANY, READER, READER_PASSWORD, SOFT_LIMIT, Slapd

EVERYBODY = name_filter("(sn=%)", "")


@pytest.fixture
def wanted(slapd: Slapd) -> Search:
    """A search for those whose name begins with Bla."""
    return Search(
        server=Server("localhost", slapd.port, Security.PLAIN),
        certificates=slapd.certificate,
        user=READER,
        password=READER_PASSWORD,
        base=BASE,
        filter=name_filter("(|(sn=%)(givenname=%)(displayname=%))", "Bla"),
        attributes=["sn", "givenName", "telephoneNumber"],
        most_entries=50,
        seconds=5,
    )


def on(wanted: Search, port: int, security: Security, host: str = "localhost") -> Search:
    return replace(wanted, server=Server(host, port, security))


def surnames(wanted: Search) -> list[str]:
    return sorted(entry["sn"][0] for entry in search(wanted).entries)


class TestFound:
    def test_people_are_found_with_what_was_asked_for(self, wanted: Search):
        found = search(wanted)
        assert not found.is_cut
        assert {tuple(entry) for entry in found.entries} == {("sn", "givenName", "telephoneNumber")}
        assert surnames(wanted) == ["Black", "Blacksmith (Ben*)", "Blackwell"]

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
    @pytest.mark.parametrize("security", [Security.START_TLS, Security.LDAPS])
    def test_an_encrypted_connection_finds_the_same(
        self, wanted: Search, slapd: Slapd, security: Security, host: str
    ):
        port = slapd.tls_port if security is Security.LDAPS else slapd.port
        assert len(search(on(wanted, port, security, host)).entries) == 3

    def test_letters_of_every_alphabet_are_found_and_come_back(self, wanted: Search):
        assert surnames(replace(wanted, filter=name_filter("(sn=%)", "mül"))) == ["Müller"]

    def test_what_was_typed_finds_only_itself(self, wanted: Search):
        assert surnames(replace(wanted, filter=name_filter("(sn=%)", "Blacksmith (Ben*"))) == [
            "Blacksmith (Ben*)"
        ]
        assert surnames(replace(wanted, filter=name_filter("(sn=%)", "*)(uid=*"))) == []

    def test_many_come_in_pages(self, wanted: Search):
        found = search(replace(wanted, filter=EVERYBODY, most_entries=350))
        assert (len(found.entries), found.is_cut) == (350, True)
        assert len({entry["sn"][0] for entry in found.entries}) == 350

    def test_exactly_as_many_as_a_phone_takes_are_not_cut(self, wanted: Search):
        found = search(replace(wanted, filter=name_filter("(sn=%)", "Number 0"), most_entries=100))
        assert (len(found.entries), found.is_cut) == (100, False)

    def test_what_the_directory_itself_cuts_off_is_shown_and_said(self, wanted: Search):
        assert MANY > SOFT_LIMIT
        found = search(replace(wanted, filter=EVERYBODY, most_entries=1000))
        assert (len(found.entries), found.is_cut) == (SOFT_LIMIT, True)


class TestRefused:
    """Each with a sentence that says what to do."""

    @pytest.mark.parametrize(
        ("changed", "kind", "says"),
        [
            ({"password": "wrong"}, NotAllowedError, "refuses the user name or the password"),
            ({"user": "cn=nobody,dc=acme,dc=com"}, NotAllowedError, "refuses the user name or the password"),
            ({"user": "phones"}, InvalidInputError, "is no name in a directory"),
            ({"password": ""}, InvalidInputError, "Type the password"),
            ({"user": "", "password": ""}, InvalidInputError, "or this user name may not see it"),
            ({"base": "dc=nowhere"}, InvalidInputError, "There is no dc=nowhere in"),
            ({"base": "nowhere"}, InvalidInputError, "is no name in a directory"),
            ({"filter": "(sn=a*"}, InvalidInputError, r"The filter \(sn=a\* cannot be read"),
            ({"filter": "sn=a*"}, InvalidInputError, "cannot be read"),
            ({"filter": "(&(sn=a))(cn=b)"}, InvalidInputError, "cannot be read"),
        ],
    )
    def test_by_the_directory(
        self, wanted: Search, changed: dict[str, str], kind: type[Exception], says: str
    ):
        with pytest.raises(kind, match=says):
            search(replace(wanted, **changed))

    @pytest.mark.parametrize("security", [Security.START_TLS, Security.LDAPS])
    def test_a_certificate_that_nobody_vouches_for(self, wanted: Search, slapd: Slapd, security: Security):
        port = slapd.tls_port if security is Security.LDAPS else slapd.port
        stranger = replace(on(wanted, port, security), certificates="")
        with pytest.raises(
            UnreachableError, match="certificate of localhost is not trusted: self-signed certificate"
        ):
            search(stranger)

    def test_tls_where_there_is_none(self, wanted: Search, slapd: Slapd):
        with pytest.raises(UnreachableError, match="does not speak TLS on this port"):
            search(on(wanted, slapd.port, Security.LDAPS))

    def test_no_tls_where_there_is_only_that(self, wanted: Search, slapd: Slapd):
        with pytest.raises(UnreachableError, match="as a port for LDAPS does"):
            search(on(wanted, slapd.tls_port, Security.PLAIN))

    def test_a_port_on_which_nobody_listens(self, wanted: Search):
        with pytest.raises(UnreachableError, match=r"cannot be reached \(Connection refused\)"):
            search(on(wanted, 1, Security.PLAIN))


class TestInTime:
    @pytest.mark.parametrize("security", Security)
    def test_a_server_that_says_nothing_is_given_up(self, wanted: Search, security: Security):
        with silent_server() as (port, _):
            began = time.monotonic()
            with pytest.raises(UnreachableError):
                search(replace(on(wanted, port, security), seconds=1))
            assert time.monotonic() - began < 5

    @pytest.mark.parametrize(("security", "beginning"), [(Security.PLAIN, LDAP), (Security.LDAPS, HANDSHAKE)])
    def test_a_server_that_answers_byte_by_byte_is_cut_off(
        self, wanted: Search, monkeypatch: pytest.MonkeyPatch, security: Security, beginning: bytes
    ):
        monkeypatch.setattr(connections, "CONNECT_SECONDS", 1)
        with silent_server(drips=beginning) as (port, _):
            began = time.monotonic()
            with pytest.raises(UnreachableError):
                search(replace(on(wanted, port, security), seconds=1))
            assert time.monotonic() - began < 6

    def test_no_more_than_two_search_at_once_and_both_come_free_again(self, wanted: Search):
        with silent_server() as (port, arrived):
            silent = replace(on(wanted, port, Security.PLAIN), seconds=3)
            waiting = [threading.Thread(target=given_up, args=(silent,)) for _ in range(2)]
            for thread in waiting:
                thread.start()
            for _ in waiting:
                assert arrived.acquire(timeout=20)
            with pytest.raises(ConflictError, match="still running"):
                search(wanted)
            for thread in waiting:
                thread.join()
        assert len(search(wanted).entries) == 3


def given_up(wanted: Search) -> None:
    with pytest.raises(UnreachableError):
        search(wanted)
