"""What is said and shown of a user of phones; never the password."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from app.models import PhoneUser
from app.models.phone_user import MAX_DISPLAY_NAME, MAX_USER_NAME
from app.rest_api.listing import ListQuery, Words
from app.rest_api.references import TenantName
from app.services.phone_user_changes import MAX_NICKNAME
from app.services.phone_user_passwords import MAX_PASSWORD

Name = Annotated[
    str, Meta(min_length=1, max_length=MAX_USER_NAME, description="name@domain, or that of a line.")
]
DisplayName = Annotated[str, Meta(max_length=MAX_DISPLAY_NAME)]
Nickname = Annotated[str, Meta(max_length=MAX_NICKNAME)]
Password = Annotated[
    str,
    Meta(max_length=MAX_PASSWORD, description="What phones register with; it is never shown. Empty is none."),
]
_Sort = Literal["name", "-name", "created_at", "-created_at", "id", "-id"]


class UserItem(Struct, kw_only=True):
    """A user of a tenant's phones."""

    id: int
    tenant: str
    tenant_id: int
    name: str
    display_name: str
    nickname: str
    is_system: bool
    created_at: datetime


class UserContent(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is said of a user beside the name. A password that is not said stays as it is; a new user has none."""

    display_name: DisplayName = ""
    nickname: Nickname = ""
    password: Password | UnsetType = UNSET


class NewUser(UserContent, kw_only=True, forbid_unknown_fields=True):
    """A user who is to be added to the tenant of a name."""

    tenant: TenantName
    name: Name


class UserChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a user; the rest stays."""

    tenant: TenantName | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    display_name: DisplayName | UnsetType = UNSET
    nickname: Nickname | UnsetType = UNSET
    password: Password | UnsetType = UNSET


class UsersQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which users are listed, and in which order."""

    tenant: Annotated[Words, Meta(description="The name of a tenant.")] = ""
    name: Annotated[Words, Meta(description="The whole name of a user, whatever its case.")] = ""
    q: Annotated[Words, Meta(description="A part of the name, the display name or the nickname.")] = ""
    sort: _Sort = "name"


class Moving(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """What a change is told: that its caller knows which phones move with the user."""

    told: Annotated[
        str,
        Meta(
            max_length=100, description="Where phones move along: the `told` of the answer 409 that says so."
        ),
    ] = ""


def show(user: PhoneUser) -> UserItem:
    """Return a user as he is shown."""
    return UserItem(
        id=user.id,
        tenant=user.tenant.name,
        tenant_id=user.tenant_id,
        name=user.name,
        display_name=user.display_name,
        nickname=user.nickname,
        is_system=user.is_system,
        created_at=user.created_at,
    )
