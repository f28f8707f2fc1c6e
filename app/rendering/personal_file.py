"""The files a phone gets: a template's parts with values filled in and configuration values laid over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.rendering.one_line import line_feeds_only
from app.rendering.overlay_lines import OverlayLine, written
from app.rendering.placeholders import markers_in
from app.rendering.secret_parameters import SYSTEM_PAIR, is_empty_value, without_empty_secrets
from app.rendering.text import CACHED_TEMPLATES, Filled, fill, unknown_in

# The lines of a template that say where the overlays go: daylight saving, tenant, site, user.
TOKENS = ("zzz0_daylight_cfg", "zzz1_tenant_cfg", "zzz2_site_cfg", "zzz3_user_cfg")

# What a phone signs its reports with: a name and a password.
_PAIR_NAMES = ("ems_server/user_name", "ems_server/user_password")

_NOTHING = Filled("", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlays:
    """The lines laid over a template's own, in the order in which a later one overrides an earlier one."""

    daylight: Sequence[OverlayLine] = ()
    tenant: Sequence[OverlayLine] = ()
    site: Sequence[OverlayLine] = ()
    user: Sequence[OverlayLine] = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file's text, the placeholders nobody gave a value for, and the secrets left out for want of one."""

    text: str
    unknown: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Section:
    """Lines of a template, and the token of the overlay that comes after them (empty: none)."""

    text: str
    token: str


def render_personal_file(data: str, values: Mapping[str, str], overlays: Overlays) -> Rendered:
    """Return the file of one phone: the personal part of a template, filled, with the overlays laid over.

    An overlay stands where the template has its token, after everything else where it has none, and nowhere
    where the token says DISABLE (protocol 9.2, 10.1). Overlay lines are written as they are: one that holds a
    placeholder is left out and reported. Secrets without a value are not written, and a phone whose user has
    no password signs its reports as ``system``. Lines end with LF, the last one too.
    """
    source = line_feeds_only(data)
    blocks: list[str] = []
    unknown = list(unknown_in(source, values))
    laid_over = _by_token(overlays)
    for section in _sections(source if _signs_as_user(source, values) else _signing_as_system(source)):
        overlay = laid_over.get(section.token, _NOTHING)
        blocks += fill(section.text, values).text, overlay.text
        unknown += overlay.unknown
    return _rendered(blocks, unknown)


def has_overlay(data: str, token: str) -> bool:
    """Tell whether an overlay is laid over this template's files: unless the template disables its token."""
    return any(section.token == token for section in _sections(line_feeds_only(data)))


def render_global_file(data: str, values: Mapping[str, str]) -> Rendered:
    """Return the file that all phones of a template share: its global part, filled."""
    filled = fill(data, values)
    return _rendered([filled.text], filled.unknown)


def _rendered(blocks: Iterable[str], unknown: Iterable[str]) -> Rendered:
    text, left_out = without_empty_secrets("\n".join(block for block in blocks if block))
    return Rendered(text.strip("\ufeff \t\n") + "\n", tuple(dict.fromkeys(unknown)), left_out)


def _by_token(overlays: Overlays) -> dict[str, Filled]:
    in_order = (overlays.daylight, overlays.tenant, overlays.site, overlays.user)
    return {token: _overlay(tuple(lines)) for token, lines in zip(TOKENS, in_order, strict=True)}


@lru_cache(maxsize=CACHED_TEMPLATES)
def _overlay(lines: tuple[OverlayLine, ...]) -> Filled:
    """Return the lines as they are written, without those that hold a placeholder."""
    texts = [written(line) for line in lines]
    kept = [text for text in texts if not markers_in(text)]
    return Filled("\n".join(kept), markers_in("\n".join(texts)))


@lru_cache(maxsize=CACHED_TEMPLATES)
def _sections(data: str) -> tuple[_Section, ...]:
    """Cut the template at its tokens; the overlays without one follow at the end, in their order."""
    sections: list[_Section] = []
    lines: list[str] = []
    found: set[str] = set()
    for line in data.split("\n"):
        token = _parameter(line)
        if token not in TOKENS:
            lines.append(line)
        elif token not in found:
            found.add(token)
            sections.append(_Section("\n".join(lines), "" if _is_disabled(line) else token))
            lines = []
    sections.append(_Section("\n".join(lines), ""))
    return (*sections, *(_Section("", token) for token in TOKENS if token not in found))


def _is_disabled(token_line: str) -> bool:
    return token_line.partition("=")[2].strip().upper() == "DISABLE"


def _parameter(line: str) -> str:
    return line.partition("=")[0].strip()


def _signs_as_user(data: str, values: Mapping[str, str]) -> bool:
    """Tell whether the template's own name and password for reports are both there (protocol 9.1)."""
    own = [fill(value, values) for value in _pair_values(data)]
    return all(not filled.unknown and not is_empty_value(filled.text) for filled in own)


@lru_cache(maxsize=CACHED_TEMPLATES)
def _pair_values(data: str) -> tuple[str, ...]:
    return tuple(line.partition("=")[2] for line in data.split("\n") if _parameter(line) in _PAIR_NAMES)


@lru_cache(maxsize=CACHED_TEMPLATES)
def _signing_as_system(data: str) -> str:
    """Return the template with the system's name and password where the first of its own stood."""
    lines = data.split("\n")
    pair_at = [at for at, line in enumerate(lines) if _parameter(line) in _PAIR_NAMES]
    kept = [line for at, line in enumerate(lines) if at not in pair_at]
    return "\n".join((*kept[: pair_at[0]], *SYSTEM_PAIR, *kept[pair_at[0] :]))
