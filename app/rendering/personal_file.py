"""The files a phone gets: a template's parts with values filled in and configuration values laid over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from app.rendering.empty_secrets import Kept, SecretsLeftOut, without_empty_secrets
from app.rendering.one_line import line_feeds_only
from app.rendering.overlay_lines import OverlayLine, written
from app.rendering.placeholders import markers_in
from app.rendering.secret_parameters import SYSTEM_PAIR, is_empty_value
from app.rendering.text import CACHED_TEMPLATES, Pieces
from app.rendering.user_keys import NO_KEYS, UserKeys, with_keys

# The lines of a template that say where the overlays go: daylight saving, tenant, site, user.
TOKENS = ("zzz0_daylight_cfg", "zzz1_tenant_cfg", "zzz2_site_cfg", "zzz3_user_cfg")

# What a phone signs its reports with: a name and a password.
_PAIR_NAMES = ("ems_server/user_name", "ems_server/user_password")

_NOTHING = Kept(None, (), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlays:
    """The lines laid over a template's own, in the order in which a later one overrides an earlier one.

    ``keys`` are what the user set on a phone: the last lines of a file, whatever its template says.
    """

    daylight: Sequence[OverlayLine] = ()
    tenant: Sequence[OverlayLine] = ()
    site: Sequence[OverlayLine] = ()
    user: Sequence[OverlayLine] = ()
    keys: UserKeys = NO_KEYS


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file's text, the placeholders nobody gave a value for, and the secrets left out for want of one."""

    text: str
    unknown: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Section:
    """Lines of a template, and the token of the overlay that comes after them (empty: none)."""

    text: SecretsLeftOut
    token: str


@dataclass(frozen=True, slots=True)
class _Template:
    """The personal part of a template, taken apart once for all phones.

    ``pair`` are the values of its own name and password for reports, ``by_user`` its sections with them, and
    ``by_system`` those with the system's in their place.
    """

    whole: Pieces
    pair: Sequence[Pieces]
    by_user: Sequence[_Section]
    by_system: Sequence[_Section]

    def signs_as_user(self, values: Mapping[str, str]) -> bool:
        """Tell whether the template's own name and password for reports are both there (protocol 9.1)."""
        return not any(
            value.unknown_in(values) or is_empty_value(value.filled(values)) for value in self.pair
        )


def render_personal_file(data: str, values: Mapping[str, str], overlays: Overlays) -> Rendered:
    """Return the file of one phone: the personal part of a template, filled, with the overlays laid over.

    An overlay stands where the template has its token, after everything else where it has none, and nowhere
    where the token says DISABLE (protocol 9.2, 10.1). Overlay lines are written as they are: one that holds a
    placeholder is left out and reported. Secrets without a value are not written, and a phone whose user has
    no password signs its reports as ``system``. Lines end with LF, the last one too.
    """
    template = _template(data)
    laid_over = _by_token(overlays)
    blocks: list[Kept] = []
    for section in template.by_user if template.signs_as_user(values) else template.by_system:
        blocks += section.text.fill(values), laid_over.get(section.token, _NOTHING)
    rendered = _rendered(blocks, template.whole.unknown_in(values))
    if not overlays.keys.version:
        return rendered
    return replace(rendered, text=with_keys(rendered.text, overlays.keys))


def has_overlay(data: str, token: str) -> bool:
    """Tell whether an overlay is laid over this template's files: unless the template disables its token."""
    return any(section.token == token for section in _template(data).by_user)


def render_global_file(data: str, values: Mapping[str, str]) -> Rendered:
    """Return the file that all phones of a template share: its global part, filled."""
    return _rendered([_shared(data).fill(values)], ())


def _rendered(blocks: Sequence[Kept], unknown: Sequence[str]) -> Rendered:
    text = "\n".join(block.text for block in blocks if block.text is not None)
    all_unknown = dict.fromkeys((*unknown, *(name for block in blocks for name in block.unknown)))
    left_out = dict.fromkeys(name for block in blocks for name in block.left_out)
    return Rendered(text.strip("\ufeff \t\n") + "\n", tuple(all_unknown), tuple(left_out))


def _by_token(overlays: Overlays) -> dict[str, Kept]:
    in_order = (overlays.daylight, overlays.tenant, overlays.site, overlays.user)
    return {token: _overlay(tuple(lines)) for token, lines in zip(TOKENS, in_order, strict=True) if lines}


@lru_cache(maxsize=CACHED_TEMPLATES)
def _overlay(lines: tuple[OverlayLine, ...]) -> Kept:
    """Return the lines as they are written, without those that hold a placeholder and secrets without a value."""
    texts = [written(line) for line in lines]
    kept = without_empty_secrets("\n".join(text for text in texts if not markers_in(text)))
    return replace(kept, unknown=markers_in("\n".join(texts)))


@lru_cache(maxsize=CACHED_TEMPLATES)
def _template(data: str) -> _Template:
    source = line_feeds_only(data)
    return _Template(
        Pieces(source),
        [Pieces(value) for value in _pair_values(source)],
        _sections(source),
        _sections(_signing_as_system(source)),
    )


_shared = lru_cache(maxsize=CACHED_TEMPLATES)(SecretsLeftOut)


def _sections(source: str) -> Sequence[_Section]:
    """Cut the template at its tokens; the overlays without one follow at the end, in their order."""
    sections: list[_Section] = []
    lines: list[str] = []
    found: set[str] = set()
    for line in source.split("\n"):
        token = _parameter(line)
        if token not in TOKENS:
            lines.append(line)
        elif token not in found:
            found.add(token)
            sections.append(_section(lines, "" if _is_disabled(line) else token))
            lines = []
    sections.append(_section(lines, ""))
    return (*sections, *(_section([], token) for token in TOKENS if token not in found))


def _section(lines: Sequence[str], token: str) -> _Section:
    return _Section(SecretsLeftOut("\n".join(lines)), token)


def _is_disabled(token_line: str) -> bool:
    return token_line.partition("=")[2].strip().upper() == "DISABLE"


def _parameter(line: str) -> str:
    return line.partition("=")[0].strip()


def _pair_values(source: str) -> tuple[str, ...]:
    return tuple(line.partition("=")[2] for line in source.split("\n") if _parameter(line) in _PAIR_NAMES)


def _signing_as_system(source: str) -> str:
    """Return the template with the system's name and password where the first of its own stood."""
    lines = source.split("\n")
    pair_at = [at for at, line in enumerate(lines) if _parameter(line) in _PAIR_NAMES]
    if not pair_at:
        return source
    kept = [line for at, line in enumerate(lines) if at not in pair_at]
    return "\n".join((*kept[: pair_at[0]], *SYSTEM_PAIR, *kept[pair_at[0] :]))
