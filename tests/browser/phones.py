"""Phones that report to the made-up company as real ones do, so that there is something decided about them."""

from datetime import UTC, datetime, timedelta

from flask import Flask

from app.models.enums import Status
from app.security.tenant_scope import ALL_TENANTS
from app.services import presence
from app.services.reports import Report
from app.transaction import writing
from tests.views.installations import database_of

MAC = "00908f9a9623"
FIELDS = {
    "ip": "10.1.2.23",
    "subnet_mask": "255.255.255.0",
    "model": "430HD",
    "firmware_version": "UC_2.0.13.121",
    "user_agent": "AUDC-IPPhone-430HD_UC_2.0.13.121/1.0.0000.0",
    "vlan_id": "20",
    "sip_proxy": "sip.acme.example",
}
SIGNED_IN = {
    "user_id": "anna.berg@acme.example",
    "user_name": "Anna Berg",
    "phone_number": "+97239764713",
    "location": "Lyon, floor 3",
    "btoe_status": "auto paired",
    "btoe_version": "2.1.0.39",
    "usb_headset": "Jabra Evolve 65 MS Stereo USB headset",
}


def report_as_placed(app: Flask) -> None:
    """Let a phone boot in Lyon, sign in and register."""
    now = datetime.now(UTC)
    for fields, status, at in (
        (FIELDS, Status.STARTED, now - timedelta(minutes=6)),
        (FIELDS | SIGNED_IN, Status.REGISTERED, now - timedelta(minutes=5)),
    ):
        with writing(database_of(app), ALL_TENANTS) as session:
            presence.record_keep_alives(session, [Report(MAC, fields, status, "10.1.2.23", "Acme")], now=at)


def report_as_waiting(app: Flask, macs: list[str]) -> None:
    """Let phones report that nothing places."""
    for mac in macs:
        message = Report(mac, FIELDS | {"ip": "172.16.0.9"}, Status.UNREGISTERED, "172.16.0.9")
        with writing(database_of(app), ALL_TENANTS) as session:
            presence.record_keep_alives(session, [message], now=datetime.now(UTC))
