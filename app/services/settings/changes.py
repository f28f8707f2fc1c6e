"""What changes of system settings: as the journal says it, and what settings have to fit with one another."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.errors import InvalidInputError
from app.rendering.placeholders import SYSTEM_DEFAULTS
from app.rendering.secret_parameters import MASK
from app.services.settings.definitions import Setting

_LONGEST_SHOWN = 200
_NO_ADDRESS = SYSTEM_DEFAULTS["Outbound_proxy"]
_ON = "1"


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting, its text before and its text after."""

    setting: Setting
    before: str
    after: str

    @property
    def shown_before(self) -> str:
        """The text before, as the journal may show it."""
        return self._shown(self.before)

    @property
    def shown_after(self) -> str:
        """The text after, as the journal may show it."""
        return self._shown(self.after)

    def _shown(self, text: str) -> str:
        if self.setting.is_secret and text:
            return MASK
        return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def sentence_of(changes: Sequence[SettingChange]) -> str:
    """Return what changed as one sentence, each setting with its text before and after."""
    parts = [
        f"{change.setting.name} was changed from '{change.shown_before}' to '{change.shown_after}'"
        for change in changes
    ]
    return f"The system setting {parts[0]}." if len(parts) == 1 else f"System settings: {'; '.join(parts)}."


def check_together(texts: Mapping[str, str], touched: Mapping[str, str]) -> None:
    """Refuse settings that do not fit with one another, where one of them is ``touched``."""
    problems = {
        wanting: sentence
        for switch, wanting, sentence in _misfits(texts)
        if switch in touched or wanting in touched
    }
    if problems:
        raise InvalidInputError(by_field=problems)


def check_unchanged(changes: Iterable[SettingChange], seen: Mapping[str, str]) -> None:
    """Refuse to replace a text that is no longer the one that was ``seen``."""
    problems = {
        change.setting.name: f"Somebody else has set this to '{change.shown_before}' meanwhile. "
        "Save again to replace it."
        for change in changes
        if seen.get(change.setting.name, change.before) != change.before
    }
    if problems:
        raise InvalidInputError(by_field=problems)


def doubts_of(texts: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each setting that will do, and probably is not what was meant."""
    period, timeout = texts["keep_alive_period"], texts["disconnected_timeout"]
    if period.isdecimal() and int(period) > 60:
        yield f"Phones report every {period} minutes: with more than 60 they may seem disconnected while they are not."
    if period.isdecimal() and int(period) >= int(timeout):
        yield (
            f"Phones that report every {period} minutes count as disconnected between two reports, because the "
            f"disconnected timeout is {timeout} minutes."
        )


def _misfits(texts: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield what is switched on, what it wants, and a sentence."""
    if texts["outbound_proxy_active"] == _ON and texts["outbound_proxy"] in {"", _NO_ADDRESS}:
        yield (
            "outbound_proxy_active",
            "outbound_proxy",
            "Give the address of the primary, or disable the proxy.",
        )
    if texts["redundant_mode"] == _ON and texts["backup_proxy"] in {"", _NO_ADDRESS}:
        yield "redundant_mode", "backup_proxy", "Give the address of the backup, or choose No redundant."
    if texts["ldap_active"] == _ON and not texts["ldap_server"]:
        yield "ldap_active", "ldap_server", "Give the address of the LDAP server, or disable LDAP."
