"""How people sign in through an LDAP directory: where it is, who is found in it, and what groups give."""

from dataclasses import dataclass, field

from app.errors import InvalidInputError
from app.rules.phone_book import Security, Server, escaped, read_server
from app.rules.ways_to_sign_in.access import AccessRow, read_rows
from app.rules.ways_to_sign_in.tables import Table

LDAP = "ldap"
"""How accounts of this way are marked."""
TYPED, DN = "{username}", "{dn}"
_IN_CHAIN = "member:1.2.840.113556.1.4.1941:"
"""Active Directory's rule that finds groups of groups (MS-ADTS 3.1.1.3.4.4.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryWay:
    """The directory of a company, as the file describes it.

    ``bind_user`` searches with its password; where it is empty, whoever signs in searches under ``bind_as``.
    ``groups`` come from ``groups_attribute``, and with a ``group_base`` from what ``group_filter`` finds there.
    """

    name: str
    servers: tuple[Server, ...]
    ca_file: str
    bind_user: str
    bind_password_file: str
    bind_as: str
    base: str
    filter: str
    username: str
    first_name: str
    last_name: str
    mail: str
    groups_attribute: str
    group_base: str
    group_filter: str
    seconds: int
    password_page: str
    access: tuple[AccessRow, ...]
    bind_password: str = field(default="", repr=False)
    certificates: str = ""

    @property
    def attributes(self) -> list[str]:
        """What is read of a person."""
        wanted = (self.username, self.first_name, self.last_name, self.mail, self.groups_attribute)
        return [name for name in wanted if name]

    def filter_for(self, typed: str) -> str:
        """Return the filter that finds somebody by what was typed, which is escaped."""
        return self.filter.replace(TYPED, escaped(typed))

    def filter_of_groups(self, dn: str, username: str) -> str:
        """Return the filter that finds the groups of somebody."""
        return self.group_filter.replace(TYPED, escaped(username)).replace(DN, escaped(dn))

    def bind_name(self, typed: str) -> str:
        """Return under which name whoever signs in searches; within a DN it is escaped (RFC 4514, 2.4)."""
        is_dn = "=" in self.bind_as
        return self.bind_as.replace(TYPED, _escaped_in_dn(typed) if is_dn else typed)


def read_directory(table: Table) -> DirectoryWay:
    """Read the table ``[ldap]``; InvalidInputError with what is wrong with it."""
    security = Security.START_TLS if table.flag("start_tls", default=False) else None
    servers = tuple(_read_server(table, address, security) for address in table.texts("servers"))
    nested = table.flag("nested_groups", default=False)
    way = DirectoryWay(
        name=table.text("name", "the directory"),
        servers=servers,
        ca_file=table.text("ca_file", ""),
        bind_user=table.text("bind_user", ""),
        bind_password_file=table.text("bind_password_file", ""),
        bind_as=table.text("bind_as", ""),
        base=table.text("base"),
        filter=table.text("filter", f"(&(objectClass=person)(uid={TYPED}))"),
        username=table.text("username", "uid"),
        first_name=table.text("first_name", "givenName"),
        last_name=table.text("last_name", "sn"),
        mail=table.text("mail", "mail"),
        groups_attribute=table.text("groups_attribute", "memberOf"),
        group_base=table.text("group_base", ""),
        group_filter=table.text("group_filter", f"({_IN_CHAIN}={DN})" if nested else f"(member={DN})"),
        seconds=table.number("timeout_seconds", 5, 1, 10),
        password_page=table.text("password_page", ""),
        access=read_rows(table),
    )
    table.end()
    _check(table, way, nested=nested)
    return way


def _check(table: Table, way: DirectoryWay, *, nested: bool) -> None:
    if TYPED not in way.filter:
        raise table.wrong("filter", f"it has to hold {TYPED}, in whose place the name stands that was typed")
    if bool(way.bind_user) == bool(way.bind_as):
        raise table.wrong(
            "bind_user",
            "give either bind_user, which searches, or bind_as, under which people search themselves",
        )
    if way.bind_as and TYPED not in way.bind_as:
        raise table.wrong("bind_as", f"it has to hold {TYPED}, such as {TYPED}@example.com")
    if way.bind_user and not way.bind_password_file:
        raise table.wrong("bind_user", "name the file with its password in bind_password_file")
    if nested and not way.group_base:
        raise table.wrong("nested_groups", "name where groups are found in group_base")
    if not way.group_base and not way.groups_attribute:
        raise table.wrong("groups_attribute", "without it, and without group_base, nobody has a group")
    if way.password_page and not way.password_page.startswith("https://"):
        raise table.wrong("password_page", "give an address that begins with https://")


def _read_server(table: Table, address: str, security: Security | None) -> Server:
    try:
        server = read_server(address, 389, None)
    except InvalidInputError as error:
        raise table.wrong("servers", str(error).rstrip(".")) from error
    if security is None and server.security is Security.PLAIN:
        # The passwords of a whole company would cross the network as they are.
        raise table.wrong(
            "servers", f"{server} is not encrypted: begin with ldaps://, or add start_tls = true"
        )
    if security is not None and server.security is Security.LDAPS:
        raise table.wrong("servers", f"{server} is encrypted already: leave start_tls away, or write ldap://")
    return Server(server.host, server.port, security or server.security)


def _escaped_in_dn(text: str) -> str:
    special = ',+"\\<>;=#/'
    inner = "".join(f"\\{letter}" if letter in special else letter for letter in text.replace("\0", ""))
    return inner.replace(" ", "\\20")
