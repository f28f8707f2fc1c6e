"""Configuration files: generated when the product says so, stored compressed and encrypted, and found again."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, undefer

from app.models import ConfigFile, ConfigTemplate, Device
from app.models.enums import FileKind
from app.rendering.dhcp_option import DIRECT_TEMPLATE, PROXY_TEMPLATE, SbcProxy, fill_dhcp_option
from app.rendering.personal_file import Rendered, render_global_file, render_personal_file
from app.rendering.placeholders import CATALOGUE, display_name
from app.rendering.secret_parameters import without_secrets
from app.services import journal, stored_files
from app.services.file_sources import Sources, plain

DHCP_OPTION_FILE = "dhcpoption160.cfg"
PROXY_OPTION_FILE = "httpproxy/dhcpoption160.cfg"


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


def generate(
    session: Session, device: Device, *, now: datetime, sources: Sources | None = None
) -> ConfigFile | None:
    """Write the device's file from its template and the values of its layers (manual 9.4.4).

    None, and no file, where the device has no template. Placeholders without a value are noted with the file and in
    the journal; the lines that held them are not in it.
    """
    if device.template is None:
        return None
    session.flush()  # so that the device names its user by id, too
    sources = sources or Sources(session)
    rendered = render_personal_file(
        sources.template(device.template).personal_file.data,
        plain(sources.resolve_for(device)),
        sources.overlays(
            tenant_id=device.tenant_id, site_id=device.site_id, phone_user_id=device.phone_user_id
        ),
    )
    file = _store(session, name_for(device.mac), rendered, FileKind.PHONE, now=now)
    file.tenant_id, file.device_id = device.tenant_id, device.id
    file.template_id, file.template_name = device.template.id, device.template.name
    _note_problems(session, file, now)
    return file


def render_for_waiting_phone(
    sources: Sources, mac: str, *, template: ConfigTemplate, tenant_id: int, site_id: int | None
) -> str:
    """Return the file a phone gets that is no device yet: its template's, without its secrets (docs/decisions/0005)."""
    values = plain(
        sources.resolve(template_id=template.id, tenant_id=tenant_id, site_id=site_id, device={"mac": mac})
    )
    values |= {name: "" for name, placeholder in CATALOGUE.items() if placeholder.is_secret}
    overlays = sources.overlays(tenant_id=tenant_id, site_id=site_id)
    rendered = render_personal_file(sources.template(template).personal_file.data, values, overlays)
    return without_secrets(rendered.text)


def generate_shared_files(session: Session, *, now: datetime) -> None:
    """Write the files that phones share: each template's global file, and the first file of the system URL."""
    sources = Sources(session)
    for template in session.scalars(select(ConfigTemplate).order_by(ConfigTemplate.id)):
        shared = sources.template(template).global_file
        values = plain(sources.resolve(template_id=template.id, tenant_id=template.tenant_id, site_id=None))
        rendered = render_global_file(shared.data, values)
        file = _store(session, shared.name, rendered, FileKind.GLOBAL, now=now)
        file.tenant_id, file.template_id, file.template_name = template.tenant_id, template.id, template.name
    _generate_option_files(session, sources, now)


def _generate_option_files(session: Session, sources: Sources, now: datetime) -> None:
    direct = fill_dhcp_option(DIRECT_TEMPLATE, sources.urls, None)
    _store(session, DHCP_OPTION_FILE, Rendered(direct, (), ()), FileKind.DHCP_OPTION, now=now)
    if sources.settings.sbc_proxy_host:
        proxy = SbcProxy(sources.settings.sbc_proxy_host, sources.settings.sbc_proxy_port)
        through_proxy = fill_dhcp_option(PROXY_TEMPLATE, sources.urls, proxy)
        _store(session, PROXY_OPTION_FILE, Rendered(through_proxy, (), ()), FileKind.DHCP_OPTION, now=now)


def _store(session: Session, name: str, rendered: Rendered, kind: FileKind, *, now: datetime) -> ConfigFile:
    """Put the text under its name; a file whose bytes are the same keeps its date."""
    content = rendered.text.encode()
    etag = stored_files.etag_of(content)
    file = session.scalar(_named(name))
    if file is None:
        file = ConfigFile(name=name, kind=kind, etag="")
        session.add(file)
    file.problems = [
        f"No layer has a value for {display_name(unknown)}; the line was left out."
        for unknown in rendered.unknown
    ]
    if file.etag != etag:
        file.content = stored_files.pack(content)
        file.size, file.etag, file.generated_at = len(content), etag, now
    return file


def _named(name: str) -> Select[ConfigFile]:
    return select(ConfigFile).where(ConfigFile.name_key == stored_files.key_of(name))


def _note_problems(session: Session, file: ConfigFile, now: datetime) -> None:
    if file.problems:
        journal.record(
            session,
            at=now,
            actor="configuration files",
            action="file generated with problems",
            subject=file.name,
            text=" ".join(file.problems),
            tenant_id=file.tenant_id,
        )
