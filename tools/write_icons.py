"""Writes app/static/icons out of the Font Awesome that Flask-AppBuilder ships: only the icons that pages use.

The whole of it is 170 KB for some 140 icons of 1,400. Run it when a page uses an icon that was not used before; the
tests say so. Usage: python -m tools.write_icons
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from fontTools import subset

APP = Path(__file__).parent.parent / "app"
ICONS = APP / "static" / "icons"
_SHIPPED = Path(str(files("flask_appbuilder"))) / "static" / "appbuilder" / "css"

_STYLE = "fa-solid"
_named = re.compile(r"\bfa-[a-z0-9]+(?:-[a-z0-9]+)*\b").findall
_rules = re.compile(r'((?:\.fa-[a-z0-9-]+:before,?)+)\{content:"([^"]+)"\}').findall
_names = re.compile(r"\.(fa-[a-z0-9-]+):before").findall

_HEAD = """/*! Written by `python -m tools.write_icons`: the icons that pages use, of
 * Font Awesome Free 6.2.1 by @fontawesome - https://fontawesome.com
 * License - https://fontawesome.com/license/free (Icons: CC BY 4.0, Fonts: SIL OFL 1.1, Code: MIT License)
 * Copyright 2022 Fonticons, Inc. */
"""
_RULES = """@font-face {
  font-family: "Icons"; font-weight: 900; font-display: block; src: url(icons.woff2?v=VERSION) format("woff2");
}
.fa-solid { display: inline-block; font: 900 1em/1 "Icons"; text-rendering: auto; -webkit-font-smoothing: antialiased; }
"""


def used_icons() -> set[str]:
    """Return the names of all icons in templates, scripts and views."""
    sources = (
        path for kind in ("html", "js", "py") for path in APP.rglob(f"*.{kind}") if "vendor" not in path.parts
    )
    return {name for path in sources for name in _named(path.read_text())} - {_STYLE}


def written_icons() -> set[str]:
    """Return the names that the written style sheet knows."""
    return set(_names((ICONS / "icons.css").read_text()))


def shipped_icons() -> Mapping[str, str]:
    """Return the sign of each icon there is, as style sheets write it: ``\\f625``."""
    rules = _rules((_SHIPPED / "fontawesome" / "fontawesome.min.css").read_text())
    return {name: sign for names, sign in rules for name in _names(names)}


def write() -> None:
    """Write the style sheet and the font."""
    shipped, used = shipped_icons(), sorted(used_icons())
    if missing := [name for name in used if name not in shipped]:
        raise SystemExit(f"Font Awesome Free has no solid icon {', '.join(missing)}: choose another one.")
    signs = {name: shipped[name] for name in used}
    ICONS.mkdir(exist_ok=True)
    _write_font(ICONS / "icons.woff2", {_code_of(sign) for sign in signs.values()})
    version = sha256((ICONS / "icons.woff2").read_bytes()).hexdigest()[:12]
    lines = [f'.{name}:before {{ content: "{sign}"; }}' for name, sign in signs.items()]
    (ICONS / "icons.css").write_text(_HEAD + _RULES.replace("VERSION", version) + "\n".join(lines) + "\n")


def _write_font(path: Path, codes: set[int]) -> None:
    options = subset.Options(flavor="woff2", layout_features=[], notdef_outline=True)
    font = subset.load_font(str(_SHIPPED / "webfonts" / "fa-solid-900.ttf"), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    subset.save_font(font, str(path), options)


def _code_of(sign: str) -> int:
    return int(sign[1:], 16) if sign.startswith("\\") else ord(sign)


if __name__ == "__main__":
    write()
