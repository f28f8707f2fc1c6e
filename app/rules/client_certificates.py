"""What nginx says of the certificate that a phone showed: whether it is good, and whose it is."""

import re

from app.rules.mac_addresses import find_mac

VERIFY, SUBJECT = "x-client-verify", "x-client-subject"
"""The headers in which it says so; from anybody but a trusted proxy they count for nothing."""

# The parts of a distinguished name as RFC 2253 writes it: a comma or a plus that is no part of a value parts them.
_PARTS = re.compile(r"(?:[^,+\\]|\\.)+")


def mac_of_certificate(verify: str, subject: str) -> str:
    """Return the MAC address that a verified certificate is made out to; empty for any other certificate, and for none.

    ``verify`` is nginx's ``$ssl_client_verify``, ``subject`` its ``$ssl_client_s_dn``. The common name is the MAC
    address in any notation; a certificate with several common names is nobody's.
    """
    if verify != "SUCCESS":
        return ""
    names = [part.strip() for part in _PARTS.findall(subject)]
    common = [name[3:] for name in names if name[:3].upper() == "CN="]
    return (find_mac(common[0]) or "") if len(common) == 1 else ""
