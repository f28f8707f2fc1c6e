"""The catalogue of placeholders, their names and values, and which value wins."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInputError
from app.models.enums import Layer
from app.rendering.placeholders import (
    CATALOGUE,
    SYSTEM_DEFAULTS,
    Group,
    Resolved,
    check_name,
    check_value,
    display_name,
    is_private,
    markers_in,
    merge,
    names_in,
)

LAYERS = st.dictionaries(
    st.sampled_from(Layer), st.dictionaries(st.sampled_from(["Language", "P_x", "SRTP"]), st.text(max_size=3))
)


def test_names_are_given_once_in_order_of_first_appearance() -> None:
    text = "b=%ITCS_mac%\na=%ITCS_Line1Id%%ITCS_mac%\n;c=%ITCS_P_own% %ITCS_no"
    assert names_in(text) == ("mac", "Line1Id", "P_own")
    assert markers_in(text) == ("mac", "Line1Id", "P_own", "")


@pytest.mark.parametrize("text", ["", "%displayname", "%ITCS_%", "%itcs_mac%", "ITCS_mac%", "(sn=%)"])
def test_other_percent_signs_are_no_placeholders(text: str) -> None:
    assert names_in(text) == ()


def test_name_is_displayed_as_it_stands_in_a_template() -> None:
    assert display_name("Language") == "%ITCS_Language%"
    assert names_in(display_name("Language")) == ("Language",)


def test_private_placeholders_begin_with_p() -> None:
    assert is_private("P_own")
    assert not any(map(is_private, ["Proxy_port", "p_own", "own_P_", "P"]))


def test_device_wins_over_site_over_tenant_over_template_over_system() -> None:
    names = ["a", "b", "c", "d", "e"]
    order = [Layer.SYSTEM, Layer.TEMPLATE, Layer.TENANT, Layer.SITE, Layer.DEVICE]
    layers = {layer: dict.fromkeys(names[at:], layer.value) for at, layer in enumerate(order)}
    assert merge(layers) == {
        name: Resolved(layer.value, layer) for name, layer in zip(names, order, strict=True)
    }


def test_order_of_the_layers_given_does_not_matter() -> None:
    layers = {layer: {"Language": layer.value} for layer in Layer}
    results = [merge(dict(order)) for order in permutations(layers.items())]
    assert results == [{"Language": Resolved("device", Layer.DEVICE)}] * 120


def test_empty_value_is_a_value() -> None:
    layers = {Layer.SYSTEM: {"SRTP": "1"}, Layer.SITE: {"SRTP": ""}}
    assert merge(layers) == {"SRTP": Resolved("", Layer.SITE)}


def test_nothing_merges_to_nothing() -> None:
    assert merge({}) == {}


@given(LAYERS)
def test_no_layer_before_the_winning_one_has_the_name(layers: dict[Layer, dict[str, str]]) -> None:
    merged = merge(layers)
    assert set(merged) == {name for values in layers.values() for name in values}
    for name, resolved in merged.items():
        first = next(layer for layer in Layer if name in layers.get(layer, {}))
        assert resolved == Resolved(layers[first][name], first)


@pytest.mark.parametrize("name", ["a", "Line1Id", "P_1", "_", "9", "x" * 64])
def test_letters_digits_and_underscores_make_a_name(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize("name", ["", "a-b", "a b", "%ITCS_a%", "ü", "a\n", "x" * 65, "٣"])
def test_other_names_are_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(InvalidInputError, match="use 1 to 64 letters, digits and underscores"):
        check_name(name)


@pytest.mark.parametrize("value", ["", "x" * 1024, "%displayname", "**xxxx", "Zoë 🙂", "a;b=c"])
def test_one_line_of_text_makes_a_value(value: str) -> None:
    check_value(value)


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\0", "a\tb", "\x1b[0m", "a\u2028b", "\ud800"])
def test_value_with_a_line_break_or_control_character_is_refused(value: str) -> None:
    with pytest.raises(InvalidInputError, match="write it on one line"):
        check_value(value)


def test_value_that_is_too_long_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="1025 characters: shorten it to 1024"):
        check_value("x" * 1025)


def test_catalogue_knows_each_placeholder_under_its_name() -> None:
    assert [info.name for info in CATALOGUE.values()] == list(CATALOGUE)
    for info in CATALOGUE.values():
        check_name(info.name)
        check_value(info.default or "")
        assert info.description[0].isupper()
        assert not is_private(info.name)


def test_catalogue_has_every_group() -> None:
    assert {info.group for info in CATALOGUE.values()} == set(Group)


def test_passwords_and_nothing_else_are_secret() -> None:
    secrets = {info.name for info in CATALOGUE.values() if info.is_secret}
    assert secrets == {"Line1AuthPassword", "IPPhonePassword", "LDAPPassword"}


def test_secrets_have_no_default() -> None:
    assert {CATALOGUE[name].default for name in CATALOGUE if CATALOGUE[name].is_secret} == {""}


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("Language", "English"), ("MwiVmNumber", "1000"), ("SRTP", "0"), ("Proxy_port", "5060"),
        ("Outbound_proxy_port", "5060"), ("KeepAlivePeriod", "60"), ("LDAPPort", "389"),
        ("LDAPMaxHits", "50"), ("ProvisioningMethod", "STATIC"),
        ("LDAPSearchTimeout", "5"), ("LDAPSortResult", "1"), ("LDAPCallLookup", "1"), ("LDAPActive", "0"),
        ("LDAPDisplayName", "%displayname"), ("TimeZoneLocation", "not_set"),
    ],
)  # fmt: skip
def test_system_defaults_are_those_of_the_manual_and_the_phones(name: str, default: str) -> None:
    assert SYSTEM_DEFAULTS[name] == default


def test_what_each_phone_and_server_has_of_its_own_has_no_default() -> None:
    own = {"mac", "HTTP_OR_S", "ServerIP", "HTTP_PROXY_IP", "HTTP_PROXY_PORT"}
    assert not own & set(SYSTEM_DEFAULTS)
    assert own <= set(CATALOGUE)
