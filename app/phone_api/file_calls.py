"""A request for a configuration file: by the name of the file, and by whose it is."""

from dataclasses import dataclass

from app.phone_api.claims import Claim
from app.phone_api.messages import PhoneRequest
from app.rules.phone_forms import mac_in_name, usual_mac
from app.rules.report_limits import REPORT_LIMITS
from app.services import config_files


@dataclass(frozen=True, slots=True)
class FileCall:
    """A request for a file by name; ``mac`` is the phone's where the name has one, ``tenant`` the one in the URL.

    ``is_usual`` is a name that is nothing but a MAC and ``.cfg``.
    """

    name: str
    mac: str | None
    is_usual: bool
    tenant: str
    request: PhoneRequest

    @property
    def own_name(self) -> str:
        """Return the name under which the file of its phone is stored."""
        return config_files.name_for(self.mac) if self.mac else self.name


def parse(request: PhoneRequest, parts: dict[str, str]) -> FileCall:
    """Return what is asked for; the usual name of a phone's file is its MAC in any notation and case."""
    name = parts["name"]
    tenant = parts.get("tenant", "")[: REPORT_LIMITS["region"]]
    usual = usual_mac(name)
    if usual:
        return FileCall(config_files.name_for(usual), usual, is_usual=True, tenant=tenant, request=request)
    return FileCall(name, mac_in_name(name), is_usual=False, tenant=tenant, request=request)


def claim(call: FileCall) -> Claim:
    """Return whose file is asked for."""
    return Claim((call.mac,) if call.mac else (), call.tenant)
