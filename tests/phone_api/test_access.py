"""The paths that phones ask for, in their one form."""

import pytest

from app.errors import InvalidInputError
from app.phone_api.access import normal_path


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("//configfiles//00908f9a9623.cfg", "/configfiles/00908f9a9623.cfg"),
        ("/configfiles/a.cfg", "/configfiles/a.cfg"),
        ("http://mgr:8081/rest/v1/ipphoneMgrStatus/keep-alive", "/rest/v1/ipphoneMgrStatus/keep-alive"),
        ("HTTPS://mgr//configfiles/a.cfg", "/configfiles/a.cfg"),
        ("http://mgr", ""),
        ("http://[", ""),
        ("http://[::1]:80/x", "/x"),
        ("http:///x", "/x"),
        ("/http://mgr/x", "/http:/mgr/x"),
        ("", ""),
    ],
)
def test_a_path_has_one_form(path, normal):
    assert normal_path(path) == normal


@pytest.mark.parametrize("character", ["\x00", "\n", "\r", "\x1f", "\x7f", "\x9f", "\ud800"])
def test_control_characters_are_refused(character):
    with pytest.raises(InvalidInputError, match="control characters"):
        normal_path(f"/configfiles/{character}.cfg")
