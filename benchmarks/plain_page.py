"""A bare Flask page that runs one plain SQL query and shows its rows: what a page of ours is compared with."""

import os
from functools import cache

from flask import Flask, render_template_string, request
from sqlalchemy import Engine, create_engine, text

DATABASE_URL = "PLAIN_DATABASE_URL"
APPLICATION = "benchmarks.plain_page:app"
_ROWS = "<table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"
QUERIES = {
    "dashboard": (
        "SELECT tenant_id, status, site_id, model, firmware_version, count(*) FROM device_status GROUP BY 1, 2, 3, 4, 5"
    ),
    "topology": "SELECT tenant_id, site_id, subnet, status, count(*) FROM device_status GROUP BY 1, 2, 3, 4",
}
"""What the pages have to know, as somebody writes it who has to know it once."""

app = Flask("plain")


@cache
def _engine() -> Engine:
    return create_engine(os.environ[DATABASE_URL])


@app.get("/")
def page() -> str:
    """Show the first rows of a query: reading all of them is the query's, showing them would be the page's."""
    with _engine().connect() as connection:
        rows = connection.execute(text(QUERIES[request.args.get("query", "dashboard")])).all()
    return render_template_string(_ROWS, rows=rows[:50])
