"""System settings: `/settings`, read and changed; secrets are written and never shown."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from app.errors import InvalidInputError
from app.rest_api.calls import Answer, Call
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.rules.sentences import quoted
from app.security.roles import EDIT, SYSTEM_SETTINGS
from app.services import settings
from app.services.settings import zones
from app.services.settings.catalogue import CATALOGUE

MOST_CHARACTERS = 20_000


class SettingItem(Struct, kw_only=True):
    """A setting; `value` is null of a secret, of which `is_set` says whether there is one."""

    name: str
    section: str
    title: str
    meaning: str
    value: str | None
    default: str | None
    is_secret: bool
    is_set: bool


class AllSettings(Struct, kw_only=True):
    """All settings, in the order of the pages."""

    items: list[SettingItem]


class SettingChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """Texts of settings by their names, as an administrator writes them; those that are not named stay."""

    values: dict[str, Annotated[str, Meta(max_length=MOST_CHARACTERS)]]


def list_them(call: Call[Any, Any]) -> Answer:
    """Shows all settings with what holds."""
    return Answer(_show(call))


def change(call: Call[Any, SettingChanges]) -> Answer:
    """Changes settings, all that are named or none. With another time zone of phones goes what follows from it, unless
    that is named too. Files of phones stay as they are until they are generated."""
    call.check_may_change(_show(call))
    unknown = next((name for name in call.body.values if name not in CATALOGUE), None)
    if unknown is not None:
        raise InvalidInputError(
            f"There is no setting {quoted(unknown)}; GET /settings names all.", field=unknown[:100]
        )
    texts, _ = zones.with_zone(call.body.values, settings.read_texts(call.session), call.now.year)
    settings.change_many(call.session, texts, author=call.author, now=call.now)
    call.session.flush()
    return Answer(_show(call))


def _show(call: Call[Any, Any]) -> AllSettings:
    texts = settings.read_texts(call.session)
    return AllSettings(
        items=[
            SettingItem(
                name=setting.name,
                section=setting.section,
                title=setting.title,
                meaning=setting.meaning,
                value=None if setting.is_secret else texts[setting.name],
                default=None if setting.is_secret else setting.default,
                is_secret=setting.is_secret,
                is_set=bool(texts[setting.name]),
            )
            for setting in CATALOGUE.values()
        ]
    )


def _right(deed: str) -> Right:
    return Right(kind=Kind.SETTINGS, page=SYSTEM_SETTINGS, deeds=(deed,))


ROUTES = (
    Route(
        method="GET", path="/settings", does=list_them, name="show_settings", summary="Show the settings",
        right=_right("can_list"), answers=AllSettings,
    ),
    Route(
        method="PATCH", path="/settings", does=change, name="change_settings", summary="Change settings",
        right=_right(EDIT), body=SettingChanges, answers=AllSettings,
    ),
)  # fmt: skip
