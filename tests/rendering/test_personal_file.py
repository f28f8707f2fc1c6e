"""The files phones get: tokens, overlays, secrets and the user that reports are signed with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rendering.personal_file import (
    TOKENS,
    Overlays,
    Rendered,
    render_global_file,
    render_personal_file,
)
from app.rendering.secret_parameters import SYSTEM_PAIR

OVERLAYS = Overlays(
    daylight=[("d", "0")], tenant=[("t", "1"), ("x", "1")], site=[("s", "2"), ("x", "2")], user=[("x", "3")]
)
LAID_OVER = ["d = 0", "t = 1", "x = 1", "s = 2", "x = 2", "x = 3"]
SIGNED = "ems_server/user_name=%ITCS_Line1AuthName%\nems_server/user_password=%ITCS_Line1AuthPassword%"


def lines_of(data: str, values: dict[str, str] | None = None, overlays: Overlays = OVERLAYS) -> list[str]:
    text = render_personal_file(data, values or {}, overlays).text
    assert text.endswith("\n")
    return text[:-1].split("\n")


def tokens(*settings: str) -> str:
    return "\n".join(f"{token}={setting}" for token, setting in zip(TOKENS, settings, strict=True))


def test_overlays_stand_where_their_tokens_stand() -> None:
    daylight, tenant, site, user = tokens(*["ENABLE"] * 4).split("\n")
    data = ["include g.cfg", daylight, "a=1", tenant, site, "b=2", user, "c=3"]
    assert lines_of("\n".join(data)) == [
        "include g.cfg", "d = 0", "a=1", "t = 1", "x = 1", "s = 2", "x = 2", "b=2", "x = 3", "c=3",
    ]  # fmt: skip


def test_user_comes_after_site_after_tenant_after_daylight() -> None:
    assert lines_of(f"a=1\n{tokens(*['ENABLE'] * 4)}") == ["a=1", *LAID_OVER]


def test_overlays_without_a_token_follow_at_the_end_in_their_order() -> None:
    assert lines_of("a=1") == ["a=1", *LAID_OVER]
    assert lines_of("a=1\nzzz2_site_cfg=ENABLE\nb=2") == [
        "a=1",
        "s = 2",
        "x = 2",
        "b=2",
        *LAID_OVER[:3],
        "x = 3",
    ]


def test_disabled_overlay_is_not_laid_over() -> None:
    assert lines_of(f"a=1\n{tokens('ENABLE', 'DISABLE', ' disable ', 'ENABLE')}") == ["a=1", "d = 0", "x = 3"]
    assert lines_of(tokens(*["DISABLE"] * 4)) == [""]


def test_token_that_is_there_twice_counts_once() -> None:
    data = "zzz3_user_cfg=DISABLE\na=1\nzzz3_user_cfg=ENABLE\nb=2"
    assert lines_of(data) == ["a=1", "b=2", *LAID_OVER[:5]]


def test_tokens_are_found_whatever_ends_a_line() -> None:
    assert lines_of("a=1\r\n zzz3_user_cfg = ENABLE \r\nb=2\r\n") == [
        "a=1",
        "x = 3",
        "b=2",
        "",
        *LAID_OVER[:5],
    ]


def test_value_that_looks_like_a_token_is_none() -> None:
    assert lines_of("%ITCS_own%\nb=2", {"own": "zzz3_user_cfg=DISABLE"}) == [
        "zzz3_user_cfg=DISABLE",
        "b=2",
        *LAID_OVER,
    ]


def test_template_without_overlays_is_filled() -> None:
    assert lines_of(f"a=%ITCS_mac%\n{tokens(*['ENABLE'] * 4)}", {"mac": "00908f112233"}, Overlays()) == [
        "a=00908f112233"
    ]


def test_unknown_placeholders_of_all_parts_are_reported_once() -> None:
    overlays = Overlays(tenant=[("t", "%ITCS_mac%"), ("u", "%ITCS_No%"), ("v", "1")])
    rendered = render_personal_file(
        "a=%ITCS_No%\nb=1\nzzz1_tenant_cfg=ENABLE\nc=%ITCS_Nor%", {"mac": "x"}, overlays
    )
    assert rendered == Rendered("b=1\nv = 1\n", ("No", "Nor", "mac"), ())


def test_overlay_line_is_one_line_whatever_it_holds() -> None:
    overlays = Overlays(user=[("label", "Anna\nsystem/password=1"), ("a\r\nb", "\0x")])
    assert lines_of("z=1", overlays=overlays) == ["z=1", "label = Annasystem/password=1", "ab = x"]


def test_secrets_without_a_value_are_left_out_and_named() -> None:
    data = (
        'system/password=%ITCS_P%\n;system/password=%ITCS_P%\nsystem/ldap/password={"%ITCS_P%"}\na=%ITCS_P%'
    )
    overlays = Overlays(user=[("voip/line/0/auth_password", ""), ("b", "")])
    assert render_personal_file(data, {"P": ""}, overlays) == Rendered(
        "a=\nb =\n", (), ("system/password", "system/ldap/password", "voip/line/0/auth_password")
    )


def test_secret_of_blanks_and_control_characters_is_no_value() -> None:
    assert lines_of("system/password=%ITCS_P%\na=1", {"P": " \0\t\r\n"}, Overlays()) == ["a=1"]


def test_phone_with_a_user_signs_as_its_user() -> None:
    values = {"Line1AuthName": "4711", "Line1AuthPassword": "s3cret"}
    assert lines_of(SIGNED, values, Overlays()) == [
        "ems_server/user_name=4711",
        "ems_server/user_password=s3cret",
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"Line1AuthName": "4711", "Line1AuthPassword": ""},
        {"Line1AuthName": "4711", "Line1AuthPassword": " \n"},
        {"Line1AuthName": "", "Line1AuthPassword": "s3cret"},
        {"Line1AuthName": "", "Line1AuthPassword": ""},
    ],
)
def test_phone_whose_user_has_no_password_signs_as_system(values: dict[str, str]) -> None:
    rendered = render_personal_file(f"include g.cfg\n{SIGNED}\na=1", values, Overlays())
    assert rendered == Rendered("\n".join(["include g.cfg", *SYSTEM_PAIR, "a=1", ""]), (), ())


def test_phone_signs_as_system_when_nobody_gave_the_password_which_is_reported() -> None:
    rendered = render_personal_file(f"a=1\n{SIGNED}", {"Line1AuthName": "4711"}, Overlays())
    assert rendered == Rendered("\n".join(["a=1", *SYSTEM_PAIR, ""]), ("Line1AuthPassword",), ())


def test_empty_encrypted_password_is_no_password() -> None:
    data = 'ems_server/user_name=EMS_01\nx=1\nems_server/user_password={"%ITCS_Line1AuthPassword%"}'
    assert lines_of(data, {"Line1AuthPassword": ""}, Overlays()) == [*SYSTEM_PAIR, "x=1"]


def test_template_that_says_nothing_of_signing_stays_silent() -> None:
    assert lines_of("a=1", {"Line1AuthPassword": ""}, Overlays()) == ["a=1"]


def test_overlay_wins_over_the_system_pair() -> None:
    overlays = Overlays(tenant=[("ems_server/user_name", "EMS_01"), ("ems_server/user_password", "x")])
    values = {"Line1AuthName": "", "Line1AuthPassword": ""}
    assert lines_of(SIGNED, values, overlays) == [
        *SYSTEM_PAIR, "ems_server/user_name = EMS_01", "ems_server/user_password = x",
    ]  # fmt: skip


def test_file_begins_without_a_byte_order_mark_or_empty_lines_and_ends_with_one_line_feed() -> None:
    assert (
        render_personal_file("\ufeff\r\n\r\ninclude g.cfg\r\na=1\r\n\t\r\n", {}, Overlays()).text
        == "include g.cfg\na=1\n"
    )


def test_global_file_is_filled_without_overlays() -> None:
    data = "\r\nb=%ITCS_b%\nc=%ITCS_c%\nsystem/password=\n"
    assert render_global_file(data, {"b": "1"}) == Rendered("b=1\n", ("c",), ("system/password",))


@pytest.mark.parametrize("data", ["", "\n", "\n\n\t\t"])
def test_empty_global_file_is_one_line_feed(data: str) -> None:
    assert render_global_file(data, {}) == Rendered("\n", (), ())


OVERLAY_LINES = st.lists(
    st.tuples(st.sampled_from(["a/b", "system/password"]), st.text(max_size=9)), max_size=3
)
DATA = st.lists(
    st.sampled_from(
        ["include g", "a=%ITCS_a%", "system/password=%ITCS_a%", "b=%ITCS_no%", *SIGNED.split("\n"),
         *(f"{token}=ENABLE" for token in TOKENS), f"{TOKENS[1]}=DISABLE", "", "%ITCS_a%"]
    )
).map("\n".join)  # fmt: skip


@given(
    DATA,
    st.fixed_dictionaries({"a": st.text(max_size=9), "Line1AuthName": st.text(max_size=3)}),
    st.builds(Overlays, daylight=OVERLAY_LINES, tenant=OVERLAY_LINES, site=OVERLAY_LINES, user=OVERLAY_LINES),
)
def test_every_file_keeps_the_promises(data: str, values: dict[str, str], overlays: Overlays) -> None:
    rendered = render_personal_file(data, values, overlays)
    lines = rendered.text.split("\n")
    assert rendered.text.endswith("\n")
    assert rendered.text.encode().decode() == rendered.text
    assert not any(line.strip(" ;").removesuffix("=").rstrip() == "system/password" for line in lines)
    assert not any(line.startswith(TOKENS) for line in lines)
    assert "%ITCS_no%" not in rendered.text
    assert ("no" in rendered.unknown) == ("%ITCS_no%" in data)
    wishes = [*overlays.daylight, *overlays.tenant, *overlays.site, *overlays.user]
    assert len(lines) <= len(data.split("\n")) + len(wishes) + len(SYSTEM_PAIR) + 1
