"""Whose file is fetched, by its name and by the User-Agent."""

import pytest

from app.models.enums import ToldBy
from app.rules.fetched_files import mac_in

GRANDSTREAM = "Grandstream Model HW GXP2170 SW 1.0.11.23 DevId 000b82123456"
YEALINK = "Yealink SIP-T46S 66.86.0.15 80:5e:c0:12:34:56"


@pytest.mark.parametrize(
    ("path", "user_agent", "told"),
    [
        ("/configfiles/000b82123456.cfg", "curl/8", ("000b82123456", ToldBy.FILE)),
        ("/configfiles/cfg000b82123456.xml", GRANDSTREAM, ("000b82123456", ToldBy.FILE)),
        ("/configfiles/cfg000b82123456.xml", "Grandstream GXP2170 1.0.11.23", ("000b82123456", ToldBy.FILE)),
        ("/configfiles/cfg000b82aaaaaa.xml", GRANDSTREAM, ("000b82123456", ToldBy.USER_AGENT)),
        ("/configfiles/rings-202501011234.wav", "curl/8", None),
        ("/configfiles/y000000000066.cfg", YEALINK, ("805ec0123456", ToldBy.USER_AGENT)),
        ("/configfiles/y000000000066.cfg", "Yealink SIP-T46S 66.86.0.15", None),
        ("/firmwarefiles/x-000b82123456.bin", "Grandstream GXP2170 1.0.11.23", None),
        ("/configfiles/000000000000.cfg", "curl/8", None),
    ],
)
def test_a_file_is_a_phones_by_its_name_or_by_who_asks(
    path: str, user_agent: str, told: tuple[str, ToldBy] | None
) -> None:
    assert mac_in(path, user_agent) == told
