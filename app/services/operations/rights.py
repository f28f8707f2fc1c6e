"""What a role has to allow for an operation to be begun or steered, which depends on its action."""

from collections.abc import Mapping
from types import MappingProxyType

from app.models.enums import Action
from app.security.roles import APPROVE, CHANGE_MANY, CHECK_STATUS, DEVICE, MESSAGE, OPERATIONS, RESTART

_DEEDS: Mapping[Action, str] = MappingProxyType(
    {Action.CHECK_STATUS: CHECK_STATUS, Action.RESTART: RESTART, Action.MESSAGE: MESSAGE}
)


def deed_of(action: Action) -> str:
    """Return the deed on the page of operations that steers one with this action."""
    return _DEEDS.get(action, CHANGE_MANY)


def right_to_begin(action: Action) -> tuple[str, str]:
    """Return the page and the deed on it that begin one with this action: phones are approved on pages of their own."""
    return (DEVICE, APPROVE) if action is Action.APPROVE else (OPERATIONS, deed_of(action))
