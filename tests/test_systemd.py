"""What the service may do on its machine: as an account of its own, without rights of the system."""

from configparser import ConfigParser
from pathlib import Path

UNITS = Path(__file__).parent.parent / "deploy" / "systemd"
SEPARATED = {
    "User": "ringmaster",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "StateDirectoryMode": "0711",
    "UMask": "0077",
}


def test_the_service_has_an_account_of_its_own_and_no_right_of_the_system() -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]  # names keep their case
    unit.read(UNITS / "ringmaster.service")
    assert {setting: unit["Service"].get(setting) for setting in SEPARATED} == SEPARATED
