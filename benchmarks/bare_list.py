"""A bare Flask page with one plain SQL query: the phones that changed last, or those in which a word is found."""

import os
from typing import Any

from flask import Flask, render_template_string, request
from sqlalchemy import create_engine, text

DATABASE_URL = "BENCHMARK_DATABASE_URL"
APPLICATION = "benchmarks.bare_list:application"

_QUERY = """
SELECT s.status, s.user_name, s.phone_number, s.status_changed_at, s.mac, s.ip, s.model, s.firmware_version,
  t.name AS tenant, p.name AS site, c.name AS template, seen.seen_at, s.location, s.btoe_status,
  s.btoe_version, s.usb_headset
FROM device_status s LEFT JOIN device_seen seen ON seen.mac = s.mac LEFT JOIN device d ON d.id = s.device_id
LEFT JOIN phone_user u ON u.id = d.phone_user_id LEFT JOIN tenant t ON t.id = s.tenant_id
LEFT JOIN site p ON p.id = s.site_id LEFT JOIN config_template c ON c.id = s.template_id
{where} ORDER BY s.status_changed_at DESC, s.mac DESC LIMIT 50"""
_WHERE = """
WHERE lower(s.user_name) LIKE :word OR lower(s.user_id) LIKE :word OR lower(s.phone_number) LIKE :word
  OR lower(s.ip) LIKE :word OR lower(s.model) LIKE :word OR u.name_key LIKE :word OR lower(u.display_name) LIKE :word
  OR lower(u.nickname) LIKE :word"""
_PAGE = """
<!DOCTYPE html><title>Phones</title><table>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</table>"""

application = Flask(__name__)
_engine = create_engine(os.environ.get(DATABASE_URL, "sqlite://"))


@application.get("/")
def _list() -> str:
    word = request.args.get("q", "")
    values: dict[str, Any] = {"word": f"%{word.lower()}%"} if word else {}
    with _engine.connect() as connection:
        rows = connection.execute(text(_QUERY.format(where=_WHERE if word else "")), values).all()
    return render_template_string(_PAGE, rows=rows)
