"""PostgreSQL looks at the users and firmware of many devices at once, as at all else that they refer to (decision 0057)."""

from alembic import op

revision = "0040"
down_revision = "0039"

_REFERENCES = (("phone_user_id", "phone_user"), ("firmware_id", "firmware"))


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for column, referred in _REFERENCES:
        op.drop_constraint(_name(column, referred), "device", type_="foreignkey")
        _look_at_rows_together(column, referred)
        _look_at_changes(column, referred)
        _keep_what_is_referred_to(column, referred)


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for column, referred in _REFERENCES:
        for function in (
            f"device_refers_to_{referred}",
            f"device_refers_anew_to_{referred}",
            f"{referred}_is_referred_to",
        ):
            op.execute(f"DROP FUNCTION {function} CASCADE")
        op.create_foreign_key(_name(column, referred), "device", referred, [column], ["id"])


def _look_at_rows_together(column: str, referred: str) -> None:
    """Hold what new rows refer to, as a foreign key does, and count it: all that they name has to be there."""
    name = f"device_refers_to_{referred}"
    op.execute(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        DECLARE held bigint; named bigint;
        BEGIN
            SELECT count(DISTINCT {column}) INTO named FROM new_rows;
            IF named = 0 THEN RETURN NULL; END IF;
            SELECT count(*) INTO held FROM (
                SELECT FROM {referred} WHERE id IN (SELECT DISTINCT {column} FROM new_rows) ORDER BY id FOR KEY SHARE
            ) AS found;
            IF held < named THEN
                {_violated(column, referred)}
            END IF;
            RETURN NULL;
        END $$"""  # noqa: S608 - names of our own tables
    )
    op.execute(
        f"CREATE TRIGGER {name} AFTER INSERT ON device REFERENCING NEW TABLE AS new_rows "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )


def _look_at_changes(column: str, referred: str) -> None:
    """Look at a row that refers to something else than before; most changes leave that alone."""
    name = f"device_refers_anew_to_{referred}"
    op.execute(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
            PERFORM FROM {referred} WHERE id = NEW.{column} FOR KEY SHARE;
            IF NOT FOUND THEN
                {_violated(column, referred)}
            END IF;
            RETURN NULL;
        END $$"""
    )
    op.execute(
        f"CREATE TRIGGER {name} AFTER UPDATE OF {column} ON device FOR EACH ROW "
        f"WHEN (NEW.{column} IS DISTINCT FROM OLD.{column} AND NEW.{column} IS NOT NULL) EXECUTE FUNCTION {name}()"
    )


def _keep_what_is_referred_to(column: str, referred: str) -> None:
    """Refuse to delete a row, or to give it another id, while a device refers to it."""
    name = f"{referred}_is_referred_to"
    op.execute(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
            PERFORM FROM device WHERE {column} = OLD.id LIMIT 1 FOR KEY SHARE;
            IF FOUND THEN
                {_violated(column, referred)}
            END IF;
            RETURN NULL;
        END $$"""
    )
    op.execute(f"CREATE TRIGGER {name} AFTER DELETE ON {referred} FOR EACH ROW EXECUTE FUNCTION {name}()")
    op.execute(
        f"CREATE TRIGGER {name}_by_id AFTER UPDATE OF id ON {referred} FOR EACH ROW "
        f"WHEN (NEW.id <> OLD.id) EXECUTE FUNCTION {name}()"
    )


def _violated(column: str, referred: str) -> str:
    """Say it as a foreign key does: programs see no difference."""
    constraint = _name(column, referred)
    return (
        "RAISE foreign_key_violation USING "
        f"""MESSAGE = 'device.{column} and {referred}.id violate foreign key constraint "{constraint}"', """
        f"TABLE = 'device', CONSTRAINT = '{constraint}';"
    )


def _name(column: str, referred: str) -> str:
    return f"fk_device_{column}_{referred}"
