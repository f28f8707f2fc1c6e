"""Adding what an archive of a configuration holds, row by row, in one transaction, with a verdict for each.

What a preview shows is what this has found in a transaction that was taken back (docs/decisions/0037).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInputError, RingmasterError
from app.models import (
    ConfigTemplate,
    ConfigurationValue,
    Placeholder,
    Site,
    TemplateDefault,
    Tenant,
)
from app.models.enums import Layer, Train, ValueLevel, Verdict
from app.rendering.overlay_lines import parse_line
from app.rendering.template_bytes import text_of_file
from app.rules.configuration_tables import Item, Part
from app.rules.sentences import quoted
from app.services import settings, tenancy
from app.services.author import Author
from app.services.configuration_export import SETTING_KEYS
from app.services.imports.configuration_inventory import Inventory
from app.services.imports.user_places import UnknownNameError
from app.services.placeholders.formats import checked_name, checked_value
from app.services.settings.catalogue import CATALOGUE
from app.services.templates import changes, defaults, texts

_STAYS_HERE = {
    "ippserver": "the address of the other server",
    "def_region": "the other server's default tenant",
}
_MAX_DESCRIPTION = 2000

Undo = Callable[[], dict[str, Any]]


@dataclass(slots=True)
class Finding:
    """What was found of a row; ``undo`` returns, once all was written, how to take it back."""

    part: Part
    name: str
    tenant_name: str
    verdict: Verdict
    reason: str = ""
    undo: Undo | None = None


class Configuration:
    """Adds rows to an installation; what exists with other values stays."""

    def __init__(self, session: Session, author: Author, now: datetime) -> None:
        self._session = session
        self._author = author
        self._now = now
        self._there = Inventory(session)
        self._new_templates: set[int] = set()

    def apply(self, items: Sequence[Item]) -> list[Finding]:
        """Add what is new, and return what was found of each row."""
        findings = [self._apply(item) for item in items]
        self._session.flush()
        return findings

    def _apply(self, item: Item) -> Finding:
        found = Finding(item.part, _name_of(item), _tenant_of(item), Verdict.UNCHANGED)
        try:
            _ADD[item.part](self, item, found)
        except RingmasterError as error:
            found.verdict, found.reason, found.undo = Verdict.ERROR, str(error), None
        return found

    def _add_tenant(self, item: Item, found: Finding) -> None:
        cells = item.cells
        there = self._there.tenants.get(cells["NAME"].strip().casefold())
        if there is not None:
            _compare(
                found,
                ("description", cells["DESCRIPTION"], there.description),
                ("subnet", cells["SUBNET"], there.subnet),
                ("external id", cells["EXTERNAL_ID"], there.external_id),
            )
            return
        tenant = Tenant(
            name=cells["NAME"],
            description=cells["DESCRIPTION"],
            subnet=cells["SUBNET"].strip() or None,
            external_id=cells["EXTERNAL_ID"],
            endpoint_licenses=_number(cells["ENDPOINT_LICENSES"]),
        )
        with self._session.begin_nested():
            tenancy.prepare_new_tenant(self._session, tenant, now=self._now)
            self._session.add(tenant)
        self._there.tenants[tenant.name_key] = tenant
        for site in self._session.scalars(select(Site).where(Site.tenant_id == tenant.id)):
            self._there.sites[tenant.id, site.name_key] = site
        _is_new(found, lambda: {"tenant": tenant.id})

    def _add_site(self, item: Item, found: Finding) -> None:
        cells = item.cells
        tenant = self._there.tenant(cells["SITE_TENANT_NAME"])
        there = self._there.sites.get((tenant.id, cells["SITE_NAME"].strip().casefold()))
        if there is not None:
            _compare(
                found,
                ("description", cells["SITE_DESCRIPTION"], there.description),
                ("subnet", cells["SITE_SUBNET"], there.subnet),
            )
            return
        site = Site(
            tenant=tenant,
            name=cells["SITE_NAME"],
            description=cells["SITE_DESCRIPTION"],
            subnet=cells["SITE_SUBNET"].strip() or None,
        )
        with self._session.begin_nested():
            tenancy.prepare_site(self._session, site)
            self._session.add(site)
        self._there.sites[tenant.id, site.name_key] = site
        _is_new(found, lambda: {"site": site.id})

    def _add_tenant_line(self, item: Item, found: Finding) -> None:
        tenant = self._there.tenant(item.cells["TENANT"])
        self._add_line(item, found, ValueLevel.TENANT, tenant.id, {"tenant_id": tenant.id})

    def _add_site_line(self, item: Item, found: Finding) -> None:
        site = self._there.site(item.cells["SITE"], item.cells["TENANT"])
        owner = {"tenant_id": site.tenant_id, "site_id": site.id}
        self._add_line(item, found, ValueLevel.SITE, site.id, owner)

    def _add_line(
        self, item: Item, found: Finding, level: ValueLevel, owner_id: int, owner: Mapping[str, int]
    ) -> None:
        parameter, value = parse_line(_text(item.text))
        there = self._there.lines(level, owner_id).get(parameter)
        if there is not None:
            _compare(found, ("value", value, there.value))
            return
        line = ConfigurationValue(level=level, parameter=parameter, value=value, **owner)
        self._session.add(line)
        self._there.lines(level, owner_id)[parameter] = line
        _is_new(found, lambda: {"line": line.id, "value": value})

    def _add_template(self, item: Item, found: Finding) -> None:
        cells = item.cells
        if not item.text:
            raise InvalidInputError(
                f"The archive does not hold its file {quoted(cells['TEMPLATE_FILE_PATH'])}."
            )
        text = text_of_file(item.text)
        there = self._there.templates.get(cells["MODEL_NAME"].strip().casefold())
        model = there.phone_model if there is not None else self._there.model(cells["TYPE"])
        checked = texts.check(self._session, text, model)
        if checked.faults:
            raise InvalidInputError(f"Its text cannot be used: {checked.faults[0].sentence}")
        if there is not None:
            self._compare_template(found, there, text)
            return
        name = cells["MODEL_NAME"]
        wanted = changes.Properties(
            name=name,
            description=cells["MODEL_DESC"],
            tenant_id=self._there.tenant_of_template(cells["TENANT_ID"]),
            phone_model_id=model.id,
            train=_train(cells["TRAIN"], name),
        )
        with self._session.begin_nested():
            template = changes.add_with_text(
                self._session, wanted, text, origin="imported", author=self._author, now=self._now
            )
            self._session.flush()
        self._there.templates[template.name_key] = template
        self._new_templates.add(template.id)
        _is_new(found, lambda: {"template": template.id, "version": 1})

    def _compare_template(self, found: Finding, there: ConfigTemplate, text: str) -> None:
        """Take over the text of a template that came with the product and that nobody edited here."""
        if there.content == text:
            return
        if not there.is_factory or there.is_edited:
            _compare(found, ("text", text, there.content))
            return
        with self._session.begin_nested():
            texts.put(self._session, there, text, "imported", author=self._author, now=self._now)
        version = there.version
        found.reason = "The text that came with the product is replaced."
        _is_new(found, lambda: {"factory_template": there.id, "version": version})

    def _add_default(self, item: Item, found: Finding) -> None:
        cells = item.cells
        tenant, model = self._there.tenant(cells["TENANT_NAME"]), self._there.model(cells["TYPE"])
        template = self._there.template(cells["MODEL_NAME"])
        kind = defaults.Kind(tenant.id, model.id, _train(cells["TRAIN"], template.name))
        there = defaults.find(self._session, kind)
        if there is not None:
            _compare(found, ("template", template.name, there.template.name))
            return
        with self._session.begin_nested():
            defaults.put(self._session, kind, template, replaces=None, author=self._author, now=self._now)
        made = self._session.scalars(
            select(TemplateDefault.id).where(
                TemplateDefault.tenant_id == tenant.id,
                TemplateDefault.phone_model_id == model.id,
                TemplateDefault.train == kind.train,
            )
        ).one()
        _is_new(found, lambda: {"default": made})

    def _change_setting(self, item: Item, found: Finding) -> None:
        key, text = item.cells["KEY"].strip(), item.cells["VAL"]
        if key in _STAYS_HERE:
            if text:
                found.verdict, found.reason = (
                    Verdict.EXISTS,
                    f"Is {_STAYS_HERE[key]}, and stays as it is here.",
                )
            return
        name = SETTING_KEYS.get(key, key)
        if name not in CATALOGUE:
            raise UnknownNameError("system setting", key)
        setting = CATALOGUE[name]
        present = self._there.settings[name]
        if not text or present in {text, text.strip()}:
            return
        if present != setting.default:
            found.verdict = Verdict.EXISTS
            found.reason = "Stays as it is: it is set here already."
            return
        with self._session.begin_nested():
            settings.change_many(self._session, {name: text}, author=self._author, now=self._now)
        _is_new(found, lambda: {"setting": name, "value": settings.read_text(self._session, name)})

    def _add_system_value(self, item: Item, found: Finding) -> None:
        self._add_value(item, found, Layer.SYSTEM, None, {}, ("KEY", "VAL"))

    def _add_template_value(self, item: Item, found: Finding) -> None:
        template = self._there.template(item.cells["MODEL"])
        owner = {"template_id": template.id, "tenant_id": template.tenant_id}
        self._add_value(item, found, Layer.TEMPLATE, template.id, owner, ("DEF_KEY", "DEF_VAL"))

    def _add_tenant_value(self, item: Item, found: Finding) -> None:
        tenant = self._there.tenant(item.cells["TENANT_ID"])
        self._add_value(
            item, found, Layer.TENANT, tenant.id, {"tenant_id": tenant.id}, ("TENANT_KEY", "TENANT_VAL")
        )

    def _add_site_value(self, item: Item, found: Finding) -> None:
        site = self._there.site(item.cells["SITE_ID"], item.cells["SITE_TENANT_NAME"])
        owner = {"site_id": site.id, "tenant_id": site.tenant_id}
        self._add_value(item, found, Layer.SITE, site.id, owner, ("SITE_KEY", "SITE_VAL"))

    def _add_value(
        self,
        item: Item,
        found: Finding,
        layer: Layer,
        owner_id: int | None,
        owner: Mapping[str, int | None],
        columns: tuple[str, str],
    ) -> None:
        name = checked_name(item.cells[columns[0]])
        value = checked_value(name, item.cells[columns[1]])
        if len(item.cells["DESCRIPTION"]) > _MAX_DESCRIPTION:
            raise InvalidInputError("Its description is too long.")
        values = self._there.placeholders(layer, owner_id)
        there = values.get(name)
        if there is not None and not (not there.value and owner.get("template_id") in self._new_templates):
            _compare(found, ("value", value, there.value))
            return
        if there is not None:
            there.value, there.description = value, item.cells["DESCRIPTION"]
            row = there
        else:
            row = Placeholder(
                layer=layer, name=name, value=value, description=item.cells["DESCRIPTION"], **owner
            )
            self._session.add(row)
            values[name] = row
        _is_new(found, lambda: {"placeholder": row.id, "value": value})

    def _note_firmware(self, item: Item, found: Finding) -> None:
        """Compare the record of a firmware: its bytes are not in the archive, so that none can be added."""
        there = self._there.firmware.get(item.cells["NAME"].casefold())
        if there is None:
            raise InvalidInputError(
                "Its file is not in the archive. Upload it under Phone Firmware Files, with this name."
            )
        _compare(found, ("content", item.cells["SHA256"], there.sha256))


_ADD: Mapping[Part, Callable[[Configuration, Item, Finding], None]] = {
    Part.TENANTS: Configuration._add_tenant,
    Part.TENANT_LINES: Configuration._add_tenant_line,
    Part.SITES: Configuration._add_site,
    Part.SITE_LINES: Configuration._add_site_line,
    Part.TEMPLATES: Configuration._add_template,
    Part.DEFAULTS: Configuration._add_default,
    Part.SETTINGS: Configuration._change_setting,
    Part.SYSTEM_VALUES: Configuration._add_system_value,
    Part.TEMPLATE_VALUES: Configuration._add_template_value,
    Part.TENANT_VALUES: Configuration._add_tenant_value,
    Part.SITE_VALUES: Configuration._add_site_value,
    Part.FIRMWARE: Configuration._note_firmware,
}
_NAME_COLUMNS: Mapping[Part, str] = {
    Part.TENANTS: "NAME",
    Part.SITES: "SITE_NAME",
    Part.TEMPLATES: "MODEL_NAME",
    Part.DEFAULTS: "MODEL_NAME",
    Part.SETTINGS: "KEY",
    Part.SYSTEM_VALUES: "KEY",
    Part.TEMPLATE_VALUES: "DEF_KEY",
    Part.TENANT_VALUES: "TENANT_KEY",
    Part.SITE_VALUES: "SITE_KEY",
    Part.FIRMWARE: "NAME",
}
_OWNER_CELLS: Mapping[Part, tuple[str, ...]] = {
    Part.TENANT_LINES: ("TENANT",),
    Part.SITES: ("SITE_TENANT_NAME",),
    Part.SITE_LINES: ("TENANT", "SITE"),
    Part.TEMPLATES: ("TENANT_ID",),
    Part.DEFAULTS: ("TENANT_NAME", "TYPE"),
    Part.TEMPLATE_VALUES: ("MODEL",),
    Part.TENANT_VALUES: ("TENANT_ID",),
    Part.SITE_VALUES: ("SITE_TENANT_NAME", "SITE_ID"),
}


def _name_of(item: Item) -> str:
    if item.part in {Part.TENANT_LINES, Part.SITE_LINES}:
        return item.text.partition(b"=")[0].strip().decode(errors="replace")
    return item.cells[_NAME_COLUMNS[item.part]]


def _tenant_of(item: Item) -> str:
    """Return whose a thing is, as the page shows it."""
    return " / ".join(item.cells[column] for column in _OWNER_CELLS.get(item.part, ()) if item.cells[column])


def _is_new(found: Finding, undo: Undo) -> None:
    found.verdict, found.undo = Verdict.NEW, undo


def _compare(found: Finding, *pairs: tuple[str, str, str | None]) -> None:
    """Say that a thing is there, and in what it differs; an empty cell says nothing. Values may be secrets."""
    others = [what for what, written, there in pairs if written and written != (there or "")]
    if others:
        found.verdict = Verdict.EXISTS
        found.reason = f"Stays as it is: it has another {' and another '.join(others)} here."


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError("The line is not UTF-8.") from error


def _number(text: str) -> int | None:
    if not text.strip():
        return None
    if not (text.strip().isdecimal() and len(text) < 9):
        raise InvalidInputError(f"{quoted(text)} is no number of endpoint licenses.")
    return int(text)


def _train(text: str, name: str) -> Train:
    """Return the train of a template; files of other managers tell it by the name alone (protocol 10.1)."""
    if not text:
        return Train.UC if name.casefold().endswith("_lync") else Train.GENERIC
    try:
        return Train(text.strip().casefold())
    except ValueError as error:
        raise InvalidInputError(f"{quoted(text)} is no train; write {' or '.join(Train)}.") from error
