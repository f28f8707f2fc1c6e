"""The form that begins an operation: what it offers, and what it says."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.errors import InvalidInputError, NotAllowedError
from app.models.enums import Action, Severity, Subject, VlanMode, Way
from app.rules.actions import KINDS, OF_USERS, Kind, Restart
from app.rules.gates import SEVERITIES, USUAL_WATCH, WATCHES, Gate, parse_limit
from app.rules.mac_addresses import find_mac
from app.rules.pacing import BATCH_SIZES, DELAYS, Pace
from app.rules.postponing import DEADLINES, USUAL_DEADLINE
from app.rules.typed_times import read_time
from app.rules.waves import MOST_CANARIES, USUAL_STEPS, parse_steps
from app.security.roles import OPERATIONS
from app.services import drop_downs
from app.services.change_names import MOST_CHANGES
from app.services.operations.rights import deed_of
from app.services.operations.starting import PATIENCES, Order
from app.services.operations.targets import Chosen, Wanted
from app.services.operations.waves import RollOut
from app.services.settings.texts import LANGUAGES
from app.views import given_reasons, sealed_texts
from app.views.list_arguments import MOST_CHARACTERS_OF_WORDS
from app.views.shell import may
from app.views.times import zone_of_page

MOST_KEYS = 5_000
WAY_WORDS: Mapping[Way, str] = {
    Way.DIRECT: "directly",
    Way.SBC_PROXY: "through the SBC",
    Way.KEEP_ALIVE: "with its report",
    Way.HERE: "here",
}
_IDS = ("template_id", "firmware_id", "tenant_id")
_SECRET_FIELDS: Mapping[Action, str] = {Action.PASSWORDS: "secret", Action.USER_VALUES: "lines"}
_SECRETS = frozenset({*_SECRET_FIELDS.values(), "sealed"})
_NOT_REPEATED = _SECRETS | {"csrf_token", "typed", "number", given_reasons.FIELD}
_TICKS = ("generate", "only_changed", "decide", "release")
_TEXTS = ("mode", "text", "seconds", "language", "vlan_mode", "from_user")


@dataclass(frozen=True, slots=True)
class Entry:
    """One action of the drop-down, with its usual pace in seconds and minutes."""

    action: Action
    kind: Kind

    @property
    def delay(self) -> int:
        """The usual delay in seconds."""
        return int(self.kind.pace.delay.total_seconds())


def actions_for(subject: Subject) -> Sequence[Entry]:
    """Return what the account may begin for phones or users."""
    return [
        Entry(action, KINDS[action])
        for action in KINDS
        if (subject is Subject.USERS or action not in OF_USERS)
        and action is not Action.APPROVE
        and may(deed_of(action), OPERATIONS)
    ]


def in_words(seconds: int) -> str:
    """Return a time in its two largest units: ``2 minutes``, ``1 hour 30 minutes``, ``no time`` for none."""
    parts: list[str] = []
    for length, word in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        number, seconds = divmod(seconds, length)
        if number:
            parts.append(f"{number} {word}{'' if number == 1 else 's'}")
    return " ".join(parts[:2]) or "no time"


def check_may(action: Action) -> None:
    """Raise NotAllowedError where the account may not begin or steer operations with this action."""
    if not may(deed_of(action), OPERATIONS):
        raise NotAllowedError("You do not have permission to modify this item.")


def read_choices(session: Session) -> dict[str, Any]:
    """Return what the drop-downs of actions hold (operation_fields.html)."""
    return {
        "restarts": list(Restart),
        "vlan_modes": [mode for mode in VlanMode if mode],
        "languages": LANGUAGES,
        "tenants": drop_downs.tenants_by_id(session),
        "templates": drop_downs.templates_by_id(session),
        "firmware": drop_downs.firmware_by_id(session),
    }


def paces() -> dict[str, Any]:
    """Return what the drop-downs of an operation's pace hold."""
    return {
        "batch_sizes": BATCH_SIZES,
        "delays": [int(delay.total_seconds()) for delay in DELAYS],
        "patiences": [int(patience.total_seconds()) for patience in PATIENCES],
        "deadlines": [int(deadline.total_seconds()) for deadline in DEADLINES],
        "usual_deadline": int(USUAL_DEADLINE.total_seconds()),
        "watches": [int(watch.total_seconds()) for watch in WATCHES],
        "usual_watch": int(USUAL_WATCH.total_seconds()),
        "usual_steps": USUAL_STEPS,
        "severities": SEVERITIES,
        "in_words": in_words,
    }


def keys_of(form: MultiDict[str, str], subject: Subject) -> Sequence[str]:
    """Return the keys that were chosen one by one, as ``key``; Devices Status calls its selected phones ``mac``."""
    keys = (_cleaned[subject](text) for text in (*form.getlist("key"), *form.getlist("mac"))[: MOST_KEYS + 1])
    return list(dict.fromkeys(key for key in keys if key))


def groups_of(form: MultiDict[str, str]) -> Sequence[Wanted]:
    """Return the groups that were chosen as ``group``: a tenant's name, words, and names of changes, each in a line."""
    return [_group(text) for text in dict.fromkeys(form.getlist("group"))]


def read_chosen(form: MultiDict[str, str], subject: Subject) -> Chosen:
    """Return what was chosen, or raise InvalidInputError for more than a form should have."""
    keys = keys_of(form, subject)
    if len(keys) > MOST_KEYS:
        raise InvalidInputError(
            f"More than {MOST_KEYS:,} were chosen one by one; choose all that match words or a tenant instead."
        )
    return Chosen(subject, tuple(keys), tuple(groups_of(form)))


def read_order(form: MultiDict[str, str], subject: Subject) -> Order:
    """Return what the form asks for, or raise InvalidInputError for what none of its own fields says."""
    action = _action(form.get("action", ""))
    pace, patience, roll_out = read_pace(form)
    return Order(
        action=action,
        chosen=read_chosen(form, subject),
        pace=pace,
        patience=patience,
        begins_at=_begin(form.get("begins_at", "")),
        deadline=timedelta(seconds=_number(form, "deadline")) if form.get("deadline") else None,
        roll_out=roll_out,
        options=read_options(form),
        secret=_secret(form, action),
    )


def read_options(form: Mapping[str, str]) -> dict[str, Any]:
    """Return what the form says that the actions are to know; which of it counts, the action decides."""
    options: dict[str, Any] = {name: form.get(name, "") for name in _TEXTS if name in form}
    options |= {
        name: int(form[name]) for name in _IDS if form.get(name, "").isdecimal() and len(form[name]) < 10
    }
    return options | {name: True for name in _TICKS if form.get(name)}


def shown_again(form: Mapping[str, str]) -> dict[str, str]:
    """Return what a form shows again of what was typed into it: a password never, lines that were sealed opened."""
    typed = {name: text for name, text in form.items() if name not in _SECRETS}
    lines = form.get("lines", "")
    if form.get("action") == Action.USER_VALUES and form.get("sealed"):
        with suppress(InvalidInputError):
            lines = sealed_texts.open_sealed(form["sealed"])
    return typed | ({"lines": lines} if lines else {})


def fields_to_repeat(form: MultiDict[str, str], secret: str | None) -> list[tuple[str, str]]:
    """Return the fields that the review sends on; what may be a password lies in it sealed."""
    fields = [(name, text) for name, text in form.items(multi=True) if name not in _NOT_REPEATED]
    return fields + ([("sealed", sealed_texts.seal(secret))] if secret else [])


def read_pace(form: Mapping[str, str]) -> tuple[Pace, timedelta, RollOut | None]:
    """Return at which pace an operation is done, how long phones have to confirm it, and its waves, if any."""
    pace = Pace(_number(form, "batch"), timedelta(seconds=_number(form, "delay")))
    patience = timedelta(seconds=_number(form, "patience"))
    return pace, patience, _roll_out(form) if form.get("in_waves") else None


def _roll_out(form: Mapping[str, str]) -> RollOut:
    severity = form.get("severity", "")
    if severity not in {"", *SEVERITIES}:
        raise InvalidInputError("Choose the severity from which alarms count.", field="severity")
    gate = Gate(
        watch=timedelta(seconds=_number(form, "watch")),
        limit=parse_limit(form.get("limit", "")),
        severity=Severity(severity) if severity else None,
        rolls_back=bool(form.get("rolls_back")),
    )
    return RollOut(parse_steps(form.get("waves", "")), _canaries(form.get("canaries", "")), gate)


def _canaries(text: str) -> tuple[str, ...]:
    """Return the MACs that were typed, in any notation without spaces, one in a line or with commas between them."""
    words = text.replace(",", " ").replace(";", " ").split()
    macs = {word: find_mac(word) for word in words[: MOST_CANARIES + 1]}
    wrong = next((word for word, mac in macs.items() if mac is None), None)
    if wrong is not None:
        raise InvalidInputError(f"“{wrong[:30]}” is no MAC address of a canary.", field="canaries")
    return tuple(dict.fromkeys(mac for mac in macs.values() if mac))


def _secret(form: Mapping[str, str], action: Action) -> str | None:
    """Return the one password of all, or the lines of users' configurations, in which there may be passwords."""
    if action is Action.PASSWORDS and not form.get("is_one_for_all"):
        return None
    if action not in _SECRET_FIELDS:
        return None
    if form.get("sealed"):
        return sealed_texts.open_sealed(form["sealed"])
    return form.get(_SECRET_FIELDS[action], "")


def _action(text: str) -> Action:
    found = next((action for action in KINDS if action == text), None)
    if found is None:
        raise InvalidInputError("Choose an action.", field="action")
    return found


def _number(form: Mapping[str, str], name: str) -> int:
    text = form.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 8):
        raise InvalidInputError("Choose batch, delay and times from what the page offers.", field=name)
    return int(text)


def _begin(text: str) -> datetime | None:
    """Return a time as browsers write it, in the zone in which the pages write times."""
    if not text:
        return None
    try:
        return read_time(text, zone_of_page())
    except ValueError:
        raise InvalidInputError("Give the day and the time at which it begins.", field="begins_at") from None


def _group(text: str) -> Wanted:
    tenant, words, *changes = [*text.split("\n"), ""][: 2 + MOST_CHANGES]
    return Wanted(
        words.strip()[:MOST_CHARACTERS_OF_WORDS],
        tenant.strip()[:100],
        tuple(name for name in map(str.strip, changes) if name),
    )


def group_text(wanted: Wanted) -> str:
    """Return how a form names a group (``groups_of``)."""
    return "\n".join((wanted.tenant_name, wanted.words, *wanted.changes))


def _id_of_user(text: str) -> str:
    return text if text.isascii() and text.isdecimal() and len(text) < 10 else ""


_cleaned = {Subject.DEVICES: lambda text: find_mac(text) or "", Subject.USERS: _id_of_user}
