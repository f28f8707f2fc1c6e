"""What is said and shown of a tenant."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from app.models import Tenant
from app.models.tenant import MAX_ENDPOINTS
from app.rest_api.listing import ListQuery, Words

Name = Annotated[
    str, Meta(min_length=1, max_length=100, description="It stands in the address that phones ask for.")
]
Description = Annotated[str, Meta(max_length=2_000)]
Subnet = Annotated[
    str, Meta(max_length=50, description="10.1.0.0/16, 10.1.0.0/255.255.0.0 or 2001:db8::/32.")
]
ExternalId = Annotated[str, Meta(max_length=64, description="The tenant's name in another system.")]
Licenses = Annotated[int, Meta(ge=0, le=MAX_ENDPOINTS, description="How many phones the tenant may have.")]
Networks = Annotated[
    str,
    Meta(
        max_length=2_500,
        description="Networks and addresses from which its phones may fetch and report, with commas between them; "
        "empty: from everywhere.",
    ),
]
DemandsKey = Annotated[
    bool,
    Meta(description="Whether its phones are served only by addresses with its key; it has to have one."),
]
DemandsCertificate = Annotated[
    bool, Meta(description="Whether its phones have to show a certificate, which nginx verifies.")
]
HandsOutOnce = Annotated[
    bool,
    Meta(description="Whether the file of a phone goes to who asks first, and then to that phone alone."),
]
_Sort = Literal["name", "-name", "created_at", "-created_at", "id", "-id"]


class TenantItem(Struct, kw_only=True):
    """A tenant. One is the default, where phones go that nothing else places."""

    id: int
    name: str
    description: str
    subnet: str | None
    is_default: bool
    approves_automatically: bool
    external_id: str | None
    endpoint_licenses: int
    allowed_networks: str
    demands_key: bool
    demands_certificate: bool
    hands_out_once: bool
    created_at: datetime


class TenantContent(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is said of a tenant beside its name; what is not said is as in a new one."""

    description: Description = ""
    subnet: Subnet | None = None
    is_default: bool = False
    approves_automatically: bool = False
    external_id: ExternalId | None = None
    endpoint_licenses: Licenses = MAX_ENDPOINTS
    allowed_networks: Networks = ""
    demands_key: DemandsKey = False
    demands_certificate: DemandsCertificate = False
    hands_out_once: HandsOutOnce = False


class NewTenant(TenantContent, kw_only=True, forbid_unknown_fields=True):
    """A tenant that is to be added."""

    name: Name


class TenantChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a tenant; the rest stays."""

    name: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    subnet: Subnet | UnsetType | None = UNSET
    is_default: bool | UnsetType = UNSET
    approves_automatically: bool | UnsetType = UNSET
    external_id: ExternalId | UnsetType | None = UNSET
    endpoint_licenses: Licenses | UnsetType = UNSET
    allowed_networks: Networks | UnsetType = UNSET
    demands_key: DemandsKey | UnsetType = UNSET
    demands_certificate: DemandsCertificate | UnsetType = UNSET
    hands_out_once: HandsOutOnce | UnsetType = UNSET


class Shutting(Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """What a change of a tenant is told: that its caller knows which phones it shuts out."""

    told: Annotated[
        str,
        Meta(
            max_length=64,
            description="Where phones would be refused: the `told` of the answer 409 that says so.",
        ),
    ] = ""


class TenantsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which tenants are listed, and in which order."""

    name: Words = ""
    q: Annotated[Words, Meta(description="A part of the name or of the description.")] = ""
    sort: _Sort = "name"


def show(tenant: Tenant) -> TenantItem:
    """Return a tenant as it is shown."""
    return msgspec.convert(tenant, TenantItem, from_attributes=True)
