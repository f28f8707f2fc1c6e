"""What placeholders stand for where nobody gave them another value: `/placeholders/defaults`, for all phones."""

from http import HTTPStatus
from typing import Annotated, Any

from msgspec import Meta, Struct

from app.rest_api.calls import Answer, Call
from app.rest_api.listing import Words
from app.rest_api.resources.placeholders import PlaceholderItem, PlaceholderName, Value
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import DEFAULT_PLACEHOLDERS
from app.services.placeholders import defaults
from app.services.placeholders.defaults import Default
from app.services.placeholders.formats import checked_name


class DefaultItem(PlaceholderItem, kw_only=True):
    """What a placeholder stands for where nobody gave it another value; `follows` names what it is derived from."""

    is_changed: bool
    follows: str


class DefaultItems(Struct, kw_only=True):
    """The placeholders that are known."""

    items: list[DefaultItem]


class DefaultContent(Struct, kw_only=True, forbid_unknown_fields=True):
    """The value of a placeholder for all phones that have no other."""

    value: Value


class DefaultsQuery(Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which placeholders are shown."""

    q: Annotated[Words, Meta(description="A part of the name or of the description.")] = ""


def list_defaults(call: Call[DefaultsQuery, Any]) -> Answer:
    """Shows all placeholders that are known, with what they stand for where nobody gave them another value."""
    found = defaults.read_defaults(call.session, words=call.query.q, with_secrets=True)
    return Answer(DefaultItems(items=[_show_default(one) for one in found]))


def put_default(call: Call[Any, DefaultContent]) -> Answer:
    """Sets the value for all phones that have no other."""
    name = checked_name(call.place["name"])
    known = {one.name: one for one in defaults.read_defaults(call.session, words="", with_secrets=True)}
    if name in known:
        call.check_may_change(_show_default(known[name]))
    else:
        call.conditions.check_may_add()
    if name not in known or known[name].value != call.body.value or known[name].follows:
        defaults.change_default(call.session, name, call.body.value, author=call.author, now=call.now)
    return Answer(_show_default(defaults.get_default(call.session, name, with_secrets=True)))


def reset_default(call: Call[Any, Any]) -> Answer:
    """Lets a placeholder stand again for what it was delivered with."""
    name = checked_name(call.place["name"])
    call.check_may_change(_show_default(defaults.get_default(call.session, name, with_secrets=True)))
    defaults.reset_default(call.session, name, author=call.author, now=call.now)
    return Answer(status=HTTPStatus.NO_CONTENT)


def _show_default(default: Default) -> DefaultItem:
    return DefaultItem(
        name=default.name,
        value=None if default.is_secret else default.value,
        is_secret=default.is_secret,
        is_set=bool(default.value),
        description=default.description,
        is_changed=default.is_changed,
        follows=default.follows,
    )


def _right(deed: str) -> Right:
    return Right(kind=Kind.PLACEHOLDERS, page=DEFAULT_PLACEHOLDERS, deeds=(deed,))


_DEFAULT: dict[str, Any] = {"name": PlaceholderName}

ROUTES = (
    Route(
        method="GET", path="/placeholders/defaults", does=list_defaults, name="list_default_placeholders",
        summary="Show the placeholders that are known", right=_right("can_list"),
        query=DefaultsQuery, answers=DefaultItems,
    ),
    Route(
        method="PUT", path="/placeholders/defaults/{name}", does=put_default, name="put_default_placeholder",
        summary="Set a value for all phones", right=_right("can_edit"), place=_DEFAULT,
        body=DefaultContent, answers=DefaultItem,
    ),
    Route(
        method="DELETE", path="/placeholders/defaults/{name}", does=reset_default,
        name="reset_default_placeholder", summary="Reset a value for all phones",
        right=_right("can_edit"), place=_DEFAULT, status=HTTPStatus.NO_CONTENT,
    ),
)  # fmt: skip
