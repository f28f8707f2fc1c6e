"""What is said and shown of an operator's account; never a password, nor what is kept of one."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from app.models import Operator
from app.rest_api.references import TenantName
from app.services.operator_accounts import LONGEST_MAIL, LONGEST_NAME, LONGEST_PART
from app.services.operator_passwords import LONGEST, SHORTEST

_MOST_TENANTS = 10_000

Username = Annotated[
    str, Meta(min_length=1, max_length=LONGEST_NAME, description="What signs in, whatever its case.")
]
Part = Annotated[str, Meta(max_length=LONGEST_PART)]
Mail = Annotated[str, Meta(max_length=LONGEST_MAIL, description="It signs in as well.")]
Role = Literal["Administrator", "Operator", "Helpdesk", "Monitor"]
Roles = Annotated[list[Role], Meta(min_length=1, max_length=4)]
Tenants = Annotated[
    list[TenantName],
    Meta(max_length=_MOST_TENANTS, description="The names of the tenants that it sees; without any none."),
]
SeesAll = Annotated[bool, Meta(description="Every tenant, also those added later.")]
IsActive = Annotated[
    bool, Meta(description="One that is not active cannot sign in, and its tokens open nothing.")
]
Password = Annotated[
    str,
    Meta(
        min_length=SHORTEST,
        max_length=LONGEST,
        description="Hard to guess; its owner has to choose another one at the next sign-in.",
    ),
]


class AccountItem(Struct, kw_only=True):
    """An account. `signs_in_by` is empty where its password is kept here, else the way by which it came; its name,
    roles and tenants follow that."""

    id: int
    username: str
    first_name: str
    last_name: str
    email: str
    roles: list[str]
    sees_all_tenants: bool
    tenants: list[str]
    is_active: bool
    signs_in_by: str
    has_to_choose_password: bool
    second_factor_since: datetime | None
    last_sign_in_at: datetime | None
    sign_ins: int
    failed_sign_ins: int


class AccountContent(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is said of an account beside its name; what is not said is as in a new one."""

    first_name: Part
    last_name: Part
    email: Mail
    roles: Roles
    sees_all_tenants: SeesAll = False
    tenants: Tenants = []
    is_active: IsActive = True


class Account(AccountContent, kw_only=True, forbid_unknown_fields=True):
    """What is said of an account with its name."""

    username: Username


class NewAccount(Account, kw_only=True, forbid_unknown_fields=True):
    """An account that is to be added, with the password for its first sign-in."""

    password: Password


class PutAccount(AccountContent, kw_only=True, forbid_unknown_fields=True):
    """What is said of an account. The password is for one that is added, which needs it; another one keeps its own."""

    password: Password | UnsetType = UNSET


class AccountChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to change of an account; the rest stays."""

    username: Username | UnsetType = UNSET
    first_name: Part | UnsetType = UNSET
    last_name: Part | UnsetType = UNSET
    email: Mail | UnsetType = UNSET
    roles: Roles | UnsetType = UNSET
    sees_all_tenants: SeesAll | UnsetType = UNSET
    tenants: Tenants | UnsetType = UNSET
    is_active: IsActive | UnsetType = UNSET


def show(account: Operator) -> AccountItem:
    """Return an account as it is shown."""
    # Flask-AppBuilder keeps this one without a zone, in the machine's.
    last = account.last_login.astimezone(UTC) if account.last_login else None
    return AccountItem(
        id=account.id,
        username=account.username,
        first_name=account.first_name,
        last_name=account.last_name,
        email=account.email,
        roles=sorted(role.name for role in account.roles),
        sees_all_tenants=account.sees_all_tenants,
        tenants=sorted(tenant.name for tenant in account.tenants),
        is_active=bool(account.active),
        signs_in_by=account.signs_in_by,
        has_to_choose_password=account.has_to_choose_password,
        second_factor_since=account.second_factor_since,
        last_sign_in_at=last,
        sign_ins=account.login_count or 0,
        failed_sign_ins=account.fail_login_count or 0,
    )
