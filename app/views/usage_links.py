"""Where the things are that use a row: each by itself, and all of a kind together."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from app.services.usage import Named, Usage

_PHONE = "/devices/{}/"
_ONE = {
    "devices": _PHONE,
    "waiting-phones": _PHONE,
    "silent-phones": _PHONE,
    "heard-phones": _PHONE,
    "others-devices": _PHONE,
    "sites": "/sites/show/{}",
    "phone-users": "/users/show/{}",
    "tenants": "/tenants/show/{}",
    "templates": "/templates/show/{}",
    "template-defaults": "/templates/show/{}",
}
_ALL = {
    "devices": "/devices-status/",
    "waiting-phones": "/devices-status/",
    "silent-phones": "/devices-status/",
    "sites": "/sites/list/",
    "phone-users": "/users/",
    "templates": "/templates/",
}
_NARROWED = {"silent-phones": {"status": "disconnected"}}


@dataclass(frozen=True, slots=True)
class UsageLinks:
    """The addresses of what uses one row; ``arguments`` are those that narrow a list to this row's."""

    arguments: Mapping[str, str]

    def one(self, usage: Usage, thing: Named) -> str:
        """Return the address of one thing, or an empty text where it has no page."""
        return _ONE.get(usage.kind.key, "").format(quote(str(thing.id), safe=""))

    def all(self, usage: Usage) -> str:
        """Return the address of the list of all things of this kind, or an empty text where there is none."""
        path = _ALL.get(usage.kind.key, "")
        if not path or not self.arguments:
            return ""
        return f"{path}?{urlencode({**self.arguments, **_NARROWED.get(usage.kind.key, {})})}"
