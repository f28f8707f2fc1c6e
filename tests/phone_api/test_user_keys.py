"""Speed dials and programmable keys that phones send for their users, at both doors (docs/decisions/0032)."""

import pytest

from app.models import UserKeysRow
from tests import factories

PATH = "/rest/v1/ipphoneMgrStatus/user-keys"
LABEL = "personal_settings/functional_key/3/key_label"
ANNA = "Anna@acme.com"


@pytest.fixture
def signed_in(first_phone, acme):
    """A phone that has become a device, with its user."""
    first_phone.report(region="Acme")
    assert first_phone.sign_in(ANNA).status == 200
    return first_phone


def send(phone, **members):
    body = {"mac": phone.mac, "userId": ANNA, "version": 0, "keys": {LABEL: "Bob"}, **members}
    return phone.post(PATH, {name: value for name, value in body.items() if value is not None})


def file_of(phone):
    return phone.get(f"/configfiles/{phone.mac}.cfg")


def test_what_a_phone_sends_comes_back_with_its_file(signed_in):
    before = file_of(signed_in)
    answer = send(signed_in)
    assert (answer.status, answer.json) == (200, {"version": 1})
    after = file_of(signed_in)
    assert after.text == f"{before.text}; set by the user on the phone, version 1\n{LABEL} = Bob\n"
    assert after.headers["etag"] != before.headers["etag"]
    assert (
        signed_in.get(f"/configfiles/{signed_in.mac}.cfg", If_None_Match=before.headers["etag"]).status == 200
    )


def test_it_follows_the_user_to_another_phone(signed_in):
    send(signed_in)
    other = type(signed_in)(signed_in.door, signed_in.database, factories.next_mac())
    other.report(region="Acme")
    other.sign_in(ANNA)
    assert f"{LABEL} = Bob" in file_of(other).text
    assert send(other, version=1, keys={LABEL: "Carol"}).json == {"version": 2}
    assert f"{LABEL} = Carol" in file_of(signed_in).text


def test_a_phone_that_was_reset_cannot_wipe_what_is_kept(signed_in):
    send(signed_in)
    refused = send(signed_in, keys={})
    assert refused.status == 409
    assert "Read the configuration file" in refused.sentence
    assert send(signed_in, version=1, keys={}).json == {"version": 2}


def test_versions_are_taken_as_texts_too_and_user_and_version_may_be_left_out(signed_in):
    assert send(signed_in, userId=None, version=None).json == {"version": 1}
    assert send(signed_in, version="1", keys={LABEL: 4711}).json == {"version": 2}


@pytest.mark.parametrize(
    ("members", "status", "words"),
    [
        ({"mac": None}, 400, "names no phone"),
        ({"mac": "nonsense"}, 400, "MAC"),
        ({"mac": "00908fffffff"}, 404, "approved first"),
        ({"userId": "bob@acme.com"}, 409, "report first"),
        ({"version": "-1"}, 400, "is no version"),
        ({"version": "9" * 30}, 400, "is no version"),
        ({"version": "²"}, 400, "is no version"),
        ({"keys": None}, 400, "names no keys"),
        ({"keys": [LABEL]}, 400, "names no keys"),
        ({"keys": {LABEL: {"a": 1}}}, 400, "is no text"),
        ({"keys": {LABEL: "a\nvoip/line/0/id=1"}}, 400, "value"),
        ({"keys": {"voip/line/0/auth_password": "x"}}, 400, "no key that a user sets"),
        ({"keys": {"ems_server/provisioning/url": "http://evil.example"}}, 400, "no key that a user sets"),
        ({"keys": {LABEL: "%ITCS_Line1AuthPassword%"}}, 400, "placeholder"),
        ({"keys": {f"{LABEL}{n}": "1" for n in range(501)}}, 400, "at most 500"),
        ({"keys": {LABEL: "\ud800"}}, 400, "not JSON"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence_and_changes_nothing(
    signed_in, members, status, words
):
    before = file_of(signed_in).text
    answer = send(signed_in, **members)
    assert (answer.status, words in answer.sentence) == (status, True), answer.body
    assert file_of(signed_in).text == before
    with signed_in.reading() as session:
        assert session.query(UserKeysRow).count() == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 50_000, b'{"mac": "00908f9a9623"}'])
def test_what_is_no_such_body_is_refused(signed_in, body):
    assert signed_in.post(PATH, body).status == 400


def test_too_much_and_other_methods_are_refused(signed_in):
    assert send(signed_in, keys={LABEL: "x" * 70_000}).status == 413
    answer = signed_in.get(PATH)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


def test_a_phone_that_waits_has_nobody_whose_keys_could_be_kept(first_phone):
    first_phone.report()
    assert send(first_phone).status == 404
