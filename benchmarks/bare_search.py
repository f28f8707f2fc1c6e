"""A bare Flask page that runs one plain SQL query: what the search of everything is measured against.

It looks for the words in phones and their users, as they are typed, for anybody: without roles, tenants, grouping or
a frame.
"""

import os

from flask import Flask, request
from markupsafe import escape
from sqlalchemy import text

from app.database import make_engine

APPLICATION = "benchmarks.bare_search:make_application()"
DATABASE_URL = "BARE_DATABASE_URL"
_QUERY = text("""\
SELECT s.mac, s.user_name, s.phone_number, s.ip, s.model, s.status, u.display_name
FROM device_status s LEFT JOIN device d ON d.id = s.device_id LEFT JOIN phone_user u ON u.id = d.phone_user_id
WHERE s.mac LIKE :part OR s.phone_number LIKE :part OR s.ip LIKE :part OR lower(s.user_name) LIKE :part
   OR lower(u.name) LIKE :part OR lower(u.display_name) LIKE :part OR lower(d.display_name) LIKE :part
ORDER BY s.mac LIMIT 11""")


def make_application() -> Flask:
    """Build the application on the database that the environment names."""
    app = Flask("bare_search")
    engine = make_engine(os.environ[DATABASE_URL])

    @app.get("/")
    def hello() -> str:
        return "hello"

    @app.get("/search/")
    def search() -> str:
        part = f"%{request.args.get('q', '').lower()}%"
        with engine.connect() as connection:
            rows = connection.execute(_QUERY, {"part": part}).all()
        items = "".join(f"<li>{escape(' '.join(str(value or '') for value in row))}</li>" for row in rows)
        return f"<!DOCTYPE html><title>Search</title><ul>{items}</ul>"

    return app
