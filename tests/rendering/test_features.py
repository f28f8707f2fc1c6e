"""The feature buttons: the lines that their forms put in."""

import pytest

from app.rendering.features import FEATURES, InputKind, feature_lines
from app.rendering.overlay_lines import check_parameter


def usual(feature):
    return {field.parameter: field.usual if field.usual != "0" or field.kind is not InputKind.SWITCH else ""
            for field in feature.inputs}  # fmt: skip


@pytest.mark.parametrize("feature", FEATURES.values(), ids=FEATURES.keys())
def test_every_parameter_is_one_and_there_once(feature):
    parameters = [field.parameter for field in feature.inputs]
    assert len(set(parameters)) == len(parameters)
    for parameter in parameters:
        check_parameter(parameter)


def test_an_untouched_form_of_daylight_saving_puts_in_the_lines_that_people_know():
    lines, refused = feature_lines(FEATURES["daylight"], usual(FEATURES["daylight"]))
    assert refused == {}
    start = [(name.rpartition("/")[2], value) for name, value in lines if "/start_date/" in name]
    assert start == [("month", "1"), ("day", "1"), ("week", "1"), ("day_of_week", "SUNDAY"), ("hour", "2")]
    assert lines[:3] == (
        ("system/daylight_saving/activate", "ENABLE"),
        ("system/daylight_saving/mode", "FIXED"),
        ("system/daylight_saving/offset", "60"),
    )


def test_a_day_that_the_month_has_not_is_refused():
    path = "system/daylight_saving/end_date"
    given = {**usual(FEATURES["daylight"]), f"{path}/month": "2", f"{path}/day": "30"}
    _, refused = feature_lines(FEATURES["daylight"], given)
    assert refused.keys() == {f"{path}/day"}


def test_a_common_area_phone_has_three_things_on_and_seven_off():
    lines, refused = feature_lines(FEATURES["cap"], usual(FEATURES["cap"]))
    assert refused == {}
    assert [name for name, value in lines if value == "1"] == [
        "voip/common_area/is_cap_device",
        "lync/corporate_directory/enabled",
        "lync/usersetting/prevent_user_sign_out",
    ]
    assert len(lines) == 10


@pytest.mark.parametrize(
    ("key", "parameter"),
    [("telnet", "management/telnet/enabled"), ("pin-lock", "system/pin_lock/enabled")],
)
def test_a_switch_is_written_as_one_or_nought(key, parameter):
    assert feature_lines(FEATURES[key], {parameter: "1"}) == (((parameter, "1"),), {})
    assert feature_lines(FEATURES[key], {}) == (((parameter, "0"),), {})


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("voip/services/vocanom_server/port", "80"),
        ("voip/services/vocanom_server/ip_address", "two words"),
        ("voip/services/vocanom/transport_mode", "SCTP"),
        ("voip/services/vocanom/number", ""),
        ("voip/services/vocanom/label", "a\nb"),
        ("voip/services/vocanom/label", "%ITCS_Name%"),
    ],
)
def test_what_voca_does_not_take_is_refused_at_its_field(parameter, value):
    given = {**usual(FEATURES["voca"]), "voip/services/vocanom/number": "700", parameter: value}
    _, refused = feature_lines(FEATURES["voca"], given)
    assert refused.keys() == {parameter}
