"""Names that uploaded configuration files may not take: all tenants' phones ask under one roof of names."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import table_of
from app.errors import ConflictError, InvalidInputError
from app.models import ConfigFile, ConfigTemplate, Device
from app.rendering.template_file import parse_template
from app.rules.phone_forms import mac_in_name, usual_mac
from app.services import phone_forms, stored_files
from app.services.config_files.generation import DHCP_OPTION_FILE, PROXY_OPTION_FILE, name_for

_TEMPLATES = table_of(ConfigTemplate)
_FIRST_FILES = {DHCP_OPTION_FILE, PROXY_OPTION_FILE.rpartition("/")[2]}


def check_are_free(session: Session, names: Sequence[str], *, replaces: bool) -> None:
    """Raise ConflictError or InvalidInputError where one of these names cannot be taken, whoever's file has it.

    Files of other tenants are looked at as well, past the session's scope: a name leads phones of all tenants to one
    file. Nothing of them is told but that the name is taken.
    """
    keys = [stored_files.key_of(name) for name in names]
    twice = next((name for name, key in zip(names, keys, strict=True) if keys.count(key) > 1), None)
    if twice:
        raise InvalidInputError(f"{twice} was chosen twice.")
    taken = stored_files.find_many(session, names, with_content=False)
    own = set(session.scalars(select(ConfigFile.name_key).where(ConfigFile.name_key.in_(keys))))
    for name, key in zip(names, keys, strict=True):
        if key in taken:
            _check_may_replace(name, is_seen=key in own, replaces=replaces)
        else:
            _check_is_nobodys(session, name, key)


def _check_may_replace(name: str, *, is_seen: bool, replaces: bool) -> None:
    if not is_seen:
        raise ConflictError(
            f"The name {name} is taken by a file that your account does not see. Choose another one."
        )
    if not replaces:
        raise ConflictError(
            f"There is a file called {name} already. Tick 'Replace files of the same name', or rename it."
        )


def _check_is_nobodys(session: Session, name: str, key: str) -> None:
    """Refuse a name that is kept for a file which is not there yet."""
    mac = usual_mac(name)
    if mac and session.scalar(select(Device.id).where(Device.mac == mac)) is None:
        raise InvalidInputError(
            f"{name} is the name of a phone's own file, and no phone that you see has this MAC address."
        )
    other = mac_in_name(name)
    if not mac and other and phone_forms.is_own_name(session, name, other):
        raise InvalidInputError(
            f"{name} is what a phone calls its own file: upload it as {name_for(other)}, and it gets it by this name."
        )
    if key in _FIRST_FILES:
        raise InvalidInputError(
            f"{name} is the first file of all phones; it is made under DHCP Option Configuration."
        )
    if key in _global_names(session, key):
        raise InvalidInputError(
            f"{name} is the name of a template's global file, which Generate writes. Choose another one."
        )


def _global_names(session: Session, key: str) -> set[str]:
    """Return the keys of global files of those templates, of any tenant, that have this name in their text."""
    texts = select(_TEMPLATES.c.content).where(_TEMPLATES.c.content.icontains(key, autoescape=True))
    parsed = (_parsed_name(text) for text in session.connection().execute(texts).scalars())
    return {stored_files.key_of(name) for name in parsed}


def _parsed_name(text: str) -> str:
    try:
        return parse_template(text).global_file.name
    except InvalidInputError:
        return ""
