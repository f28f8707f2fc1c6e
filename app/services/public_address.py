"""The address at which phones reach this installation; kept in the database so that every process says the same."""

from sqlalchemy.orm import Session

from app.models import SystemSetting
from app.rendering.manager_urls import ManagerUrls, manager_urls, told_instead
from app.services import settings
from app.services.settings.catalogue import INSTALLED

PUBLIC_URL = "public_url"
"""The setting that keeps it."""
_REST_PORT = "rest_port"
_SCHEME, _HOST = "scheme_from_devices", "server_fqdn"


def keep(session: Session, public_url: str, rest_port: int) -> None:
    """Keep what the environment says; a ``rest_port`` of 0 means the usual port of the URL's scheme."""
    session.merge(SystemSetting(name=PUBLIC_URL, value=public_url))
    session.merge(SystemSetting(name=_REST_PORT, value=str(rest_port)))
    session.flush()


def urls_of(session: Session) -> ManagerUrls:
    """Return the addresses that phones are told: what is installed, or what System Settings say instead."""
    texts = settings.read_texts(session, (_SCHEME, _HOST))
    scheme = "" if texts[_SCHEME] == INSTALLED else texts[_SCHEME]
    return told_instead(installed_urls(session), scheme=scheme, host=texts[_HOST])


def installed_urls(session: Session) -> ManagerUrls:
    """Return the addresses as the environment says them."""
    public_url = session.get_one(SystemSetting, PUBLIC_URL).value
    rest_port = int(session.get_one(SystemSetting, _REST_PORT).value)
    return manager_urls(public_url, rest_port or None)
