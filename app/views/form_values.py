"""Values that forms about phones send, read from their texts: what will not do is refused with a sentence."""

from collections.abc import Mapping

from app.errors import InvalidInputError
from app.models.enums import VlanMode
from app.rules.sentences import quoted

VLAN_MODES = {
    VlanMode.NONE: "NONE",
    VlanMode.DISABLED: "Disabled",
    VlanMode.MANUAL: "Manual Configuration",
    VlanMode.CDP: "Automatic - CDP",
    VlanMode.LLDP: "Automatic - LLDP",
    VlanMode.CDP_LLDP: "Automatic - CDP_LLDP",
}
"""The modes as the manual calls them (8.1), in its order."""


def read_vlan_mode(form: Mapping[str, str], name: str = "vlan_mode") -> VlanMode:
    """Return the VLAN discovery mode that was chosen; nothing chosen is NONE."""
    word = form.get(name, "")
    mode = next((mode for mode in VlanMode if mode.value == word), None)
    if mode is None:
        raise InvalidInputError(
            f"{quoted(word)} is not a VLAN discovery mode. Choose one of the list.", field=name
        )
    return mode


def read_number(form: Mapping[str, str], name: str, title: str, most: int) -> int:
    """Return a whole number; nothing typed is 0."""
    text = form.get(name, "").strip() or "0"
    if not (text.isascii() and text.isdecimal() and len(text) < 11 and int(text) <= most):
        raise InvalidInputError(
            f"{quoted(text)} will not do for the {title}; give a whole number from 0 to {most}.", field=name
        )
    return int(text)
