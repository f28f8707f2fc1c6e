"""The configuration as an archive: tenants, sites, templates, settings, placeholders, records of firmware."""

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.models import (
    ConfigTemplate,
    ConfigurationValue,
    Firmware,
    PhoneModel,
    Placeholder,
    Site,
    TemplateDefault,
    Tenant,
)
from app.models.enums import Layer, ValueLevel
from app.rendering.csv_lines import reversible_line
from app.rendering.overlay_lines import written
from app.rules.configuration_tables import TABLES, Part, Table, file_of_lines
from app.services import settings
from app.services.settings.catalogue import CATALOGUE

FILE_NAME = "Configuration.zip"
SETTING_KEYS: Mapping[str, str] = {
    "MwiVmNumber": "voice_mail_number",
    "ipplanguage": "language",
    "ntpserver": "ntp_server",
}
"""The names that some settings have in such files, and those that they have here."""
_KEY_OF_SETTING = {name: key for key, name in SETTING_KEYS.items()}

Rows = Iterable[Sequence[str]]
Files = dict[str, str]


def write_configuration(session: Session, stream: IO[bytes]) -> None:
    """Write the archive; secrets are in it as they are, for it has to be whole where it is imported."""
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for table in TABLES:
            rows, files = _READ[table.part](session)
            if table.inner:
                archive.writestr(table.inner, _inner(table, rows, files))
            else:
                archive.writestr(table.name, _as_csv(table, rows))


def _inner(table: Table, rows: Rows, files: Files) -> bytes:
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        archive.writestr(table.name, _as_csv(table, rows))
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()


def _as_csv(table: Table, rows: Rows) -> str:
    return "".join(reversible_line(row) for row in (table.columns, *rows))


def _tenants(session: Session) -> tuple[Rows, Files]:
    tenants = session.scalars(select(Tenant).order_by(Tenant.name_key)).all()
    lines = _lines(session, ValueLevel.TENANT)
    rows = [
        (one.name, one.description, one.subnet or "", one.external_id or "", str(one.endpoint_licenses))
        for one in tenants
    ]
    return rows, {file_of_lines(one.name): lines[one.id] for one in tenants if one.id in lines}


def _sites(session: Session) -> tuple[Rows, Files]:
    named = select(Site, Tenant.name).join(Tenant, Site.tenant_id == Tenant.id)
    sites = session.execute(named.order_by(Tenant.name_key, Site.name_key)).all()
    lines = _lines(session, ValueLevel.SITE)
    rows = [(site.name, site.description, tenant, "", site.subnet or "") for site, tenant in sites]
    return rows, {
        file_of_lines(tenant, site.name): lines[site.id] for site, tenant in sites if site.id in lines
    }


def _lines(session: Session, level: ValueLevel) -> dict[int, str]:
    """Return the lines laid over the files of each tenant or site, as the text of a file."""
    rows = session.scalars(
        select(ConfigurationValue)
        .where(ConfigurationValue.level == level)
        .order_by(ConfigurationValue.parameter)
    )
    found: defaultdict[int, str] = defaultdict(str)
    for row in rows:
        owner = row.site_id if level is ValueLevel.SITE else row.tenant_id
        if owner is not None:
            found[owner] += written((row.parameter, row.value)) + "\n"
    return dict(found)


def _templates(session: Session) -> tuple[Rows, Files]:
    """Return the templates that people made, and those that came with the product and were edited."""
    is_ours = or_(
        ConfigTemplate.factory_content.is_(None), ConfigTemplate.factory_content != ConfigTemplate.content
    )
    named = (
        select(ConfigTemplate, PhoneModel.name, Tenant.name)
        .join(PhoneModel, ConfigTemplate.phone_model_id == PhoneModel.id)
        .outerjoin(Tenant, ConfigTemplate.tenant_id == Tenant.id)
        .where(is_ours)
        .order_by(ConfigTemplate.name_key)
    )
    rows, files = [], {}
    for number, (template, model, tenant) in enumerate(session.execute(named), start=1):
        file = f"template_{number}.cfg"
        files[file] = template.content
        rows.append(
            (template.name, template.description, file, "", tenant or "", model, "", template.train.value)
        )
    return rows, files


def _defaults(session: Session) -> tuple[Rows, Files]:
    named = (
        select(Tenant.name, PhoneModel.name, TemplateDefault.train, ConfigTemplate.name)
        .select_from(TemplateDefault)
        .join(Tenant, TemplateDefault.tenant_id == Tenant.id)
        .join(PhoneModel, TemplateDefault.phone_model_id == PhoneModel.id)
        .join(ConfigTemplate, TemplateDefault.template_id == ConfigTemplate.id)
        .order_by(Tenant.name_key, PhoneModel.name, TemplateDefault.train)
    )
    return [(tenant, model, train.value, name) for tenant, model, train, name in session.execute(named)], {}


def _settings(session: Session) -> tuple[Rows, Files]:
    """Return the settings that differ from what holds without them."""
    texts = settings.read_texts(session, CATALOGUE.keys())
    rows = [
        (_KEY_OF_SETTING.get(name, name), text)
        for name, text in texts.items()
        if text != CATALOGUE[name].default
    ]
    return rows, {}


def _system_values(session: Session) -> tuple[Rows, Files]:
    """Return the values for all phones that are no settings of their own."""
    told = {setting.placeholder for setting in CATALOGUE.values() if setting.placeholder}
    return [
        (row.name, row.value, row.description)
        for row in _placeholders(session, Layer.SYSTEM)
        if row.name not in told
    ], {}


def _template_values(session: Session) -> tuple[Rows, Files]:
    names = dict(session.execute(select(ConfigTemplate.id, ConfigTemplate.name)).all())
    return [
        (row.name, row.value, row.description, names[row.template_id])
        for row in _placeholders(session, Layer.TEMPLATE)
        if row.template_id is not None
    ], {}


def _tenant_values(session: Session) -> tuple[Rows, Files]:
    names = dict(session.execute(select(Tenant.id, Tenant.name)).all())
    return [
        (row.name, row.value, names[row.tenant_id], row.description)
        for row in _placeholders(session, Layer.TENANT)
        if row.tenant_id is not None
    ], {}


def _site_values(session: Session) -> tuple[Rows, Files]:
    places = select(Site.id, Site.name, Tenant.name).join(Tenant, Site.tenant_id == Tenant.id)
    names = {site_id: (site, tenant) for site_id, site, tenant in session.execute(places)}
    return [
        (row.name, row.value, *names[row.site_id], row.description)
        for row in _placeholders(session, Layer.SITE)
        if row.site_id is not None
    ], {}


def _firmware(session: Session) -> tuple[Rows, Files]:
    found = session.scalars(select(Firmware).order_by(Firmware.name_key))
    return [(one.name, one.description, one.version, one.sha256) for one in found], {}


def _placeholders(session: Session, layer: Layer) -> Iterator[Placeholder]:
    yield from session.scalars(
        select(Placeholder).where(Placeholder.layer == layer).order_by(Placeholder.name, Placeholder.id)
    )


_READ = {
    Part.TENANTS: _tenants,
    Part.SITES: _sites,
    Part.TEMPLATES: _templates,
    Part.DEFAULTS: _defaults,
    Part.SETTINGS: _settings,
    Part.SYSTEM_VALUES: _system_values,
    Part.TEMPLATE_VALUES: _template_values,
    Part.TENANT_VALUES: _tenant_values,
    Part.SITE_VALUES: _site_values,
    Part.FIRMWARE: _firmware,
}
