"""The files of phones that wait: their template's without our secrets, rendered when asked for (decision 0005)."""

from app.models.enums import ValueFormat
from app.rendering.escaping import render_phone_file
from app.rendering.placeholders import CATALOGUE, display_name
from app.rendering.secret_parameters import empty_secrets, without_secrets
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
        template = self._sources.template(template_id)
        data = template.parts.personal_file.data
        key = (template_id, tenant_id, site_id, mac if _MAC in data else "")
        if key not in self._texts:
            shared = self._sources.shared_values(
                template_id=template_id, tenant_id=tenant_id, site_id=site_id
            )
            overlays = self._sources.overlays(tenant_id=tenant_id, site_id=site_id)
            values = {**shared, **_EMPTY_SECRETS, "mac": mac}
            text = render_phone_file(template.value_format, data, values, overlays).text
            is_of_audiocodes = template.value_format is ValueFormat.AUDIOCODES
            self._texts[key] = without_secrets(text) if is_of_audiocodes else empty_secrets(text)
        return self._texts[key]
