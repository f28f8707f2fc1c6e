"""The form with which waiting phones are approved (manual, chapter 8): what it says."""

from collections.abc import Mapping, Sequence

from app.errors import InvalidInputError
from app.models.device import MAX_VLAN_ID, MAX_VLAN_PRIORITY
from app.services.approval import ApprovalRequest
from app.views.form_values import read_number, read_vlan_mode
from app.views.list_arguments import LARGEST_ID


def read_approval(form: Mapping[str, str]) -> ApprovalRequest:
    """Return what the form says, or raise InvalidInputError with a sentence for the first wrong field."""
    if not form.get("tenant"):
        raise InvalidInputError("Choose the tenant that the phone is for.")
    return ApprovalRequest(
        tenant_id=read_number(form, "tenant", "tenant", LARGEST_ID),
        site_id=read_number(form, "site", "site", LARGEST_ID) if form.get("site") else None,
        user_name=form.get("user_name", ""),
        display_name=form.get("display_name", ""),
        password=form.get("password", ""),
        vlan_mode=read_vlan_mode(form),
        vlan_id=read_number(form, "vlan_id", "VLAN id", MAX_VLAN_ID),
        vlan_priority=read_number(form, "vlan_priority", "VLAN priority", MAX_VLAN_PRIORITY),
    )


def read_people(form: Mapping[str, str], macs: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return the names of user and display that were typed beside each of several phones, for those that have any."""
    people: dict[str, tuple[str, str]] = {}
    for mac in macs:
        name, display_name = (
            form.get(f"{field}-{mac}", "").strip() for field in ("user_name", "display_name")
        )
        if name:
            people[mac] = name, display_name
        elif display_name:
            raise InvalidInputError(f"{mac} has a display name and no user name: give both, or neither.")
    return people
