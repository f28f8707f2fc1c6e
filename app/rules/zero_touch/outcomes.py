"""What the rules of administrators may say in each stage, and what operators may pin."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class PlacedIn:
    """A tenant, and a site of it; without one, the site that the address has there."""

    tenant_id: int
    site_id: int | None = None


@dataclass(frozen=True, slots=True)
class WaitsForApproval:
    """Somebody has to approve the phone."""


@dataclass(frozen=True, slots=True)
class GivenTemplate:
    """A template."""

    template_id: int


@dataclass(frozen=True, slots=True)
class WaitsForTemplate:
    """No template for now."""


@dataclass(frozen=True, slots=True)
class GivenFirmware:
    """A firmware file; with ``at_least``, only where the phone's own version is earlier or not known."""

    firmware_id: int
    at_least: str = ""


@dataclass(frozen=True, slots=True)
class KeepsFirmware:
    """The firmware stays as it is."""


PlacementOutcome: TypeAlias = PlacedIn | WaitsForApproval
TemplateOutcome: TypeAlias = GivenTemplate | WaitsForTemplate
FirmwareOutcome: TypeAlias = GivenFirmware | KeepsFirmware
