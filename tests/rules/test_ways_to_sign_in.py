"""The file of ways to sign in: what it says, what is wrong in it, and what groups give."""

import pytest

from app.errors import InvalidInputError
from app.rules.phone_book import Security
from app.rules.ways_to_sign_in.access import AccessRow, access_of
from app.rules.ways_to_sign_in.reading import NO_WAYS, read_ways

ACCESS = '\n[[ldap.access]]\ngroup = "cn=a"\nrole = "Administrator"\n'
LEAST = """
[ldap]
servers = ["ldaps://one.example.com", "ldaps://two.example.com:1636"]
bind_user = "cn=reader"
bind_password_file = "reader"
base = "dc=example,dc=com"
"""
PROVIDER = """
[[oidc]]
id = "company"
name = "Company"
issuer = "https://login.example.com/"
client_id = "ringmaster"
[[oidc.access]]
group = "a"
role = "Monitor"
tenants = "all"
"""


def test_an_empty_file_has_no_ways():
    assert read_ways("# nothing\n") == NO_WAYS


def test_a_directory_needs_little():
    way = read_ways(LEAST + ACCESS).directory
    assert [str(server) for server in way.servers] == [
        "ldaps://one.example.com:636",
        "ldaps://two.example.com:1636",
    ]
    assert way.filter_for("a*(b)\\") == r"(&(objectClass=person)(uid=a\2a\28b\29\5c))"
    assert way.access == (AccessRow("cn=a", "Administrator", sees_all_tenants=True, tenants=()),)


def test_groups_of_groups_are_asked_of_active_directory():
    way = read_ways(LEAST + 'nested_groups = true\ngroup_base = "dc=example,dc=com"\n' + ACCESS).directory
    asked = way.filter_of_groups("cn=Ann (Sales),dc=example,dc=com", "ann")
    assert asked == r"(member:1.2.840.113556.1.4.1941:=cn=Ann \28Sales\29,dc=example,dc=com)"


def test_start_tls_encrypts_plain_addresses():
    text = LEAST.replace("ldaps://", "ldap://").replace("bind_user", "start_tls = true\nbind_user", 1)
    assert {server.security for server in read_ways(text + ACCESS).directory.servers} == {Security.START_TLS}


@pytest.mark.parametrize(
    ("pattern", "typed", "bound"),
    [
        ("{username}@example.com", "ann,b", "ann,b@example.com"),
        ("uid={username},dc=example", "ann,dc=x", "uid=ann\\,dc\\=x,dc=example"),
        ("uid={username},dc=example", " #ann", "uid=\\20\\#ann,dc=example"),
    ],
)
def test_what_was_typed_is_escaped_in_a_name_that_binds(pattern: str, typed: str, bound: str):
    text = LEAST.replace('bind_user = "cn=reader"\nbind_password_file = "reader"', f'bind_as = "{pattern}"')
    assert read_ways(text + ACCESS).directory.bind_name(typed) == bound


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[ldap", "no TOML"),
        ("[saml]\n", "saml is not known; there are ldap, oidc"),
        (LEAST, "access will not do"),
        (LEAST + "filer = 'x'\n" + ACCESS, r"\[ldap\]: filer is not known"),
        (LEAST.replace("base = ", "filter = ") + ACCESS, "base is missing"),
        (LEAST + "filter = '(uid=ann)'\n" + ACCESS, "it has to hold {username}"),
        (LEAST.replace("ldaps://one", "ldap://one") + ACCESS, "is not encrypted"),
        (LEAST + "start_tls = true\n" + ACCESS, "is encrypted already"),
        (LEAST + "bind_as = '{username}@x'\n" + ACCESS, "either bind_user"),
        (LEAST.replace("bind_password_file", "#") + ACCESS, "bind_password_file"),
        (LEAST + "timeout_seconds = 99\n" + ACCESS, "from 1 to 10"),
        (LEAST + "nested_groups = true\n" + ACCESS, "group_base"),
        (LEAST + "password_page = 'http://x'\n" + ACCESS, "https://"),
        (LEAST + "servers = []\n", "no TOML"),
        (LEAST + ACCESS.replace("Administrator", "Boss"), "give one of Administrator, Operator"),
        (LEAST + ACCESS.replace("Administrator", "Monitor"), r"number 1: tenants is missing"),
        (LEAST + ACCESS + "tenants = ['Acme']\n", "sees all of them"),
        (LEAST + ACCESS.replace("Administrator", "Monitor") + "tenants = []\n", "may not be empty"),
        (PROVIDER + PROVIDER, "have the same id"),
        (PROVIDER.replace("[[oidc]]", "[oidc]"), "no TOML|table of its own"),
        (PROVIDER.replace('"company"', '"The Company"'), "small letters"),
        (PROVIDER.replace("https://login", "http://login"), "begins with https"),
        (PROVIDER.replace("id = ", 'algorithms = ["none"]\nid = ', 1), "there are RS256"),
        (PROVIDER.replace("id = ", 'algorithms = ["HS256"]\nid = ', 1), "there are RS256"),
        (PROVIDER.replace("id = ", 'scopes = ["profile"]\nid = ', 1), "openid"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str):
    with pytest.raises(InvalidInputError, match=said):
        read_ways(text)


def row(group: str, role: str, *tenants: str) -> AccessRow:
    return AccessRow(group, role, sees_all_tenants=not tenants, tenants=tenants)


ROWS = (
    row("admins", "Administrator"),
    row("berlin", "Operator", "Berlin"),
    row("munich", "Operator", "Munich", "Berlin"),
    row("watchers", "Monitor"),
)


@pytest.mark.parametrize(
    ("groups", "role", "sees_all", "tenants"),
    [
        (["watchers", "admins"], "Administrator", True, ()),
        (["Berlin"], "Operator", False, ("Berlin",)),
        (["munich", "berlin"], "Operator", False, ("Berlin", "Munich")),
        # All tenants are those of who watches, and nobody operates them for that.
        (["berlin", "watchers"], "Operator", False, ("Berlin",)),
    ],
)
def test_the_first_row_gives_the_role(groups: list[str], role: str, sees_all: bool, tenants: tuple[str, ...]):
    access = access_of(groups, ROWS)
    assert (access.role, access.sees_all_tenants, access.tenants) == (role, sees_all, tenants)


def test_groups_of_which_no_row_speaks_give_nothing():
    assert access_of(["others", "berlin-2"], ROWS) is None


class TestClaims:
    way = read_ways(PROVIDER).providers[0]

    def test_groups_may_lie_in_an_object(self):
        nested = read_ways(PROVIDER.replace("id = ", 'groups = "realm.roles"\nid = ', 1)).providers[0]
        assert nested.groups_in({"realm": {"roles": ["a", 7, "b"]}}) == ("a", "b")
        assert nested.groups_in({"realm": "a"}) == ()
        assert self.way.groups_in({"groups": "a"}) == ("a",)

    @pytest.mark.parametrize(
        ("claims", "has"),
        [({"amr": ["pwd", "mfa"]}, True), ({"amr": ["pwd"]}, False), ({}, False), ({"acr": "1"}, False)],
    )
    def test_the_provider_says_whether_it_asked_for_a_second_factor(
        self, claims: dict[str, object], has: bool
    ):
        assert self.way.has_second_factor(claims) is has
