"""The files of phones that wait: their template's without our secrets, rendered when asked for (decision 0005)."""

from app.rendering.personal_file import render_personal_file
from app.rendering.placeholders import CATALOGUE, display_name
from app.rendering.secret_parameters import without_secrets
from app.services.config_files.sources import Sources

_MAC = display_name("mac")
_EMPTY_SECRETS = {name: "" for name, placeholder in CATALOGUE.items() if placeholder.is_secret}


class WaitingFiles:
    """Renders one file for all phones of a template, tenant and site; for each, where the template names the phone."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._texts: dict[tuple[int, int | None, int | None, str], str] = {}

    def text_for(self, mac: str, *, template_id: int, tenant_id: int | None, site_id: int | None) -> str:
        """Return the file of a phone that is no device yet."""
        data = self._sources.template(template_id).parts.personal_file.data
        key = (template_id, tenant_id, site_id, mac if _MAC in data else "")
        if key not in self._texts:
            shared = self._sources.shared_values(
                template_id=template_id, tenant_id=tenant_id, site_id=site_id
            )
            overlays = self._sources.overlays(tenant_id=tenant_id, site_id=site_id)
            rendered = render_personal_file(data, {**shared, **_EMPTY_SECRETS, "mac": mac}, overlays)
            self._texts[key] = without_secrets(rendered.text)
        return self._texts[key]
