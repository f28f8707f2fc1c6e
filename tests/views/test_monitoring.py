"""What programs ask that watch over the web server: health, and figures; who may read them, and what is in them."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from flask import Flask

from app.database import Database, make_engine
from app.security.secrets import open_vault
from app.security.tenant_scope import ALL_TENANTS
from app.services import silence
from app.services.monitoring import jobs
from app.services.monitoring.jobs import Run
from app.transaction import writing
from app.views.monitoring import CHECKS
from tests.views.browsing import Browser
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import World

RULES = Path(__file__).parents[2] / "deploy" / "prometheus" / "ringmaster-alerts.yml"
ALERTS = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
LINE = re.compile(r'[a-z_]+(\{[a-z]+="[^"\n]*"(,[a-z]+="[^"\n]*")*\})? [0-9.e+-]+')


def test_it_lives_and_is_ready_and_nobody_signs_in_for_it(app: Flask, world: World):
    visitor = Browser(app)
    assert visitor.get("/health/live").json == {"status": "live"}
    ready = visitor.get("/health/ready")
    assert ready.status_code == 200
    assert set(ready.json["checks"]) == {"database", "migrations", "key", "disk", "firmware"}
    assert set(ready.json["checks"].values()) == {"well"}
    assert ready.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_it_is_not_ready_with_another_key_and_says_no_more_than_that(app: Flask, world: World):
    open_vault("another key, of another installation")
    ready = Browser(app).get("/health/ready")
    assert ready.status_code == 503
    assert ready.json["status"] == "not ready"
    assert ready.json["checks"]["key"] == "not well"
    assert ready.json["checks"]["database"] == "well"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_it_lives_while_the_database_is_away_and_cannot_serve(app: Flask, world: World):
    away = make_engine("postgresql+psycopg://nobody@127.0.0.1:9/nowhere")
    app.extensions["ringmaster_database"] = Database(away)
    del app.extensions[CHECKS]  # made anew, they look at this one
    visitor = Browser(app)
    assert visitor.get("/health/live").status_code == 200
    ready = visitor.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json["checks"] == {
        "database": "not well", "migrations": "not well", "key": "not well", "disk": "well", "firmware": "well",
    }  # fmt: skip


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_how_it_is_holds_for_a_moment_however_often_it_is_asked(app: Flask, world: World):
    visitor = Browser(app)
    visitor.get("/health/ready")
    found = app.extensions[CHECKS].get()
    visitor.get("/health/ready")
    assert app.extensions[CHECKS].get() is found


def test_the_figures_say_how_phones_alarms_queues_and_jobs_are(app: Flask, world: World, sign_in: SignIn):
    now = datetime.now(UTC)
    late = Run(
        name="outages",
        every=timedelta(seconds=5),
        done_at=now - timedelta(minutes=2),
        took_seconds=0.5,
        failed_at=None,
    )
    waits = replace(late, name="notices", done_at=None)
    with writing(database_of(app), ALL_TENANTS) as session:
        silence.beat(session, now=now - timedelta(seconds=40))
        jobs.note(session, [late, waits])
    sign_in("vera").get("/dashboard/")
    text = Browser(app).get("/metrics").text
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(LINE.fullmatch(line) for line in lines)
    assert len(lines) < 150
    figures = dict(line.rsplit(" ", 1) for line in lines)
    assert figures['ringmaster_phones{status="registered"}'] == "2"
    assert figures['ringmaster_phones{status="disconnected"}'] == "0"
    assert figures['ringmaster_alarms_active{severity="critical"}'] == "1"
    assert figures['ringmaster_deliveries{state="given_up"}'] == "2"
    assert figures['ringmaster_queue_length{queue="imports"}'] == "0"
    assert 110 < float(figures['ringmaster_job_lag_seconds{task="outages"}']) < 200
    assert figures['ringmaster_job_duration_seconds{task="outages"}'] == "0.5"
    assert not [name for name in figures if "notices" in name]
    assert float(figures["ringmaster_plane_heartbeat_age_seconds"]) >= 40
    assert figures["ringmaster_ready"] == "1"
    assert int(figures['ringmaster_requests_total{door="web",kind="screen",status="2xx"}']) > 0
    assert (
        figures['ringmaster_request_duration_seconds_bucket{door="web",le="+Inf"}']
        == (figures['ringmaster_request_duration_seconds_count{door="web"}'])
    )
    for word in ("acme", "globex", "vera", "00908f"):
        assert word not in text.lower()
    # Prometheus has labels of these names for the one it asks, and would call ours by other names.
    assert not [line for line in lines if 'job="' in line or 'instance="' in line]


def test_the_alert_rules_ask_for_figures_and_labels_that_there_are(app: Flask, world: World, sign_in: SignIn):
    with writing(database_of(app), ALL_TENANTS) as session:
        silence.beat(session, now=datetime.now(UTC))
        done = Run(
            name="outages",
            every=timedelta(seconds=5),
            done_at=datetime.now(UTC),
            took_seconds=0.5,
            failed_at=None,
        )
        jobs.note(session, [done])
    sign_in("vera").get("/dashboard/")
    lines = [line for line in Browser(app).get("/metrics").text.splitlines() if not line.startswith("#")]
    labels: dict[str, set[str]] = {"up": {"job", "instance", "part"}}
    for line in lines:
        name, _, rest = line.partition("{")
        labels.setdefault(name.split(" ")[0], set()).update(re.findall(r'(\w+)="', rest))
    for rule in ALERTS:
        expression = rule["expr"]
        (figure,) = set(re.findall(r"\b(?:up|ringmaster_\w+)\b", expression))
        grouped_by = set(re.findall(r"^\w+ by \((\w+)\)", expression))
        asked = set(re.findall(r'(\w+)="', expression)) | grouped_by
        told = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        assert asked <= labels[figure], rule["alert"]
        assert told <= (grouped_by or labels[figure] | labels["up"]), rule["alert"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_figures_are_read_from_permitted_networks_or_with_the_token(app: Flask, world: World):
    visitor = Browser(app)
    elsewhere = {"environ_base": {"REMOTE_ADDR": "10.0.0.1"}}
    assert visitor.get("/metrics").status_code == 200
    assert visitor.get("/metrics", **elsewhere).status_code == 403
    # A proxy that nobody named stands in front: what comes from it may come from anywhere.
    assert visitor.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
    settings = app.extensions["ringmaster_settings"]
    app.extensions["ringmaster_settings"] = replace(settings, metrics_token="0123456789abcdef")
    for token, status in (("0123456789abcdef", 200), ("0123456789abcdeX", 403), ("ü", 403)):
        answer = visitor.get("/metrics", headers={"Authorization": f"Bearer {token}"}, **elsewhere)
        assert answer.status_code == status
