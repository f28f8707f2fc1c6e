"""The values of placeholders that stand in the templates which drafts give: what files of a simulation are made of."""

from collections.abc import Collection

from sqlalchemy import LargeBinary, select, type_coerce
from sqlalchemy.orm import Session

from app.database import table_of
from app.models import ConfigTemplate, Placeholder, RuleRow
from app.rendering.placeholders import names_in

_OWNERS = ("id", "layer", "template_id", "tenant_id", "site_id", "device_id")


def values_named(session: Session, version_ids: Collection[int]) -> list[list[str]]:
    """Return a line for each value of such a placeholder, which differs when it is set anew.

    Values are told apart as they are stored: they are secrets, and are not decrypted for it.
    """
    outcomes = session.scalars(select(RuleRow.outcome).where(RuleRow.version_id.in_(version_ids)))
    template_ids = {outcome.get("template_id") for outcome in outcomes} - {None}
    texts = session.scalars(select(ConfigTemplate.content).where(ConfigTemplate.id.in_(template_ids)))
    names = {name for text in texts for name in names_in(text)}
    placeholders = table_of(Placeholder).c
    columns = [placeholders[name] for name in (*_OWNERS, "name")]
    stored = type_coerce(placeholders["value"], LargeBinary)
    wanted = select(*columns, stored).where(placeholders["name"].in_(names)).order_by(placeholders["id"])
    return [[str(value) for value in row] for row in session.connection().execute(wanted)]
