"""Speed dials and programmable keys: what is taken from a phone, and where it stands in a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInputError
from app.rendering.personal_file import Overlays, render_personal_file
from app.rendering.user_keys import MOST_KEYS, NO_KEYS, UserKeys, block, checked, with_keys

LABEL = "personal_settings/functional_key/3/key_label"
BOB = UserKeys(2, ((LABEL, "Bob"),))
HEAD = "; set by the user on the phone, version 2"


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([("voip/line/0/id", "1")], "is no key that a user sets"),
        ([("provisioning/configuration/url", "http://evil.example")], "is no key that a user sets"),
        ([("personal_settings/functional_key/1/password", "x")], "is no key that a user sets"),
        ([("personal_settings/language", "German")], "is no key that a user sets"),
        ([("../personal_settings/functional_key/1/x", "1")], "is not valid"),
        ([(f"{LABEL}\nvoip/line/0/id", "1")], "is not valid"),
        ([(LABEL, "a\nvoip/line/0/id=1")], "value"),
        ([(LABEL, "%ITCS_Line1AuthPassword%")], "holds a placeholder"),
        ([(LABEL, "x" * 2000)], "value"),
        ([(LABEL, "1"), (f" {LABEL}", "2")], "is there twice"),
        ([(f"{LABEL}{number}", "1") for number in range(MOST_KEYS + 1)], "at most 500"),
    ],
)
def test_what_is_no_key_of_a_user_is_refused(lines, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        checked(lines)


def test_keys_are_kept_in_the_order_of_their_names_without_blanks_around_them():
    assert checked([("personal_settings/speed_dial/1/number", " 4711 "), (LABEL, "Bob ; home = 1")]) == (
        (LABEL, "Bob ; home = 1"),
        ("personal_settings/speed_dial/1/number", "4711"),
    )


def test_they_are_the_last_lines_of_a_file_whatever_the_template_says():
    overlays = Overlays(tenant=[("a/b", "1")], user=[("c/d", "2")], keys=BOB)
    text = render_personal_file("zzz3_user_cfg=DISABLE\nx=1\nzzz1_tenant_cfg\ny=2\n", {}, overlays).text
    assert text.endswith(f"y=2\n{HEAD}\n{LABEL} = Bob\n")


def test_a_user_who_never_set_anything_leaves_no_trace():
    assert block(NO_KEYS) == ""
    assert with_keys("a=1\n", NO_KEYS) == "a=1\n"


def test_a_file_gets_other_keys_and_stays_as_it_is_otherwise():
    before = with_keys("a=1\n; a comment\n", BOB)
    assert before == f"a=1\n; a comment\n{HEAD}\n{LABEL} = Bob\n"
    assert with_keys(before, UserKeys(3)) == "a=1\n; a comment\n; set by the user on the phone, version 3\n"


def test_lines_that_somebody_wrote_behind_the_keys_stay():
    edited = f"a=1\r\n{HEAD}\r\n{LABEL} = Bob\r\nb=2\r\n"
    assert with_keys(edited, NO_KEYS) == "a=1\r\nb=2\r\n"


VALUES = st.text(st.characters(categories=("L", "N", "P", "Zs"), exclude_characters="%"), max_size=40)


@given(
    st.dictionaries(
        st.from_regex(r"\A[a-z_]{1,9}\Z").map(lambda name: f"personal_settings/speed_dial/{name}"), VALUES
    )
)
def test_what_is_kept_is_read_as_the_same(found):
    try:
        keys = UserKeys(1, checked(found.items()))
    except InvalidInputError:
        return
    assert UserKeys.read(1, keys.text) == keys
    assert with_keys(with_keys("a=1\n", keys), keys) == with_keys("a=1\n", keys)
