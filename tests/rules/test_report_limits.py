"""How long a text of a report may be."""

from hypothesis import given
from hypothesis import strategies as st

from app.rules.report_limits import ALERT_LIMITS, REPORT_LIMITS, within_limits


def test_location_of_2048_characters_is_kept() -> None:
    assert within_limits({"location": "x" * 2048}) == ({"location": "x" * 2048}, ())


def test_location_of_2049_characters_is_dropped_and_named() -> None:
    fields = {"location": "x" * 2049, "username": "Anna"}

    assert within_limits(fields) == ({"username": "Anna"}, ("location",))


def test_control_characters_are_removed() -> None:
    kept, _ = within_limits({"username": "A\x00n\x1bn\x7fa\r\n\t\x85"})

    assert kept == {"username": "Anna"}


def test_half_of_a_surrogate_pair_is_removed() -> None:
    kept, _ = within_limits({"username": "Anna\ud83d"})

    assert kept == {"username": "Anna"}


def test_removed_characters_do_not_count() -> None:
    assert within_limits({"vlanid": "\x00" * 20 + "350"}) == ({"vlanid": "350"}, ())


def test_special_characters_of_the_field_survive() -> None:
    fields = {"hrsspeakermodel": "`~!@#$%^&*()+<>,'_", "username": "Zoë\u00a0Ünsal 😀"}

    assert within_limits(fields) == (fields, ())


def test_alarm_has_limits_of_its_own() -> None:
    fields = {"description": "x" * 2048, "additionalinfo1": "x" * 1025}

    assert within_limits(fields, ALERT_LIMITS) == ({"description": "x" * 2048}, ("additionalinfo1",))


@given(st.dictionaries(st.sampled_from([*REPORT_LIMITS]), st.text(max_size=300)))
def test_every_field_is_either_kept_in_a_storable_form_or_named(fields: dict[str, str]) -> None:
    kept, too_long = within_limits(fields)

    assert sorted([*kept, *too_long]) == sorted(fields)
    for name, text in kept.items():
        assert len(text.encode()) >= len(text)
        assert len(text) <= REPORT_LIMITS[name]
        assert "\x00" not in text
