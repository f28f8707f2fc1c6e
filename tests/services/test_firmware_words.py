"""What people write about a firmware, and the name it takes."""

import pytest

from app.errors import InvalidInputError
from app.services import firmware


def test_groups_are_each_named_once_without_regard_to_case():
    assert firmware.labels_of("", "", " Pilot, pilot ,, Berlin desk").groups == ("pilot", "Berlin desk")


@pytest.mark.parametrize(
    ("description", "version", "groups", "sentence"),
    [
        ("x" * 201, "", "", "The description takes at most 200"),
        ("", "1\n2", "", "The version takes at most 60"),
        ("", "", "x" * 61, "The group takes at most 60"),
        ("", "", ",".join("abcdefghijk"), "in 10 groups at most"),
    ],
)
def test_words_that_do_not_fit_are_refused_with_what_does(description, version, groups, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        firmware.labels_of(description, version, groups)


@pytest.mark.parametrize(
    ("typed", "file_name", "name"),
    [
        ("", "430HD.img", "430HD.img"),
        ("Pilot", "430HD_UC_2.0.IMG", "Pilot.IMG"),
        ("Pilot.img", "download.img", "Pilot.img"),
        ("HRS", "speaker.dfu", "HRS.dfu"),
    ],
)
def test_a_name_takes_the_suffix_of_its_file(typed, file_name, name):
    assert firmware.name_for(typed, file_name, (".img", ".dfu")) == name


@pytest.mark.parametrize(
    ("typed", "file_name"),
    [("Pilot.img", "speaker.dfu"), ("../Pilot", "430HD.img"), ("", "../../430HD.img"), ("NUL", "430HD.img")],
)
def test_a_name_of_another_kind_or_place_is_refused(typed, file_name):
    with pytest.raises(InvalidInputError):
        firmware.name_for(typed, file_name, (".img", ".dfu"))
