"""What a User-Agent says of a phone: vendor, model, firmware, MAC address (protocol 7.4)."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache

from app.models.enums import Train
from app.rules.mac_addresses import find_mac
from app.rules.versions import parse_version, train_of

LONGEST_TEXT = 256
_AUDIOCODES = "AudioCodes"


@dataclass(frozen=True, slots=True)
class UserAgent:
    """What the text said; what it did not say is None.

    ``firmware`` is the version as the phone writes it in its reports too. ``oem`` is the name under which an
    AudioCodes phone is sold. ``sub_model`` is the model with its variant (``440HDG`` of a ``440HD``).
    """

    vendor: str
    model: str
    firmware: str | None
    mac: str | None
    oem: str | None
    hardware: str | None
    sub_model: str | None
    train: Train


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a vendor writes it; the groups of a match are named as the fields of UserAgent."""

    vendor: str
    matches: Callable[[str], re.Match[str] | None]


def _shape(vendor: str, *pattern: str, flags: re.RegexFlag = re.ASCII) -> _Shape:
    return _Shape(vendor, re.compile("".join(pattern), flags | re.ASCII).fullmatch)


_VERSION = r"(?P<version>[0-9][0-9.]{0,39})"
_MAC = r"(?P<mac>[0-9A-Fa-f]{12})"

# Every pattern has to match the whole text, every repetition is bounded, and no two neighbouring repetitions
# can take the same long run of characters: with at most 256 characters no text makes them slow.
_SHAPES = (
    _shape(
        _AUDIOCODES,
        r"(?:AUDC/\S{1,40} )?AUDC-IPPhone-(?P<model>[A-Z0-9-]{2,32})",
        r"_(?P<version>UC_[0-9.]{1,40})(?:/\S{0,40})?",
    ),
    _shape(
        _AUDIOCODES,
        r"AUDC-IPPhone ?/(?P<version>\S{1,40}) ",
        r"\((?P<model>[A-Z0-9][A-Za-z0-9-]{1,39}); (?P<mac>[^)]{1,20})\)",
    ),
    _shape(
        _AUDIOCODES,
        r"(?P<oem>[A-Za-z][\w.-]{0,15}(?: [\w.-]{1,15}){0,2}) ?/(?P<version>\S{1,40}) ",
        r"\((?P<model>[A-Z]{0,2}[0-9]{3}[A-Z]{0,4}(?:-[A-Za-z0-9-]{1,32})?); " + _MAC + r"\)",
    ),
    _shape(
        "Polycom",
        r"(?:FileTransport )?(?:Polycom/\S{1,40} )?Poly(?:com)?[A-Za-z]{1,32}-(?P<model>\w{2,32})-UA/"
        + _VERSION,
        r"(?:_" + _MAC + r")?(?: \(SN:(?P<serial>\w{1,20})\))?(?: Type/(?P<type>\w{1,16}))?",
    ),
    # No text of a Spectralink phone was ever seen: this is how its family writes itself.
    _shape("Spectralink", r"SpectraLink-SL_(?P<model>\w{2,16})-UA/" + _VERSION),
    _shape(
        "Yealink",
        r"yealink[ -]{1,2}(?:SIP[ -])?(?P<model>[A-Z][A-Z0-9-]{1,19}) {1,2}" + _VERSION,
        r"(?: {1,2}(?:(?P<hardware>[0-9]+(?:\.[0-9]+){1,10})|(?P<mac>[0-9A-F:.-]{1,20})))?",
        flags=re.IGNORECASE,
    ),
    _shape(
        "Snom",
        r"(?:Mozilla/4\.0 \(compatible; )?snom(?P<model>[A-Z]?[0-9]{3}[A-Z]{0,3})-SIP " + _VERSION,
        r"(?: [^ )]{1,40}){0,2}?(?: " + _MAC + r"(?: [SU]XM:[0-9]){0,2})?\)?",
    ),
    _shape(
        "Mitel",
        r"(?:Mitel|Aastra)(?P<model>[A-Za-z0-9]{2,16}) MAC:(?P<mac>[0-9A-Fa-f-]{12,17}) V:"
        + _VERSION
        + "-SIP",
    ),
    _shape(
        "Cisco",
        r"Cisco/(?P<model>[A-Z0-9]{2,16})-(?P<version>[0-9][0-9a-z.]{0,39}) ",
        r"\((?P<mac>\w{1,20})\)(?:\(\w{1,20}\))?",
    ),
    _shape("Htek", r"Htek (?P<model>UC\w{2,10}) V?" + _VERSION + r"(?: (?P<mac>[0-9A-Fa-f:]{12,17}))?"),
    _shape("Grandstream", r"Grandstream (?P<model>[A-Z]{2,4}[0-9]{3,4}\w{0,4}) " + _VERSION),
    _shape(
        "Grandstream",
        r"Grandstream Model HW (?P<model>[A-Z]{2,4}[0-9]{3,4}\w{0,4})(?: {1,2}(?P<hardware>V[0-9][0-9.]{0,10}[A-Z]?))?",
        r" {1,2}SW " + _VERSION + r"(?: DevId (?P<mac>[0-9A-Fa-f:]{12,17}))?",
    ),
    _shape(
        "Gigaset",
        r"Gigaset (?P<model>[A-Z0-9]{1,16}(?: [A-Z0-9]{1,16}){0,3})/(?P<version>[0-9][0-9.V]{0,39})",
        r"(?:\+[\w.]{1,40})?;" + _MAC,
    ),
    _shape("Panasonic", r"Panasonic_(?P<model>KX-[A-Z0-9]{2,16})/" + _VERSION + r" \(" + _MAC + r"\)"),
    _shape("Alcatel", r"Alcatel IP Touch (?P<model>[0-9]{4}\w{0,4})/" + _VERSION),
)
VENDORS = tuple(dict.fromkeys(shape.vendor for shape in _SHAPES))
_is_variant = re.compile(r"(?:HD)?G?(?:-.*)?", re.IGNORECASE | re.DOTALL).fullmatch


# Phones of a model with the same firmware mostly send the same.
@lru_cache(maxsize=4096)
def parse_user_agent(text: str) -> UserAgent | None:
    """Return what a User-Agent says, or None for a browser, a tool or an unknown vendor.

    Text of more than 256 characters says nothing. Nothing is guessed: a MAC address that is none is left
    out, and so is a version that cannot be read or is the boot loader's.
    """
    written = text.strip()
    if len(written) > LONGEST_TEXT:
        return None
    for shape in _SHAPES:
        found = shape.matches(written)
        if found is not None:
            return _user_agent(shape.vendor, found.groupdict())
    return None


def known_model(text: str, known: Collection[str]) -> str | None:
    """Return the one of the ``known`` models that a phone means by ``text``, or None.

    The same name without regard to case; else the longest known name that ``text`` begins with, when nothing
    follows but the variant of AudioCodes' hardware: ``440HDG-Rev0`` is a ``440HD``, ``405HD`` a ``405``.
    """
    wanted = text.strip().casefold()
    meant = [name for name in known if wanted == name.casefold()] or [
        name for name in known if _is_variant_of(wanted, name.casefold())
    ]
    return max(meant, key=len, default=None)


def _is_variant_of(wanted: str, model: str) -> bool:
    return bool(model) and wanted.startswith(model) and _is_variant(wanted, len(model)) is not None


def _user_agent(vendor: str, said: dict[str, str | None]) -> UserAgent:
    written_version = said["version"] or ""
    is_known = parse_version(written_version) is not None and said.get("type") != "Updater"
    model, sub_model, hardware = _model_of(vendor, said["model"] or "")
    return UserAgent(
        vendor=vendor,
        model=model,
        firmware=written_version if is_known else None,
        mac=find_mac(said.get("mac") or said.get("serial") or ""),
        oem=said.get("oem"),
        hardware=hardware or said.get("hardware"),
        sub_model=sub_model,
        train=train_of(written_version),
    )


def _model_of(vendor: str, written: str) -> tuple[str, str | None, str | None]:
    """Return model, sub-model and hardware of the word that names the model."""
    if vendor != _AUDIOCODES:
        return written.replace("_", " "), None, None
    name, _, hardware = written.partition("-")
    is_gigabit = name.endswith("HDG")
    return (name[:-1] if is_gigabit else name), (name if is_gigabit else None), hardware or None
