"""Whether a wish would change a destination: what is sent again is not written, and tries nothing again."""

import json
from collections.abc import Mapping

from app.errors import InvalidInputError
from app.models import Destination
from app.rendering.notices.subjects import on_one_line
from app.services.destinations.fields import FIELDS, checked
from app.services.destinations.keeping import Wish


def is_as_wished(destination: Destination, wish: Wish) -> bool:
    """Whether a wish leaves a destination as it is, its secrets included; never for one that will not do."""
    secrets: dict[str, str] = json.loads(destination.secrets)
    if any(secrets.get(name) for name in wish.removed):
        return False
    typed = {name: text for name, text in wish.texts.items() if text or name not in secrets}
    try:
        texts = checked(destination.kind, {**secrets, **typed})
    except InvalidInputError:
        return False
    return _is_kept(destination, secrets, texts) and (
        on_one_line(wish.name),
        wish.tenant_id,
        wish.is_enabled,
        wish.rate_per_minute.strip(),
        wish.give_up_after_hours.strip(),
    ) == (
        destination.name,
        destination.tenant_id,
        destination.is_enabled,
        str(destination.rate_per_minute),
        str(destination.give_up_after_hours),
    )


def _is_kept(destination: Destination, secrets: Mapping[str, str], texts: Mapping[str, str]) -> bool:
    return all(
        texts.get(field.name, "")
        == (
            secrets.get(field.name, "")
            if field.is_secret
            else destination.settings.get(field.name, field.default)
        )
        for field in FIELDS[destination.kind]
    )
