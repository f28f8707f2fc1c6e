"""The same work done as one would at first: Flask, an object for the phone's row, a commit for each request.

It stands beside the phone plane in the benchmark, so that what the plane's design brings is seen in one run. It reads
the report, compares, writes the same two rows, and leaves out all else that the plane does.
"""

import os
from datetime import UTC, datetime

from flask import Flask, Response, request
from sqlalchemy.orm import Session

from app.database import Database, make_engine
from app.models import DeviceSeen, DeviceStatus
from app.phone_api.keep_alive import COLUMNS
from benchmarks.reports import PATH

APPLICATION = "benchmarks.naive:make_application()"
DATABASE_URL = "NAIVE_DATABASE_URL"


def make_application() -> Flask:
    """Build the application on the database that the environment names."""
    app = Flask("naive")
    database = Database(make_engine(os.environ[DATABASE_URL]))

    @app.get("/")
    def hello() -> str:
        return "hello"

    @app.post(PATH)
    def keep_alive() -> Response:
        members = request.get_json(force=True)
        with Session(database.writer) as session, session.begin():
            _store(session, members, datetime.now(UTC))
        return Response('{"requests":[]}', content_type="application/json")

    return app


def _store(session: Session, members: dict[str, str], now: datetime) -> None:
    row = session.get_one(DeviceStatus, members["mac"])
    for name, text in members.items():
        if name.lower() in COLUMNS:
            setattr(row, COLUMNS[name.lower()], text)
    session.get_one(DeviceSeen, members["mac"]).seen_at = now
