"""Every form that changes something has a field for why: in the form, beside it, or in the dialog that asks before."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "app" / "templates"

SIGNS_IN = "signs in: the journal says who came, and there is nothing to give reasons for"
LOOKS = "changes nothing, and the journal says nothing of it"
OF_ONES_OWN = "arranges what only its owner sees; the journal says nothing of it"
HAS_ITS_PLACE = "has a place of its own for why (a note or a comment)"
WITHOUT_A_REASON: Mapping[str, str] = {
    "ringmaster/sign_in.html": SIGNS_IN,
    "ringmaster/sign_in_code.html": SIGNS_IN,
    "/logout/": "signs out, which nobody has to give reasons for",
    "/account/second-factor/begin": "shows a secret; turning the factor on is what the journal tells, and asks",
    "/tenant-choice/": OF_ONES_OWN,
    "/devices-status/layout": OF_ONES_OWN,
    "/devices-status/views/": OF_ONES_OWN,
    "{{ here }}/rename": OF_ONES_OWN,
    "{{ here }}/overwrite": OF_ONES_OWN,
    "/ldap-test/": LOOKS,
    "/rules/{{ kind }}/what-if": LOOKS,
    "{{ here }}/cancel": LOOKS,
    "/import-export/imports/{{ job.id }}/discard": "drops a file of which nothing was written",
    "/destinations/{{ destination.id }}/test": "sends a message that says it is a test",
    "/delivery-log/{{ delivery.id }}/retry": "sends again what was to be sent; the journal says nothing of it",
    "/logs/support-bundle": "takes a file away and changes nothing",
    "{{ place.address('activate') }}": HAS_ITS_PLACE,
    "{{ here }}/activate": HAS_ITS_PLACE,
    "/alarms/ask": HAS_ITS_PLACE,
    "/alarms/do": HAS_ITS_PLACE,
    "ringmaster/alarms.html #deed": HAS_ITS_PLACE,
    "ringmaster/alarm.html #deed": HAS_ITS_PLACE,
    "ringmaster/device.html #ask": "asks the phone how it is; what else is in the menu asks before",
    "ringmaster/devices_status_selection.html #deed": "asks the phone how it is; what else is in the menu asks before",
}
"""Forms without such a field, by their address, or by their template where they have none, and why."""

FIELDS = ("ui.reason(", "ui.reason_beside(", "values.line_buttons(")
"""The macros that have the field."""

_form = re.compile(r'<form\b((?:[^>"]|"[^"]*")*)>(.*?)</form>', re.DOTALL)
_button = re.compile(r'<button\b((?:[^>"]|"[^"]*")*)>')


@dataclass(frozen=True)
class Form:
    """A form of a template, and the buttons that send it, wherever they are."""

    name: str
    attributes: str
    inside: str
    buttons: tuple[str, ...]

    @property
    def has_field(self) -> bool:
        """Whether one can say why, whichever button is pressed."""
        if any(macro in self.inside for macro in FIELDS) or asks(self.attributes):
            return True
        return bool(self.buttons) and all(asks(button) for button in self.buttons)


def asks(attributes: str) -> bool:
    """Whether the dialog of static/ringmaster/shell.js asks, with its field for why."""
    return "data-confirm" in attributes and "data-no-reason" not in attributes


def attribute(name: str, attributes: str) -> str:
    found = re.search(rf'(?<![\w-]){name}="([^"]*)"', attributes)
    return found[1] if found else ""


def sends(attributes: str) -> bool:
    return attribute("type", attributes) in ("", "submit") and not re.search(r"\sdisabled$", attributes)


def forms() -> Iterator[Form]:
    sources = {
        str(path.relative_to(TEMPLATES)): path.read_text() for path in sorted(TEMPLATES.rglob("*.html"))
    }
    elsewhere = [button for source in sources.values() for button in _button.findall(source)]
    for template, source in sources.items():
        for attributes, inside in _form.findall(source):
            if 'method="post"' not in attributes:
                continue
            id_ = attribute("id", attributes)
            own = [button for button in _button.findall(inside) if not attribute("form", button)]
            others = [button for button in elsewhere if id_ and attribute("form", button) == id_]
            beside = f"ui.reason_beside('{id_}')"
            name = attribute("action", attributes) or (f"{template} #{id_}" if id_ else template)
            yield Form(
                name,
                attributes,
                inside + (beside if beside in source else ""),
                tuple(button for button in own + others if sends(button)),
            )


def test_every_form_that_changes_something_asks_why():
    found = list(forms())
    assert len(found) > 80
    assert sorted({form.name for form in found if not form.has_field} - set(WITHOUT_A_REASON)) == []


def test_no_form_is_named_that_is_not_there_or_asks():
    without = {form.name for form in forms() if not form.has_field}
    assert set(WITHOUT_A_REASON) - without == set()
