"""What a phone reports, and what that changes of what is stored of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from itertools import repeat
from typing import Any

import msgspec

from app.models.enums import Status
from app.rules.phone_subnets import subnet_of
from app.services.report_rows.columns import REPORTED

_NOT_SENT = repeat("\0")


class Report(msgspec.Struct, frozen=True, dict=True):
    """One keep-alive. ``fields`` has the members that were sent, under the names of the status row's columns.

    A member that was not sent stays what it was. ``too_long`` names the members that were dropped for their length.
    """

    mac: str
    fields: Mapping[str, str]
    status: Status | None
    peer: str
    url_tenant: str = ""
    too_long: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        """Return 16 hex digits that are equal, in every process, for reports that store the same."""
        said = map(self.fields.get, REPORTED, _NOT_SENT)
        text = "\x1f".join([self.status or "", self.peer, self.url_tenant, *self.too_long, *said])
        return blake2b(text.encode(), digest_size=8).hexdigest()


def digests_of(reports: Sequence[Report]) -> dict[str, str]:
    """Return what each phone says, and nothing for one that says several things: then each counts as a change."""
    digests: dict[str, str] = {}
    for report in reports:
        said = report.digest
        digests[report.mac] = said if digests.get(report.mac, said) == said else ""
    return digests


def changes_of(report: Report, stored: Mapping[str, Any], proxy: str, now: datetime) -> dict[str, Any]:
    """Return what a report changes of what is stored of its phone, as plain values.

    That a phone says it booted is noted whenever a report is recorded, though its status may be what it was.
    """
    status = report.status or _status_when_not_said(stored["status"])
    said: dict[str, Any] = {
        **report.fields,
        "external_ip": report.peer,
        "is_behind_proxy": report.peer == proxy != "",
        "url_tenant": report.url_tenant or stored["url_tenant"],
    }
    if status is Status.OFFLINE:  # a phone that is signed out shows no user (manual 6.1)
        said["user_name"] = said["user_id"] = ""
    changes = {name: value for name, value in said.items() if stored[name] != value}
    if "ip" in changes or "subnet_mask" in changes:
        mask = said.get("subnet_mask", stored["subnet_mask"])
        changes["subnet"] = subnet_of(said.get("ip", stored["ip"]), mask)
    if report.status is Status.STARTED:
        changes["started_at"] = now
    if stored["status"] != status:
        changes |= {"status": status.value, "status_changed_at": now}
    return changes | {"digest": report.digest}


def _status_when_not_said(status: Status | None) -> Status:
    """Return the status of a phone whose report names none: what it was, or started when it was silent."""
    return Status.STARTED if status in {None, Status.DISCONNECTED} else Status(status)
