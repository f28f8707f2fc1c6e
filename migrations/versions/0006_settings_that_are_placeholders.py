"""The language and the keep-alive period of System Settings are values of placeholders, as the others for phones are."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_MOVED = (("language", "Language"), ("keep_alive_period", "KeepAlivePeriod"))

_ADD_PLACEHOLDER = """
INSERT INTO placeholder (layer, name, value, description)
SELECT 'system', CAST(:placeholder AS VARCHAR(100)), value, '' FROM system_setting WHERE name = :setting
AND NOT EXISTS (SELECT 1 FROM placeholder WHERE layer = 'system' AND name = :placeholder)
"""
_ADD_SETTING = """
INSERT INTO system_setting (name, value)
SELECT CAST(:setting AS VARCHAR(60)), value FROM placeholder WHERE layer = 'system' AND name = :placeholder
"""
_DROP_SETTING = "DELETE FROM system_setting WHERE name = :setting"
_DROP_PLACEHOLDER = "DELETE FROM placeholder WHERE layer = 'system' AND name = :placeholder"


def upgrade() -> None:
    for setting, placeholder in _MOVED:
        op.execute(sa.text(_ADD_PLACEHOLDER).bindparams(setting=setting, placeholder=placeholder))
        op.execute(sa.text(_DROP_SETTING).bindparams(setting=setting))


def downgrade() -> None:
    for setting, placeholder in _MOVED:
        op.execute(sa.text(_ADD_SETTING).bindparams(setting=setting, placeholder=placeholder))
        op.execute(sa.text(_DROP_PLACEHOLDER).bindparams(placeholder=placeholder))
