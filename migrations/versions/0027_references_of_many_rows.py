"""PostgreSQL looks at what users and devices refer to for all rows of a statement at once (docs/decisions/0057)."""

from alembic import op

revision = "0027"
down_revision = "0026"

_REFERENCES = {
    "phone_user": (("tenant_id", "tenant"),),
    "device": (
        ("tenant_id", "tenant"),
        ("site_id", "site"),
        ("phone_model_id", "phone_model"),
        ("template_id", "config_template"),
    ),
}
_REFERRED_TO = ("tenant", "site", "phone_model", "config_template")


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, references in _REFERENCES.items():
        for column, referred in references:
            op.drop_constraint(_name(table, column, referred), table, type_="foreignkey")
        _look_at_rows_together(table)
        _look_at_changes(table)
    for referred in _REFERRED_TO:
        _keep_what_is_referred_to(referred)


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for referred in _REFERRED_TO:
        op.execute(f"DROP FUNCTION {referred}_is_referred_to CASCADE")
    for table, references in _REFERENCES.items():
        op.execute(f"DROP FUNCTION {table}_refers CASCADE")
        op.execute(f"DROP FUNCTION {table}_refers_anew CASCADE")
        for column, referred in references:
            op.create_foreign_key(_name(table, column, referred), table, referred, [column], ["id"])


def _look_at_rows_together(table: str) -> None:
    """Hold what new rows refer to, as a foreign key does, and count it: all that they name has to be there."""
    checks = "".join(
        f"""
            SELECT count(*) INTO held FROM (
                SELECT FROM {referred} WHERE id IN (SELECT DISTINCT {column} FROM new_rows) ORDER BY id FOR KEY SHARE
            ) AS found;
            SELECT count(DISTINCT {column}) INTO named FROM new_rows;
            IF held < named THEN
                {_violated(table, column, referred)}
            END IF;"""  # noqa: S608 - names of our own tables
        for column, referred in _REFERENCES[table]
    )
    _make_function(f"{table}_refers", checks, declared="held bigint; named bigint;")
    op.execute(
        f"CREATE TRIGGER {table}_refers AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refers()"
    )


def _look_at_changes(table: str) -> None:
    """Look at a row that refers to something else than before; most changes leave that alone."""
    columns = [column for column, _ in _REFERENCES[table]]
    checks = "".join(
        f"""
            IF NEW.{column} IS DISTINCT FROM OLD.{column} AND NEW.{column} IS NOT NULL THEN
                PERFORM FROM {referred} WHERE id = NEW.{column} FOR KEY SHARE;
                IF NOT FOUND THEN
                    {_violated(table, column, referred)}
                END IF;
            END IF;"""
        for column, referred in _REFERENCES[table]
    )
    _make_function(f"{table}_refers_anew", checks)
    is_changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
    op.execute(
        f"CREATE TRIGGER {table}_refers_anew AFTER UPDATE OF {', '.join(columns)} ON {table} "
        f"FOR EACH ROW WHEN ({is_changed}) EXECUTE FUNCTION {table}_refers_anew()"
    )


def _keep_what_is_referred_to(referred: str) -> None:
    """Refuse to delete a row, or to give it another id, while something refers to it."""
    checks = "".join(
        f"""
            PERFORM FROM {table} WHERE {column} = OLD.id LIMIT 1 FOR KEY SHARE;
            IF FOUND THEN
                {_violated(table, column, referred)}
            END IF;"""
        for table, references in _REFERENCES.items()
        for column, of in references
        if of == referred
    )
    name = f"{referred}_is_referred_to"
    _make_function(name, checks)
    op.execute(f"CREATE TRIGGER {name} AFTER DELETE ON {referred} FOR EACH ROW EXECUTE FUNCTION {name}()")
    op.execute(
        f"CREATE TRIGGER {name}_by_id AFTER UPDATE OF id ON {referred} FOR EACH ROW "
        f"WHEN (NEW.id <> OLD.id) EXECUTE FUNCTION {name}()"
    )


def _make_function(name: str, checks: str, *, declared: str = "") -> None:
    """Make what a trigger calls; a dump that is restored finds its tables by the path of today."""
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ "
        f"DECLARE {declared} BEGIN {checks} RETURN NULL; END $$"
    )


def _violated(table: str, column: str, referred: str) -> str:
    """Say it as a foreign key does: programs see no difference."""
    constraint = _name(table, column, referred)
    return (
        "RAISE foreign_key_violation USING "
        f"""MESSAGE = '{table}.{column} and {referred}.id violate foreign key constraint "{constraint}"', """
        f"TABLE = '{table}', CONSTRAINT = '{constraint}';"
    )


def _name(table: str, column: str, referred: str) -> str:
    return f"fk_{table}_{column}_{referred}"
