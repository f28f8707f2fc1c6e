"""The form with which waiting phones are approved (manual, chapter 8): what it offers, and what it says."""

from collections.abc import Mapping

from app.errors import InvalidInputError
from app.models.device import MAX_VLAN_ID, MAX_VLAN_PRIORITY
from app.models.enums import VlanMode
from app.rules.sentences import quoted
from app.services.approval import ApprovalRequest

LARGEST_ID = 2**31 - 1
MOST_CHARACTERS = 100

VLAN_MODES = {
    VlanMode.NONE: "NONE",
    VlanMode.DISABLED: "Disabled",
    VlanMode.MANUAL: "Manual Configuration",
    VlanMode.CDP: "Automatic - CDP",
    VlanMode.LLDP: "Automatic - LLDP",
    VlanMode.CDP_LLDP: "Automatic - CDP_LLDP",
}
"""The modes as the manual calls them (8.1), in its order."""


def read_approval(form: Mapping[str, str]) -> ApprovalRequest:
    """Return what the form says, or raise InvalidInputError with a sentence for the first wrong field."""
    if not form.get("tenant"):
        raise InvalidInputError("Choose the tenant that the phone is for.")
    return ApprovalRequest(
        tenant_id=_number(form, "tenant", "tenant", LARGEST_ID),
        site_id=_number(form, "site", "site", LARGEST_ID) if form.get("site") else None,
        user_name=_text(form, "user_name", "user name"),
        display_name=_text(form, "display_name", "display name"),
        password=_text(form, "password", "password"),
        vlan_mode=_vlan_mode(form.get("vlan_mode", "")),
        vlan_id=_number(form, "vlan_id", "VLAN id", MAX_VLAN_ID),
        vlan_priority=_number(form, "vlan_priority", "VLAN priority", MAX_VLAN_PRIORITY),
    )


def _vlan_mode(word: str) -> VlanMode:
    mode = next((mode for mode in VlanMode if mode.value == word), None)
    if mode is None:
        raise InvalidInputError(f"{quoted(word)} is not a VLAN discovery mode. Choose one of the list.")
    return mode


def _number(form: Mapping[str, str], name: str, title: str, most: int) -> int:
    text = form.get(name, "").strip() or "0"
    if not (text.isascii() and text.isdecimal() and len(text) < 11 and int(text) <= most):
        raise InvalidInputError(
            f"{quoted(text)} will not do for the {title}; give a whole number from 0 to {most}."
        )
    return int(text)


def _text(form: Mapping[str, str], name: str, title: str) -> str:
    text = form.get(name, "").strip()
    if len(text) > MOST_CHARACTERS or not text.isprintable():
        raise InvalidInputError(
            f"The {title} takes at most {MOST_CHARACTERS} characters on one line. Shorten it."
        )
    return text
