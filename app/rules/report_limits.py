"""How long a text of a report may be, and which characters it keeps."""

import re
from collections.abc import Mapping

REPORT_LIMITS: Mapping[str, int] = {
    "ip": 64,  # an address, or a URL with one in it (protocol 3.5)
    "subnet": 64,
    "region": 128,
    "model": 64,
    "fwversion": 64,
    "useragent": 256,  # what parse_user_agent reads
    "username": 128,  # what a phone keeps of an identity; 100 were seen (protocol 12 and 3.5)
    "userid": 128,
    "phonenumber": 128,  # any text, not only digits (protocol 2.1)
    "location": 2048,  # protocol 2.1 and 17
    "sipproxy": 256,  # a host name has 253 at most (RFC 1035)
    "vlanid": 16,
    "btoepairingstatus": 64,
    "btoeversion": 64,
    "usbheadsettype": 256,  # more than 130 were seen (protocol 2.1)
    "hrsspeakermodel": 256,
    "hrsspeakerfw": 256,
}
"""The most characters of each text of a report, under its name on the wire in lower case (protocol 2.1)."""

ALERT_LIMITS: Mapping[str, int] = {
    "uniqueid": 20,
    "name": 255,
    "description": 2048,
    "date": 64,
    "severity": 16,
    "source": 255,
    "type": 20,
    "probablecause": 20,
    "additionalinfo1": 1024,
    "additionalinfo2": 1024,
}
"""The same for an alarm (protocol 4.1)."""

# C0 with NUL, DEL and C1 say nothing on a screen; a lone surrogate, which JSON can carry, no database takes.
_unwanted = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def within_limits(
    fields: Mapping[str, str], limits: Mapping[str, int] = REPORT_LIMITS
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the fields that are kept, without control characters, and the names of those that are too long.

    Every field has to have a limit. What is removed does not count.
    """
    kept: dict[str, str] = {}
    too_long: list[str] = []
    for name, text in fields.items():
        clean = text if text.isprintable() else _unwanted.sub("", text)
        if len(clean) > limits[name]:
            too_long.append(name)
        else:
            kept[name] = clean
    return kept, tuple(too_long)
