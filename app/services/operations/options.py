"""What each action has to be told, checked before an operation begins."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from app.errors import InvalidInputError, NotFoundError
from app.models import ConfigTemplate, Firmware, Tenant
from app.models.enums import Action, VlanMode
from app.rules.actions import Restart
from app.services import phone_user_passwords
from app.services.configuration_values.changes import read_pasted
from app.services.settings.texts import LANGUAGES

MAX_MESSAGE = 300
MOST_SECONDS = 3600

Check = Callable[[Session, Mapping[str, Any], str | None], dict[str, Any]]


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
    """Check a template that the phones get first; their files are then generated in any case."""
    if "template_id" in options:
        return {**_template(session, options, secret), "generate": True}
    return {"generate": True} if options.get("generate") else {}


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


def _user_values(_session: Session, _options: Mapping[str, Any], secret: str | None) -> dict[str, Any]:
    """Check the lines, which are kept as a secret because they may hold some."""
    return {"lines": len(read_pasted(secret or ""))}


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
        Action.APPROVE: _tenant,
        Action.TENANT: _tenant,
        Action.USER_TENANT: _tenant,
        Action.LANGUAGE: _language,
        Action.VLAN_MODE: _vlan_mode,
        Action.PASSWORDS: _passwords,
        Action.USER_VALUES: _user_values,
    }
)
