"""A bare Flask page that runs one plain SQL query: what the search of everything is measured against.

It looks for the words in the same columns of the same tables, for anybody: without roles, tenants or a frame. What has
exactly the words comes first, as on the page; else it would stop at the first eleven that have them anywhere.
"""

import os

from flask import Flask, request
from markupsafe import escape
from sqlalchemy import text

from app.database import make_engine

APPLICATION = "benchmarks.bare_search:make_application()"
DATABASE_URL = "BARE_DATABASE_URL"
_QUERY = text("""\
SELECT * FROM (SELECT 'phone', s.mac, s.user_name, s.phone_number, s.ip
  FROM device_status s LEFT JOIN device d ON d.id = s.device_id
  WHERE s.mac LIKE :part OR s.phone_number LIKE :part OR s.ip LIKE :part OR lower(s.user_name) LIKE :part
     OR lower(d.display_name) LIKE :part OR lower(d.serial_number) LIKE :part
  ORDER BY (s.mac = :whole OR s.phone_number = :whole OR s.ip = :whole OR s.user_name = :whole) DESC, s.mac
  LIMIT 11) AS phones
UNION ALL SELECT * FROM (SELECT 'user', u.name, u.display_name, t.name, ''
  FROM phone_user u JOIN tenant t ON t.id = u.tenant_id
  WHERE u.name_key LIKE :part OR lower(u.display_name) LIKE :part OR lower(u.nickname) LIKE :part
  ORDER BY u.name_key LIKE :first DESC, u.name_key LIMIT 11) AS users
UNION ALL SELECT * FROM (SELECT 'alarm', a.name, a.source, a.text, ''
  FROM alarm a WHERE a.cleared_at IS NULL AND (lower(a.name) LIKE :part OR lower(a.text) LIKE :part OR a.mac LIKE :part)
  ORDER BY a.last_raised_at DESC LIMIT 11) AS alarms
UNION ALL SELECT * FROM (SELECT 'tenant', name, description, '', ''
  FROM tenant WHERE name_key LIKE :part OR lower(description) LIKE :part
  ORDER BY name_key LIKE :first DESC, name_key LIMIT 11) AS tenants
UNION ALL SELECT * FROM (SELECT 'site', name, description, '', ''
  FROM site WHERE name_key LIKE :part OR lower(description) LIKE :part
  ORDER BY name_key LIKE :first DESC, name_key LIMIT 11) AS sites
UNION ALL SELECT * FROM (SELECT 'template', name, description, '', ''
  FROM config_template WHERE name_key LIKE :part OR lower(description) LIKE :part
  ORDER BY name_key LIKE :first DESC, name_key LIMIT 11) AS templates
UNION ALL SELECT * FROM (SELECT 'firmware', name, version, description, ''
  FROM firmware WHERE name_key LIKE :part OR lower(version) LIKE :part ORDER BY name_key LIMIT 11) AS files""")


def make_application() -> Flask:
    """Build the application on the database that the environment names."""
    app = Flask("bare_search")
    engine = make_engine(os.environ[DATABASE_URL])

    @app.get("/")
    def hello() -> str:
        return "hello"

    @app.get("/search/")
    def search() -> str:
        words = request.args.get("q", "")
        bound = {"part": f"%{words.lower()}%", "first": f"{words.lower()}%", "whole": words}
        with engine.connect() as connection:
            rows = connection.execute(_QUERY, bound).all()
        items = "".join(f"<li>{escape(' '.join(str(value or '') for value in row))}</li>" for row in rows)
        return f"<!DOCTYPE html><title>Search</title><ul>{items}</ul>"

    return app
