"""How gunicorn is configured for the screens and for the phone plane."""

import os
import re
from ipaddress import ip_network

import pytest
from gunicorn.config import Config

from app.cli.plane_worker import PlaneWorker
from app.cli.servers import WEB_WORKER, Options, plane_options, web_options
from config import Settings
from tests.nginx import CONFIGURATION

POSTGRESQL = "postgresql+psycopg://ringmaster@host/ringmaster"


def configured(options: Options) -> Config:
    """Return gunicorn's configuration, which refuses options that it does not know."""
    config = Config()
    for name, value in options.items():
        config.set(name, value)
    return config


@pytest.mark.parametrize("options_of", [web_options, plane_options])
def test_there_is_neither_a_control_socket_nor_an_access_log(options_of) -> None:
    config = configured(options_of(Settings()))
    assert (config.control_socket_disable, config.accesslog) == (True, None)


def test_the_screens_have_the_processes_and_threads_of_the_settings() -> None:
    config = configured(web_options(Settings(web_workers=2, web_threads=3)))
    assert (config.worker_class_str, config.workers, config.threads) == (WEB_WORKER, 2, 3)


@pytest.mark.parametrize(
    ("settings", "workers"),
    [
        (Settings(), 1),
        (Settings(database_url=POSTGRESQL), os.cpu_count()),
        (Settings(database_url=POSTGRESQL, phone_workers=5), 5),
    ],
)
def test_the_phone_plane_has_one_process_on_sqlite_and_one_for_each_core_on_postgresql(
    settings: Settings, workers: int
) -> None:
    config = configured(plane_options(settings))
    assert (config.worker_class, config.workers) == (PlaneWorker, workers)


def test_the_plane_keeps_an_idle_connection_longer_than_nginx_does() -> None:
    (seconds,) = re.findall(
        r"upstream plane \{.*?keepalive_timeout (\d+)s;", CONFIGURATION.read_text(), re.DOTALL
    )
    assert configured(plane_options(Settings())).keepalive > int(seconds)


@pytest.mark.parametrize(
    ("proxies", "believed"),
    [((), []), ((ip_network("10.0.0.0/8"), ip_network("::1/128")), ["10.0.0.0/8", "::1/128"])],
)
def test_only_trusted_proxies_say_that_a_request_came_by_https(proxies, believed) -> None:
    config = configured(web_options(Settings(trusted_proxies=proxies)))
    assert config.forwarded_allow_ips == believed
    assert config.secure_scheme_headers == {"X-FORWARDED-PROTO": "https"}


def test_what_gunicorn_has_filled_in_is_one_kind_of_line(caplog: pytest.LogCaptureFixture) -> None:
    """Of which so many are written in a minute; of each that it has filled in itself there would be as many."""
    log = web_options(Settings())["logger_class"](Config())
    for line in (
        "Invalid request from ip=192.0.2.1: Invalid header",
        "Invalid request from ip=192.0.2.1: Invalid Method",
    ):
        log.warning(line)
    assert {record.msg for record in caplog.records} == {"%s"}
    assert caplog.records[0].getMessage() == "Invalid request from ip=192.0.2.1: Invalid header"
