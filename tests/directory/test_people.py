"""People of a real directory: found, proved by their passwords, with their groups; and what goes wrong."""

import logging
from dataclasses import replace

import pytest

from app.directory.people import Directory, Verdict, _refusal
from app.errors import ConflictError, UnreachableError
from app.rules.phone_book import Security, Server
from app.rules.ways_to_sign_in.directory import DirectoryWay
from app.rules.ways_to_sign_in.reading import read_ways
from tests.directory.silent_server import silent_server
from tests.slapd import BASE, GROUPS, PERSONS_PASSWORD, READER, READER_PASSWORD, Slapd

FILE = f"""
[ldap]
name = "Acme"
servers = ["ldaps://localhost"]
bind_user = "{READER}"
bind_password_file = "reader"
base = "{BASE}"
group_base = "{GROUPS}"
[[ldap.access]]
group = "cn=phone-admins,{GROUPS}"
role = "Administrator"
"""


@pytest.fixture
def way(slapd: Slapd) -> DirectoryWay:
    """The directory over LDAPS, searched by an account of its own."""
    read = read_ways(FILE).directory
    server = Server("localhost", slapd.tls_port, Security.LDAPS)
    return replace(read, servers=(server,), bind_password=READER_PASSWORD, certificates=slapd.certificate)


def test_somebody_is_proved_by_his_password_and_found_with_his_groups(way: DirectoryWay):
    answer = Directory(way).sign_in("U1", PERSONS_PASSWORD)
    assert answer.verdict is Verdict.RIGHT
    person = answer.person
    assert (person.username, person.first_name, person.last_name) == ("u1", "Ann", "Blackwell")
    assert (person.dn, person.mail) == (f"uid=u1,{BASE}", "u1@acme.com")
    assert sorted(person.groups) == [f"cn=berlin-desk,{GROUPS}", f"cn=munich-desk,{GROUPS}"]


def test_groups_are_read_from_an_attribute_as_well(way: DirectoryWay):
    directory = Directory(replace(way, groups_attribute="employeeType", group_base=""))
    assert directory.find("u2").groups == (f"cn=berlin-desk,{GROUPS}",)


def test_start_tls_does_as_well(way: DirectoryWay, slapd: Slapd):
    server = Server("localhost", slapd.port, Security.START_TLS)
    assert Directory(replace(way, servers=(server,))).sign_in("u0", PERSONS_PASSWORD).person.username == "u0"


@pytest.mark.parametrize(
    ("username", "password", "verdict"),
    [
        ("u1", "another password", Verdict.WRONG),
        ("u1", "", Verdict.WRONG),
        ("", PERSONS_PASSWORD, Verdict.WRONG),
        ("u1" * 100, PERSONS_PASSWORD, Verdict.WRONG),
        ("nobody", PERSONS_PASSWORD, Verdict.NOBODY),
        ("*", PERSONS_PASSWORD, Verdict.NOBODY),
        ("u*", PERSONS_PASSWORD, Verdict.NOBODY),
        ("u1)(uid=u0", PERSONS_PASSWORD, Verdict.NOBODY),
        ("u7", PERSONS_PASSWORD, Verdict.WRONG),
    ],
)
def test_nobody_else_is_let_in(way: DirectoryWay, username: str, password: str, verdict: Verdict):
    answer = Directory(way).sign_in(username, password)
    assert (answer.verdict, answer.person) == (verdict, None)


def test_a_name_that_several_have_is_a_wrong_password_and_not_nobody(way: DirectoryWay):
    """Nobody is taken to be gone from the directory because a filter finds too much."""
    directory = Directory(replace(way, filter="(|(uid={username})(uid=u0))"))
    assert directory.sign_in("u1", PERSONS_PASSWORD).verdict is Verdict.WRONG
    with pytest.raises(ConflictError, match="several people called"):
        directory.find("u1")
    assert directory.find("u0").username == "u0"


class TestWithoutAnAccountThatSearches:
    @pytest.fixture
    def way(self, way: DirectoryWay) -> DirectoryWay:
        return replace(way, bind_user="", bind_password="", bind_as=f"uid={{username}},{BASE}")

    def test_people_search_themselves(self, way: DirectoryWay):
        assert Directory(way).sign_in("u0", PERSONS_PASSWORD).person.groups == (f"cn=phone-admins,{GROUPS}",)
        assert Directory(way).sign_in("u0", "wrong").verdict is Verdict.WRONG

    @pytest.mark.parametrize("typed", [f"u0,{BASE}", "u0+sn=Black", 'u0"', "u0\\"])
    def test_what_was_typed_stays_within_its_place_of_the_name(self, way: DirectoryWay, typed: str):
        assert Directory(way).sign_in(typed, PERSONS_PASSWORD).person is None

    def test_who_is_bound_is_not_taken_for_who_is_found(self, way: DirectoryWay):
        """Where the name that binds is another one than the name that is searched for, the password counts."""
        directory = Directory(replace(way, bind_as=f"uid=u1,{BASE}", filter="(uid={username})"))
        assert directory.sign_in("u7", PERSONS_PASSWORD).verdict is Verdict.WRONG

    def test_nobody_is_found_without_a_password(self, way: DirectoryWay):
        with pytest.raises(ConflictError, match="bind_user"):
            Directory(way).find("u0")


class TestAway:
    def test_another_server_answers_and_the_one_that_is_away_is_left_out(
        self, way: DirectoryWay, caplog: pytest.LogCaptureFixture
    ):
        gone = Server("localhost", 1, Security.LDAPS)
        directory = Directory(replace(way, servers=(gone, *way.servers)))
        with caplog.at_level(logging.WARNING):
            assert directory.sign_in("u0", PERSONS_PASSWORD).verdict is Verdict.RIGHT
            assert directory.sign_in("u0", PERSONS_PASSWORD).verdict is Verdict.RIGHT
        assert [f"{gone}" in record.getMessage() for record in caplog.records] == [True]

    def test_while_none_answers_it_is_said_at_once(self, way: DirectoryWay):
        with silent_server() as (port, _):
            servers = (Server("localhost", port, Security.LDAPS),)
            directory = Directory(replace(way, servers=servers, seconds=1))
            with pytest.raises(UnreachableError, match=r"cannot be reached|did not answer"):
                directory.sign_in("u0", PERSONS_PASSWORD)
        with pytest.raises(UnreachableError, match="a moment ago"):
            directory.sign_in("u0", PERSONS_PASSWORD)

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"certificates": ""}, "not trusted"),
            ({"bind_password": "wrong"}, "refuses bind_user"),
            ({"base": "ou=nowhere,dc=acme,dc=com"}, "Check the base"),
            ({"filter": "(uid={username}"}, "filter"),
        ],
    )
    def test_what_is_set_up_wrongly_is_nobodys_wrong_password(
        self, way: DirectoryWay, changed: dict[str, str], said: str
    ):
        with pytest.raises(UnreachableError, match=said):
            Directory(replace(way, **changed)).sign_in("u0", PERSONS_PASSWORD)


@pytest.mark.parametrize(
    ("code", "verdict", "said"),
    [
        ("52e", Verdict.WRONG, ""),
        ("532", Verdict.WRONG, "has expired"),
        ("533", Verdict.BARRED, "switched off"),
    ],
)
def test_active_directory_says_why_somebody_is_kept_out(code: str, verdict: Verdict, said: str):
    message = f"80090308: LdapErr: DSID-0C090446, comment: AcceptSecurityContext error, data {code}, v3839"
    answer = _refusal({"description": "invalidCredentials", "message": message})
    assert answer.verdict is verdict
    assert said in answer.told
