"""Configuration files: generated when the product says so, stored compressed and encrypted, and found again."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, undefer

from app.database import table_of
from app.models import ConfigFile, ConfigTemplate, Device
from app.models.enums import FileKind
from app.rendering.dhcp_option import SbcProxy, fill_dhcp_option
from app.rendering.escaping import render_phone_file, render_shared_file
from app.rendering.personal_file import Rendered
from app.services import journal, option_templates, stored_files
from app.services.author import Author
from app.services.config_files.drafts import Draft, store_drafts
from app.services.config_files.owners import FileOwner, read_owners
from app.services.config_files.sources import Sources, Template
from app.services.option_templates import OptionFile

DHCP_OPTION_FILE = "dhcpoption160.cfg"
PROXY_OPTION_FILE = "httpproxy/dhcpoption160.cfg"
OPTION_FILES = {OptionFile.DIRECT: DHCP_OPTION_FILE, OptionFile.PROXY: PROXY_OPTION_FILE}


def name_for(mac: str) -> str:
    """Return the name under which a phone asks for its own file."""
    return f"{mac}.cfg"


def find(session: Session, name: str) -> ConfigFile | None:
    """Return the file of this name, without regard to case, its content loaded."""
    return session.scalar(_named(name).options(undefer(ConfigFile.content)))


def content_of(file: ConfigFile) -> bytes:
    """Return the bytes that a phone gets."""
    return stored_files.text_of(file.content)


def text_of(file: ConfigFile) -> str:
    """Return the file as text; it may hold secrets."""
    return content_of(file).decode()


def generate(session: Session, device: Device, *, now: datetime) -> ConfigFile | None:
    """Write the device's file from its template and the values of its layers (manual 9.4.4), and return it.

    None, and no file, where the device has no template.
    """
    session.flush()  # so that the device has an id, and names its user by id, too
    generate_many(session, [device.id], now=now)
    if device.template_id is None:
        return None
    return session.scalar(_named(name_for(device.mac)).execution_options(populate_existing=True))


def generate_many(
    session: Session, device_ids: Collection[int], *, now: datetime, sources: Sources | None = None
) -> None:
    """Write the files of many devices, with as many statements as for one; those without a template have none.

    Placeholders without a value are noted with the file and in the journal; the lines that held them are not in it.
    """
    drafts = render_many(session, device_ids, sources=sources)
    store_drafts(session, drafts, now=now)
    _note_problems(session, drafts, now)


def generation_times(session: Session, device_ids: Collection[int]) -> dict[int, datetime]:
    """Return when the bytes of these devices' files were written last, for those that have one."""
    files = select(Device.id, ConfigFile.generated_at).join(ConfigFile, ConfigFile.device_id == Device.id)
    return dict(session.execute(files.where(Device.id.in_(device_ids))).all()) if device_ids else {}


def render_many(
    session: Session, device_ids: Collection[int], *, sources: Sources | None = None
) -> list[Draft]:
    """Return what ``generate_many`` would store, in the order of the MACs, and store nothing."""
    sources = sources or Sources(session)
    owners = read_owners(session, device_ids)
    sources.load(owners)
    return [
        _draft_for(sources, owner, sources.template(owner.template_id))
        for owner in owners
        if owner.template_id is not None
    ]


def render_as(
    session: Session, device_id: int, others: Sequence[Mapping[str, Any]], *, sources: Sources | None = None
) -> list[str]:
    """Return a device's file as it would be if each of these sets of its fields were other ones.

    An empty text where there is no template, or none that the session sees.
    """
    sources = sources or Sources(session)
    owners = read_owners(session, [device_id])
    sources.load(owners)
    seen = set(session.scalars(select(ConfigTemplate.id)))
    texts = []
    for owner in (owner._replace(**other) for owner in owners for other in others):
        has_file = owner.template_id is not None and owner.template_id in seen
        draft = _draft_for(sources, owner, sources.template(owner.template_id or 0)) if has_file else None
        texts.append(draft.rendered.text if draft else "")
    return texts


def generate_shared_files(session: Session, *, now: datetime) -> None:
    """Write the files that phones share: each template's global file, and the first file of the system URL."""
    session.flush()
    drafts = render_global_files(session, session.scalars(select(ConfigTemplate.id)).all())
    store_drafts(session, [*drafts, *_option_drafts(session, Sources(session))], now=now)


def generate_option_files(session: Session, *, author: Author, now: datetime) -> None:
    """Write the first files of the system URL, with and without an SBC proxy, with an entry in the journal."""
    session.flush()
    drafts = list(_option_drafts(session, Sources(session)))
    store_drafts(session, drafts, now=now)
    journal.record(
        session,
        at=now,
        author=author,
        action="configuration file generated",
        subject=", ".join(draft.name for draft in drafts),
        text="The first files of phones were generated.",
    )


def option_file_text(session: Session, sources: Sources, file: OptionFile) -> str | None:
    """Return a first file as the next Generate writes it; None for that of the SBC proxy while there is none."""
    template = option_templates.read(session, file).text
    if file is OptionFile.DIRECT:
        return fill_dhcp_option(template, sources.urls, None)
    proxy = sbc_proxy_of(sources)
    return fill_dhcp_option(template, sources.urls, proxy) if proxy else None


def sbc_proxy_of(sources: Sources) -> SbcProxy | None:
    """Return the SBC's HTTP proxy, or None where none is set."""
    host, port = sources.settings.sbc_proxy_host, sources.settings.sbc_proxy_port
    return SbcProxy(host, port) if host else None


def holder_of(session: Session, name: str) -> int | None:
    """Return the template whose file bears this name, 0 where it is no template's, None where there is none.

    Names are one for all tenants, so files of those that the session does not see count as well.
    """
    table = table_of(ConfigFile)
    found = session.connection().execute(
        select(table.c.template_id, table.c.device_id).where(table.c.name_key == stored_files.key_of(name))
    )
    row = found.first()
    if row is None:
        return None
    return 0 if row.device_id is not None else row.template_id or 0


def generate_global_files(session: Session, template_ids: Collection[int], *, now: datetime) -> None:
    """Write the files that all phones of each of these templates include."""
    session.flush()
    store_drafts(session, render_global_files(session, template_ids), now=now)


def render_global_files(session: Session, template_ids: Collection[int]) -> list[Draft]:
    """Return what ``generate_global_files`` would store, in the order of the templates, and store nothing."""
    sources = Sources(session)
    templates = select(ConfigTemplate.id, ConfigTemplate.tenant_id).where(ConfigTemplate.id.in_(template_ids))
    return [
        _global_draft(sources, template_id, tenant_id)
        for template_id, tenant_id in session.execute(templates.order_by(ConfigTemplate.id))
    ]


def _draft_for(sources: Sources, owner: FileOwner, template: Template) -> Draft:
    overlays = sources.overlays(tenant_id=owner.tenant_id, site_id=owner.site_id, phone_user_id=owner.user_id)
    return Draft(
        name=name_for(owner.mac),
        kind=FileKind.PHONE,
        rendered=render_phone_file(
            template.value_format, template.parts.personal_file.data, sources.values_for(owner), overlays
        ),
        tenant_id=owner.tenant_id,
        device_id=owner.id,
        template_id=template.id,
        template_name=template.name,
        template_version=template.version,
    )


def _global_draft(sources: Sources, template_id: int, tenant_id: int | None) -> Draft:
    template = sources.template(template_id)
    values = sources.shared_values(template_id=template_id, tenant_id=tenant_id, site_id=None)
    return Draft(
        name=template.parts.global_file.name,
        kind=FileKind.GLOBAL,
        rendered=render_shared_file(template.value_format, template.parts.global_file.data, values),
        tenant_id=tenant_id,
        template_id=template_id,
        template_name=template.name,
        template_version=template.version,
    )


def _option_drafts(session: Session, sources: Sources) -> Iterator[Draft]:
    for file in OptionFile:
        text = option_file_text(session, sources, file)
        if text is not None:
            yield Draft(name=OPTION_FILES[file], kind=FileKind.DHCP_OPTION, rendered=Rendered(text, (), ()))


def _named(name: str) -> Select[ConfigFile]:
    return select(ConfigFile).where(ConfigFile.name_key == stored_files.key_of(name))


def _note_problems(session: Session, drafts: Collection[Draft], now: datetime) -> None:
    noted = [
        journal.entry(
            at=now,
            author=Author("configuration files"),
            action="file generated with problems",
            subject=draft.name,
            text=" ".join(draft.problems),
            tenant_id=draft.tenant_id,
        )
        for draft in drafts
        if draft.problems
    ]
    journal.record_all(session, noted)
