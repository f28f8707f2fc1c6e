"""What users set on their phones, put into files that are there (docs/decisions/0032)."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, undefer

from app.models import ConfigFile, ConfigTemplate, PhoneModel
from app.models.enums import FileKind, ValueFormat
from app.rendering.user_keys import UserKeys, with_keys
from app.services import stored_files
from app.services.config_files.generation import text_of


def lay_keys(session: Session, device_ids: Collection[int], keys: UserKeys, *, now: datetime) -> None:
    """Put what a user set on a phone into these devices' files; all else in them waits for Generate.

    Files of other vendors' phones have no such lines.
    """
    of_others = (
        select(ConfigTemplate.id)
        .join(PhoneModel, ConfigTemplate.phone_model_id == PhoneModel.id)
        .where(PhoneModel.value_format != ValueFormat.AUDIOCODES)
    )
    files = (
        select(ConfigFile)
        .where(
            ConfigFile.device_id.in_(device_ids),
            ConfigFile.kind == FileKind.PHONE,
            or_(ConfigFile.template_id.is_(None), ConfigFile.template_id.not_in(of_others)),
        )
        .order_by(ConfigFile.name_key)
        .options(undefer(ConfigFile.content))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for file in session.scalars(files):
        text = with_keys(text_of(file), keys).encode()
        file.content, file.size, file.etag = stored_files.pack(text), len(text), stored_files.etag_of(text)
        file.generated_at = now
    session.flush()
