"""What a phone takes from its configuration: the parameters that steer how it talks to its manager."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

LONGEST_PERIOD_MINUTES = 300
_CHECKS = {
    "every5minutes": timedelta(minutes=5),
    "every15minutes": timedelta(minutes=15),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
}


@dataclass(frozen=True, slots=True)
class Account:
    """The first SIP line as the file describes it (``voip/line/0/…``); without an id nobody can register."""

    id: str = ""
    auth_name: str = ""
    password: str = ""
    display_name: str = ""

    @property
    def is_usable(self) -> bool:
        """Whether a phone can register with it."""
        return bool(self.id or self.auth_name)


@dataclass(frozen=True, slots=True)
class Settings:
    """The steering parameters, with the firmware's defaults where no file has named them (protocol 9, 12)."""

    keep_alive_period: timedelta = timedelta(minutes=60)
    rest_url: str = ""
    configuration_url: str = ""
    firmware_url: str = ""
    ignores_dhcp: bool = False
    ems_user_name: str = "system"
    sip_proxy: str = ""
    vlan_id: str = ""
    account: Account = field(default_factory=Account)
    check_every: timedelta | None = timedelta(days=1)
    check_spread: timedelta = timedelta(minutes=120)


def read(configuration: Mapping[str, str]) -> Settings:
    """Read the parameters out of a phone's whole configuration; a value out of range counts as not given."""
    text = configuration.get
    return Settings(
        keep_alive_period=timedelta(
            minutes=_number(text("ems_server/keep_alive_period"), 60, LONGEST_PERIOD_MINUTES)
        ),
        rest_url=text("ems_server/provisioning/url", ""),
        configuration_url=text("provisioning/configuration/url", ""),
        firmware_url=text("provisioning/firmware/url", ""),
        ignores_dhcp=text("provisioning/method", "").lower() == "static",
        ems_user_name=text("ems_server/user_name", "") or "system",
        sip_proxy=text("voip/signalling/sip/proxy_address", ""),
        vlan_id=text("network/lan/vlan/id", ""),
        account=_account(configuration),
        check_every=_check_every(configuration),
        check_spread=timedelta(minutes=_number(text("provisioning/random_provisioning_time"), 120, 65535)),
    )


def _account(configuration: Mapping[str, str]) -> Account:
    text = configuration.get
    return Account(
        id=text("voip/line/0/id", ""),
        auth_name=text("voip/line/0/auth_name", ""),
        password=text("voip/line/0/auth_password", ""),
        display_name=text("voip/line/0/extension_display", "")
        or text("personal_settings/functional_key/12/key_label", ""),
    )


def _check_every(configuration: Mapping[str, str]) -> timedelta | None:
    """How often the phone looks for another file; None for ``powerup``: only when it boots (protocol 7.5)."""
    kind = configuration.get("provisioning/period/type", "daily").lower()
    if kind == "powerup":
        return None
    if kind == "hourly":
        return timedelta(
            hours=_number(configuration.get("provisioning/period/hourly/hours_interval"), 24, 168) or 24
        )
    return _CHECKS.get(kind, _CHECKS["daily"])


def _number(text: str | None, default: int, largest: int) -> int:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 5:
        return default
    return int(text) if int(text) <= largest else default
