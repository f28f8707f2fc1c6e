"""What changes of system settings are to phones' files: values of the system's placeholders, and daylight saving."""

from collections.abc import Iterable

from app.models.enums import Layer
from app.services.affected import Change, DaylightChange, PlaceholderChange
from app.services.settings.changes import SettingChange

_DAYLIGHT = "daylight_"
# What phones are told of this server's address (app/services/public_address.py): one says what follows from the other.
_OF_ADDRESS = frozenset({"scheme_from_devices", "server_fqdn"})
_ADDRESS = ("HTTP_OR_S", "ServerIP", "HTTP_PROXY_IP", "HTTP_PROXY_PORT")


def effects_of(changes: Iterable[SettingChange]) -> tuple[Change, ...]:
    """Return what phones' files are made from that these settings say; settings of the server alone have no part."""
    found: dict[Change, None] = {}
    for change in changes:
        setting = change.setting
        if setting.name.startswith(_DAYLIGHT):
            found[DaylightChange()] = None
        for name in _ADDRESS if setting.name in _OF_ADDRESS else (setting.placeholder,):
            if name:
                found[PlaceholderChange(Layer.SYSTEM, None, name)] = None
    return tuple(found)
