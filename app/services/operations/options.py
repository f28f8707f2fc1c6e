"""What each action has to be told, checked before an operation begins."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInputError, NotFoundError
from app.models import ConfigTemplate, Firmware, Site, Tenant
from app.models.enums import Action, VlanMode
from app.models.phone_user import MAX_DISPLAY_NAME
from app.rendering.overlay_lines import written
from app.rules import typed_names
from app.rules.actions import Restart
from app.rules.vlan import check_vlan
from app.services import phone_user_passwords, phone_user_search, phone_users
from app.services.configuration_values.changes import read_pasted
from app.services.owned_values import LINES
from app.services.settings.texts import LANGUAGES
from app.services.value_owners import OwnerKind, get_owner

MAX_MESSAGE = 300
MOST_SECONDS = 3600

Check = Callable[[Session, Mapping[str, Any], str | None], dict[str, Any]]


def secret_of(session: Session, action: Action, options: Mapping[str, Any], secret: str | None) -> str | None:
    """Return the secret of an operation: what was written, or the lines of the user to copy from as they are now."""
    name = options.get("from_user", "")
    if action is not Action.USER_VALUES or not name:
        return secret
    if secret and secret.strip():
        raise InvalidInputError("Write lines, or name a user to copy them from: not both.", field="from_user")
    user = phone_user_search.find_named(session, name)
    lines = session.scalars(LINES.of_owner(get_owner(session, OwnerKind.USER, user.id)))
    text = "\n".join(written((line.parameter, line.value)) for line in lines)
    if not text:
        raise InvalidInputError(f"{user.name} has no lines that could be copied.", field="from_user")
    return text


def checked_options(
    session: Session, action: Action, options: Mapping[str, Any], secret: str | None
) -> dict[str, Any]:
    """Return what is kept with an operation, names of rows beside their ids, for they may go before it ends.

    InvalidInputError or NotFoundError with a sentence for the first that will not do.
    """
    check = _CHECKS.get(action)
    return check(session, options, secret) if check else {}


def _restart(_session: Session, options: Mapping[str, Any], _secret: str | None) -> dict[str, Any]:
    mode = options.get("mode", Restart.GRACEFUL)
    if mode not in set(Restart):
        raise InvalidInputError("Choose how the phones restart: graceful or force.", field="mode")
    return {"mode": str(mode)}


def _update(session: Session, options: Mapping[str, Any], secret: str | None) -> dict[str, Any]:
    """Check a template that the phones get first; their files are then generated in any case.

    With ``decide`` Zero Touch decides for them anew first, and nothing is asked of phones that get what they have.
    ``only_changed`` asks nothing of phones whose files Generate leaves as they are.
    """
    kept = _template(session, options, secret) if "template_id" in options else {}
    if options.get("decide"):
        if kept:
            raise InvalidInputError(
                "Either rules decide which template the phones get, or you do: choose one of the two.",
                field="decide",
            )
        simulation = {"simulation_id": options["simulation_id"]} if "simulation_id" in options else {}
        released = {"release": True} if options.get("release") else {}
        return {"generate": True, "decide": True, **simulation, **released}
    if not kept and not options.get("generate"):
        return {}
    return kept | {"generate": True} | ({"only_changed": True} if options.get("only_changed") else {})


def _message(_session: Session, options: Mapping[str, Any], _secret: str | None) -> dict[str, Any]:
    text = " ".join(str(options.get("text", "")).split())
    if not text:
        raise InvalidInputError("Write the text that the phones show.", field="text")
    if len(text) > MAX_MESSAGE:
        raise InvalidInputError(
            f"The text has {len(text)} characters; {MAX_MESSAGE} is the most.", field="text"
        )
    seconds = str(options.get("seconds", ""))
    if not (
        seconds.isascii() and seconds.isdecimal() and len(seconds) < 6 and 1 <= int(seconds) <= MOST_SECONDS
    ):
        raise InvalidInputError(
            f"The text is shown for a whole number of seconds from 1 to {MOST_SECONDS}.", field="seconds"
        )
    return {"text": text, "seconds": int(seconds)}


def _firmware(session: Session, options: Mapping[str, Any], _secret: str | None) -> dict[str, Any]:
    firmware = session.get(Firmware, _id(options, "firmware_id", "the firmware"))
    if firmware is None:
        raise NotFoundError("The firmware is not there any more. Choose another one.")
    return {"firmware_id": firmware.id, "name": firmware.name, "version": firmware.version}


def _template(session: Session, options: Mapping[str, Any], _secret: str | None) -> dict[str, Any]:
    template = session.get(ConfigTemplate, _id(options, "template_id", "the template"))
    if template is None:
        raise NotFoundError(
            "The template does not exist, or your account does not see it. Choose another one."
        )
    return {"template_id": template.id, "name": template.name}


def _tenant(session: Session, options: Mapping[str, Any], _secret: str | None) -> dict[str, Any]:
    tenant = session.get(Tenant, _id(options, "tenant_id", "the tenant"))
    if tenant is None:
        raise NotFoundError("The tenant does not exist, or your account does not see it. Choose another one.")
    return {"tenant_id": tenant.id, "name": tenant.name}


def _approval(session: Session, options: Mapping[str, Any], secret: str | None) -> dict[str, Any]:
    """``people`` has the names that were typed for phones on which nobody signs in: MAC to user and display name."""
    kept = _tenant(session, options, secret) | _vlan_mode(session, options, secret)
    site_id = options.get("site_id")
    of_tenant = select(Site.id).where(Site.id == site_id, Site.tenant_id == kept["tenant_id"])
    if site_id is not None and session.scalar(of_tenant) is None:
        raise NotFoundError(f"The tenant {kept['name']} has no such site. Choose one of its sites.")
    vlan = {name: int(options.get(name, 0)) for name in ("vlan_id", "vlan_priority")}
    check_vlan(vlan["vlan_id"], vlan["vlan_priority"])
    people = {mac: _person(mac, *names) for mac, names in options.get("people", {}).items()}
    return kept | vlan | {"site_id": site_id, "people": people}


def _person(mac: str, name: str, display_name: str) -> tuple[str, str]:
    try:
        display_name = typed_names.checked_name(display_name, "display name", MAX_DISPLAY_NAME)
        return phone_users.checked_name(name), display_name
    except InvalidInputError as error:
        raise InvalidInputError(f"{mac}: {error}") from None


def _language(_session: Session, options: Mapping[str, Any], _secret: str | None) -> dict[str, Any]:
    language = options.get("language", "")
    if language and language not in LANGUAGES:
        raise InvalidInputError(
            "Phones do not speak this language; choose one of the list.", field="language"
        )
    return {"language": language}


def _vlan_mode(_session: Session, options: Mapping[str, Any], _secret: str | None) -> dict[str, Any]:
    mode = options.get("vlan_mode", "")
    if mode not in {word.value for word in VlanMode}:
        raise InvalidInputError("Choose how phones find their VLAN.", field="vlan_mode")
    return {"vlan_mode": mode}


def _passwords(_session: Session, _options: Mapping[str, Any], secret: str | None) -> dict[str, Any]:
    if secret == "":
        raise InvalidInputError("Write the password that all users get.", field="secret")
    if secret is not None:
        try:
            phone_user_passwords.checked(secret)
        except InvalidInputError as error:
            raise InvalidInputError(str(error), field="secret") from None
    return {"is_one_for_all": secret is not None}


def _user_values(_session: Session, options: Mapping[str, Any], secret: str | None) -> dict[str, Any]:
    """Check the lines, which are kept as a secret because they may hold some."""
    kept: dict[str, Any] = {"lines": len(read_pasted(secret or ""))}
    return kept | ({"from_user": options["from_user"]} if options.get("from_user") else {})


def _id(options: Mapping[str, Any], name: str, what: str) -> int:
    value = options.get(name)
    if not isinstance(value, int):
        raise InvalidInputError(f"Choose {what}.", field=name)
    return value


_CHECKS: Mapping[Action, Check] = MappingProxyType(
    {
        Action.RESTART: _restart,
        Action.UPDATE: _update,
        Action.MESSAGE: _message,
        Action.FIRMWARE: _firmware,
        Action.TEMPLATE: _template,
        Action.APPROVE: _approval,
        Action.TENANT: _tenant,
        Action.USER_TENANT: _tenant,
        Action.LANGUAGE: _language,
        Action.VLAN_MODE: _vlan_mode,
        Action.PASSWORDS: _passwords,
        Action.USER_VALUES: _user_values,
    }
)
