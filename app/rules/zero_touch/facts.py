"""What the Zero Touch rules look at: the phone, and the tenants, sites and templates there are."""

from dataclasses import dataclass

from app.models.enums import Train

TRAIN_TITLES = {Train.UC: "Skype for Business", Train.GENERIC: "generic SIP"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a phone when it is decided upon; None is not known.

    ``url_tenant`` is the tenant named in the address of a file, percent-decoded; ``region`` is the one named
    in a report. ``ip`` is the report's own, ``peer`` the other end of the connection, and ``via_proxy`` says
    whether that is a proxy of the settings.
    """

    mac: str
    model: str | None
    train: Train
    firmware: str | None = None
    url_tenant: str | None = None
    region: str | None = None
    ip: str | None = None
    peer: str | None = None
    via_proxy: bool = False
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class TenantFact:
    """A tenant; ``approves_automatically`` counts for the default tenant."""

    id: int
    name: str
    subnet: str | None = None
    is_default: bool = False
    approves_automatically: bool = False


@dataclass(frozen=True, slots=True)
class SiteFact:
    """A site of a tenant; the one called AutoDetection takes the phones that no other site has."""

    id: int
    tenant_id: int
    name: str
    subnet: str | None = None
    is_auto_detection: bool = False


@dataclass(frozen=True, slots=True)
class NamedTemplate:
    """A template that a rule may give; one of a tenant is for that tenant's phones alone."""

    id: int
    name: str
    model: str
    tenant_id: int | None = None


@dataclass(frozen=True, slots=True)
class TemplateFact:
    """A template as what it serves as: the factory template of {model, train}, or a tenant's default of them.

    A template that is both, or the default of several tenants, comes once for each.
    """

    id: int
    name: str
    model: str
    train: Train
    tenant_id: int | None = None
    is_factory: bool = False
    is_default: bool = False
