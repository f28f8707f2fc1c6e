"""Everything that reads what comes from outside is fed: no parser in the code is missing in the table."""

import contextlib
from collections.abc import Mapping, Sequence

import pytest

from app.errors import RingmasterError
from tests.fuzzing.parser import Parser
from tests.fuzzing.parsers import PARSERS
from tests.fuzzing.readers import Place, reached_by, readers

_DIRECTORY = "is fed by tests/fuzzing/test_directory.py"
_PROVIDER = "is fed by tests/fuzzing/test_provider.py"
_PHONES = "is fed by tests/fuzzing/test_phone_client.py"
_RECEIVERS = "is fed by tests/fuzzing/test_receivers.py"
_DOORS = "is fed by tests/fuzzing/test_phone_api.py"
_OURS = "reads what this program has written itself, into its database or its memory"
_RULES = "looks among rules and rows that are here for a name that was read before"
_SENDS = "makes what is sent or kept, and reads nothing"

NOT_IN_THE_TABLE: Mapping[str, Sequence[tuple[str, str]]] = {
    _DIRECTORY: [
        ("directory/answers.py", "refuse_answer"),
        ("directory/answers.py", "refuse_connection"),
        ("directory/people.py", "Directory._find"),
        ("directory/people.py", "Directory._read"),
        ("directory/people.py", "Directory._sign_in"),
        ("directory/people.py", "Directory.find"),
        ("directory/people.py", "_refusal"),
        ("directory/people.py", "_texts"),
        ("directory/searching.py", "_entry"),
    ],
    _PROVIDER: [
        ("identity_provider/fetching.py", "Fetcher._ask"),
        ("identity_provider/fetching.py", "Fetcher._run"),
        ("identity_provider/fetching.py", "_judged"),
        ("identity_provider/provider.py", "Provider._address"),
        ("identity_provider/provider.py", "Provider._authenticated"),
        ("identity_provider/provider.py", "Provider._decoded"),
        ("identity_provider/provider.py", "Provider._user_info"),
        ("identity_provider/provider.py", "Provider._verified"),
        ("identity_provider/provider.py", "Provider.address_to_sign_in"),
        ("identity_provider/provider.py", "Provider.address_to_sign_out"),
        ("identity_provider/provider.py", "Provider.check_issuer"),
        ("identity_provider/provider.py", "_scheme_of"),
    ],
    _PHONES: [
        ("phone_client/connections.py", "Visit._ask"),
        ("phone_client/telnet.py", "_Talk._keep"),
        ("phone_client/telnet.py", "_Talk._say"),
        ("phone_client/web_pages.py", "_send"),
        ("phone_client/web_pages.py", "_sign_in"),
    ],
    _RECEIVERS: [
        ("notifier/addresses.py", "_is_here"),
        ("notifier/addresses.py", "find_address"),
        ("notifier/mail.py", "_expect"),
        ("notifier/mail.py", "_hand_over"),
        ("notifier/smtp.py", "Connection.open"),
        ("notifier/smtp.py", "connected"),
        ("notifier/webhook.py", "_judged"),
        ("notifier/webhook.py", "_post"),
    ],
    "is fed by tests/fuzzing/test_screens.py, and by tests/flows/test_uploads.py": [
        ("arrivals/bodies.py", "_read"),
    ],
    "takes the address of the database, which the environment says": [
        ("cli/backup/databases.py", "tables_in"),
        ("cli/backup/restoring.py", "_is_in_use"),
    ],
    _DOORS: [
        ("phone_api/asgi.py", "headers_of"),
        ("phone_api/asgi.py", "read_body"),
        ("phone_api/fetch_log.py", "_reason"),
        ("phone_api/fetch_log.py", "_storable"),
        ("phone_api/firmware.py", "find"),
        ("phone_api/served_files.py", "ServedFiles.find"),
        ("phone_api/shelf.py", "Shelf.find"),
    ],
    _OURS: [
        ("cli/backup/databases.py", "_run"),
        ("phone_api/file_answers.py", "stored"),
        ("phone_api/guesses.py", "Guesses.take_news"),
        ("rendering/notices/events.py", "from_payload"),
        ("rendering/notices/message.py", "from_payload"),
        ("rules/alarm_rules/calming.py", "is_flapping"),
        ("services/destinations/keeping.py", "_write"),
        ("services/destinations/keeping.py", "change"),
        ("services/destinations/keeping.py", "kept_secrets"),
        ("services/destinations/listing.py", "where"),
        ("services/destinations/receivers.py", "receiver_of"),
        ("services/destinations/sameness.py", "is_as_wished"),
        ("services/destinations/sent_secrets.py", "_receiver"),
    ],
    _RULES: [
        ("rules/alarm_rules/asked.py", "find_rule"),
        ("rules/zero_touch/firmware.py", "_Question.find_stored"),
        ("rules/zero_touch/template.py", "TemplateTable.find_default"),
        ("rules/zero_touch/template.py", "TemplateTable.find_factory"),
        ("rules/zero_touch/topology.py", "Topology.find_tenant_named"),
    ],
    _SENDS: [
        ("rendering/notices/syslog.py", "_cut"),
        ("rendering/notices/traps.py", "_octets"),
        ("rendering/zip_stream.py", "zip_stream"),
        ("rules/licenses.py", "SignedLicense.text"),
    ],
    "has no code: each type of a field has its own": [("rules/conditions/field_type.py", "FieldType.read")],
    "lays down what archive.read_head and archive.unpack have read, which are in the table": [
        ("cli/backup/restoring.py", "restore"),
    ],
}
"""What no row reaches, and why it needs none."""

REFUSED_AS_A_WHOLE = {"head and checksums of a backup", "an alarm's name and severity"}
"""Rows of several parsers, of which each sample pleases one and not the other."""


def feed_samples() -> None:
    """Feed each parser with the inputs that changes begin from."""
    for parser in PARSERS:
        for sample in parser.samples:
            with contextlib.suppress(RingmasterError):
                parser.read(sample)


def test_each_function_that_reads_what_comes_from_outside_is_fed():
    """A new one needs a row in tests/fuzzing/parsers.py whose samples reach it, or a reason above."""
    excused = {Place(*place) for places in NOT_IN_THE_TABLE.values() for place in places}
    assert readers() - reached_by(feed_samples) == excused


def test_a_function_that_is_not_called_is_missed():
    assert Place("rules/versions.py", "parse_version") in readers() - reached_by(lambda: None)
    parser = next(parser for parser in PARSERS if parser.name == "a version")
    assert Place("rules/versions.py", "parse_version") in reached_by(lambda: parser.read(b"UC_3.4.6"))


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_some_input_of_each_row_is_read(parser: Parser):
    """Changes of what is refused at its first letters would never come to the rest."""
    if parser.name in REFUSED_AS_A_WHOLE:
        with pytest.raises(RingmasterError):
            parser.read(parser.samples[0])
        return
    refused = []
    for sample in parser.samples:
        try:
            parser.read(sample)
        except RingmasterError as error:
            refused.append(str(error))
    assert len(refused) < len(parser.samples), refused
