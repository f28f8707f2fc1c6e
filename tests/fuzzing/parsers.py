"""The table of parsers: what reads something of a phone, a file or a client, without a database or a network.

Each row has valid inputs to begin from. Hypothesis changes them (test_parsers.py), and atheris does, led by which lines
of the code an input reaches (guided.py).
"""

import contextlib
import io
import tempfile
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path

from app.cli.backup import archive
from app.errors import InvalidInputError
from app.models.enums import DestinationKind, ValueFormat
from app.notifier.answers import shown
from app.phone_api import alarms, keep_alive, user_keys
from app.phone_api.accept_encoding import prefers_gzip
from app.phone_api.calls import prepare
from app.phone_api.messages import PhoneRequest, is_too_long
from app.phone_api.preconditions import held_tag
from app.rendering.config_lines import check_lines
from app.rendering.csv_lines import original_cell
from app.rendering.option_template import check_option_template
from app.rendering.overlay_lines import parse_lines
from app.rendering.personal_file import Overlays, render_global_file, render_personal_file
from app.rendering.template_bytes import as_kept, text_of_file
from app.rendering.template_check import check_text
from app.rendering.template_file import parse_template, write_template
from app.rendering.text import fill
from app.rules import api_tokens, file_system_names, network_lists, phone_forms, typed_names, uploaded_names
from app.rules.addresses import find_address
from app.rules.client_certificates import mac_of_certificate
from app.rules.conditions.text.parser import parse as parse_condition
from app.rules.conditions.text.printer import as_text as printed
from app.rules.configuration_tables import read_configuration
from app.rules.csv_table import CsvTable
from app.rules.file_signatures import what_it_is
from app.rules.globs import glob_matcher
from app.rules.licenses import read_license
from app.rules.mac_addresses import find_mac
from app.rules.phone_book import escaped, name_filter, read_server
from app.rules.proxies import caller_address
from app.rules.subnets import parse_subnet, why_no_phones
from app.rules.text_files import check_markup, read_text
from app.rules.url_keys import parted, read_key
from app.rules.user_agent_patterns import check_pattern
from app.rules.user_agents import parse_user_agent
from app.rules.user_table import UserColumns
from app.rules.versions import parse_version
from app.rules.ways_to_sign_in.reading import read_ways
from app.rules.zip_reading import Archive
from app.services.destinations.fields import checked as checked_destination
from tests.fuzzing.mutations import as_text
from tests.fuzzing.parser import Parser, of_text
from tests.fuzzing.samples import (
    CONFIGURATION_ZIPS,
    DESTINATIONS,
    LICENSES,
    NOW,
    OPTION_TEMPLATES,
    PARTS_OF_A_BACKUP,
    PHONE_FILES,
    REPORTS,
    SEPARATOR,
    TEMPLATES,
    USER_AGENTS,
    USER_TABLES,
    WAYS,
    backup,
    inside_of_a_backup,
    packed,
    sealed,
    tar_of,
)
from tests.fuzzing.typed_texts import TYPED
from tests.rules.conditions.drawn import VOCABULARY

_LOOPBACK = ip_network("127.0.0.0/8")


def _request(body: bytes = b"", path: str = "/", headers: Mapping[str, str] | None = None) -> PhoneRequest:
    return PhoneRequest("POST", path, headers or {}, body, "10.1.2.3")


def _read_table(content: bytes) -> None:
    table = CsvTable(io.BytesIO(content), "users.csv")
    columns = UserColumns(table.columns, "users.csv", original_cell)
    rows = [row for _, row in table.rows()]
    if rows:
        columns.read_together(rows)
    for row in rows:
        with contextlib.suppress(InvalidInputError):
            columns.read(row)


def _read_zip(content: bytes) -> None:
    opened = Archive(content, "users.zip")
    for member in opened.members:
        opened.read(member, most_bytes=1_000_000)


def _read_parts_of_backup(content: bytes) -> None:
    """Read a backup whose head, list of checksums and name of a file are these; all else is in order."""
    head, sums, name = (*content.split(SEPARATOR), b"", b"")[:3]
    member = as_text(name).replace("\ud800", "?").encode("utf-8", "replace").decode()
    _read_backup(sealed(tar_of((archive.HEAD, head), (member, b"x"), (member, b"x"), (archive.SUMS, sums))))


def _read_backup(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "backup"
        path.write_bytes(content)
        (Path(folder) / "laid").mkdir()
        archive.read_head(path, "")
        archive.unpack(path, "", Path(folder) / "laid")


def _read_template(content: bytes) -> None:
    text = as_kept(text_of_file(content))
    for value_format in ValueFormat:
        check_text(text, {"mac"}, value_format)
    assert parse_template(write_template(parse_template(text)))


def _render(text: str) -> None:
    values = {"mac": text, "UserName": "%ITCS_mac%", "a": "1"}
    render_personal_file(text, values, Overlays(tenant=(("system/a", text),)))
    render_global_file(text, values)
    fill(text, values)


def _read_text_file(content: bytes) -> None:
    what_it_is(content)
    text = read_text(content, "a.cfg")
    check_markup(text, "a.cfg")
    check_lines(text)


def _read_option_template(text: str) -> None:
    sent = text.encode("utf-8", "replace").decode()  # by a form or as a file: no surrogate stands alone in it
    check_option_template(sent, is_for_proxy="<PROXY" in sent)


def _read_names(text: str) -> None:
    uploaded_names.checked_name(text, "file", (".cfg",))
    file_system_names.checked_name(text, "template")
    typed_names.checked_name(text, "name", 80)


def _read_destination(text: str) -> None:
    kind, _, rest = text.partition("\n")
    fields = dict(line.partition("=")[::2] for line in rest.split("\n"))
    checked_destination(
        DestinationKind(kind) if kind in set(DestinationKind) else DestinationKind.MAIL, fields
    )


def _read_glob(text: str) -> None:
    pattern, _, subject = text.partition("\n")
    check_pattern(pattern)
    glob_matcher(pattern)(subject.casefold())


def _read_condition(text: str) -> None:
    printed(parse_condition(text, VOCABULARY))


def _read_preconditions(text: str) -> None:
    asked = PhoneRequest(
        "GET", "/", {"if-none-match": text, "if-modified-since": text, "range": text}, b"", "10.1.2.3"
    )
    held_tag(asked, '"1"', NOW)
    held_tag(PhoneRequest("GET", "/", {"if-modified-since": text}, b"", "10.1.2.3"), '"1"', NOW)
    prefers_gzip(text)
    is_too_long(text)


def _read_phone_form(text: str) -> None:
    phone_forms.usual_mac(text)
    phone_forms.mac_in_name(text)
    phone_forms.read_names(text, "T46S")


PARSERS = (
    of_text("a MAC address", ["00:90:8F:12:34:56", "0090.8f12.3456", " 00908f123456 "], find_mac),
    of_text("an address", ["10.1.2.3", "http://10.0.0.7:80/x", "[2001:db8::1%eth0]:80"], find_address),
    of_text("a subnet", ["10.1.0.0/16", "10.1.0.0/255.255.0.0", "2001:db8::/32"],
             lambda text: why_no_phones(parse_subnet(text))),
    of_text("a list of networks", ["10.1.0.0/16, 10.2.0.7;2001:db8::/32\n10.3.0.0/24"],
             lambda text: network_lists.read_networks(text, field="n", most=20)),
    of_text("a version", ["UC_3.4.6.604", "7.4.9c", "2.0.0_build_15"], parse_version),
    of_text("a User-Agent", USER_AGENTS, parse_user_agent),
    of_text("a pattern of User-Agents", ["Fanvil X4U*\nFanvil X4U 2.4.5", "a*b*c?d*[x]\naaaabbbccc"], _read_glob),
    of_text("a key in an address", ["/k/abcdefgh0123456789abcdefghijklmnop/configfiles/a.cfg", "/k//", "/k/x"],
             lambda text: read_key(parted(text)[1])),
    of_text("a token of the REST API", ["rgm_0123456789abcdef_" + "A" * 43], api_tokens.parse),
    of_text("X-Forwarded-For", ["10.1.2.3, 192.0.2.1", "[2001:db8::1]:80"],
             lambda text: caller_address("127.0.0.1", text, (_LOOPBACK,))),
    of_text("the subject of a certificate", ["CN=00908f123456,O=Acme", "O=Acme, CN=00:90:8f:12:34:56"],
             lambda text: mac_of_certificate("SUCCESS", text)),
    of_text("what a phone holds already", ['W/"1", "2", *', "Sun, 29 Nov 2026 12:00:00 GMT", "gzip;q=0.5, *;q=0"],
             _read_preconditions),
    Parser("the body of a report", REPORTS, lambda body: keep_alive.parse(_request(body), {})),
    Parser("the body of an alarm", [
        b'{"sessionId":"1","alerts":[{"uniqueId":2,"name":"IPPHONE REGISTRATION FAILURE","severity":"5",'
        b'"source":"IPPhone/00908f9a9623","date":"2017-07-217T12:24:18","additionalInfo1":""}]}',
    ], lambda body: alarms.parse(_request(body), {})),
    Parser("keys that a user has set", [
        b'{"mac":"00908f9a9623","userId":"anna","version":"3","keys":'
        b'{"personal_settings/functional_key/1/key_label":"Bob"}}',
    ], lambda body: user_keys.parse(_request(body), {})),
    of_text("the path of a request of a phone", [
        "/ipp/tenant/Acme/00908f9a9623.cfg", "/c/c-17/p/x/rest/v1/ipphoneMgrStatus/init", "/configfiles/a.cfg",
        "/k/abcdefgh0123456789abcdefghijklmnop/firmwarefiles/405.img", "/ipp/httpproxy/",
    ], lambda path: prepare(_request(path=path))),
    of_text("the name of a phone's file", ["00908f9a9623.cfg", "{mac}.cfg\n{model}-{MAC}.xml", "y000000000066.cfg"],
             _read_phone_form),
    of_text("the name of an uploaded file", ["a.cfg", "con.cfg", "Company directory.cfg"], _read_names),
    of_text("the text of a rule", [
        'model in (405, 430HD) and ip in 10.1.0.0/16 or not (tenant = "Acme & Co")',
        'firmware starts-with UC_3.4 or firmware < UC_3.1 and mac in 00908f and user ~ "sales-*" and tenant is-set',
        "model in (405",
    ], _read_condition),
    Parser("a table of users", USER_TABLES, _read_table),
    Parser("a zip archive", [packed({"users.csv": USER_TABLES[0]}), *CONFIGURATION_ZIPS], _read_zip),
    Parser("Configuration.zip", CONFIGURATION_ZIPS,
           lambda content: read_configuration(content, "Configuration.zip", original_cell)),
    Parser("the first bytes of firmware", [b"\x00\x01firmware" * 40, b"<html>", b"BM" + bytes(60)], what_it_is),
    Parser("a configuration file", PHONE_FILES, _read_text_file),
    of_text("lines of configuration values", ["system/ntp/enabled=1\n; a comment\nvoip/a = b=c"], parse_lines),
    Parser("a template", TEMPLATES, _read_template),
    of_text("placeholders in a template", [
        "a=%ITCS_mac%\nb=%ITCS_a%%ITCS_UserName%\n%ITCS_TenantConfiguration%\n;%ITCS_x", "voip/auth_password=%ITCS_no%",
    ], _render),
    of_text("a template of option 160", OPTION_TEMPLATES, _read_option_template),
    of_text("a licence", LICENSES, read_license),
    of_text("the file of ways to sign in", WAYS, read_ways),
    of_text("a name for a directory", ["anna*)(uid=*", "+49 30 123"],
             lambda text: (escaped(text), name_filter("(cn=%*)", text), read_server(text, 389, None))),
    Parser("what a receiver said", [b"250 2.0.0 Ok: queued as 4711\r\n", b"535 open-\0sesame, b3Blbi1zZXNhbWU="],
           lambda content: shown(content, ["open-sesame", "a", ""]).encode()),
    of_text("the settings of a destination", DESTINATIONS, _read_destination),
    Parser("a backup", [backup()], _read_backup),
    Parser("the archive in a backup", [inside_of_a_backup()],
           lambda content: _read_backup(sealed(content))),
    Parser("head and checksums of a backup", PARTS_OF_A_BACKUP, _read_parts_of_backup),
    *TYPED,
)  # fmt: skip
"""Every parser: test_table.py finds those in the code that no row reaches."""
