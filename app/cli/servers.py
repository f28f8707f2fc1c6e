"""What serves: gunicorn with the application of the screens, gunicorn with the phone plane, the scheduler."""

import logging
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from socket import socket
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.util import import_app

from app import create_app
from app.cli import own_answers, process_control
from app.cli.given_sockets import forget_given_sockets
from app.cli.release import check_released, opened_database
from app.cli.stop_requests import StopRequests
from app.errors import RingmasterError
from app.scheduler import duty
from app.security.tenant_scope import ALL_TENANTS
from app.services import firmware
from app.services.firmware import files
from app.services.operations.calls import Ports
from app.transaction import reading
from config import Settings, SettingsError

log = logging.getLogger(__name__)

# nginx keeps its idle connections for a minute: the one that is asked closes later than the one that asks, so that no
# request is sent into a connection that is being closed (docs/decisions/0017).
_PLANE_KEEPS_IDLE_SECONDS = 75
# Pages ask for what is fresh every 5 to 15 seconds: on the connection that they have. An idle one costs no thread.
_WEB_KEEPS_IDLE_SECONDS = 20

PHONE_PLANE = "app.phone_api.plane:application"
PLANE_WORKER = "app.cli.plane_worker.PlaneWorker"
WEB_WORKER = "app.cli.web_worker.WebWorker"
_SHARED_MEMORY = Path("/dev", "shm")

Options = Mapping[str, Any]


def serve_web(settings: Settings, listener: socket) -> None:
    """Serve the screens, and the phone API beside them, until this process is stopped."""
    check_released(settings)
    _remove_left_behind(settings)
    _Server(web_options(settings), listener, lambda: create_app(settings)).run()


def serve_plane(settings: Settings, listener: socket) -> None:
    """Serve the phone plane until this process is stopped."""
    check_released(settings)
    _Server(plane_options(settings), listener, lambda: import_app(PHONE_PLANE)).run()


def serve_scheduler(settings: Settings) -> None:
    """Stand by as a scheduler, or lead, until this process is stopped."""
    with opened_database(settings) as database, StopRequests() as requests:
        ports = Ports(settings.phone_http_port, settings.phone_https_port, settings.phones_on_this_machine)
        duty.serve(database, is_asked_to_stop_within=requests.arrive_within, ports=ports)


def web_application(load: Callable[[], Settings]) -> Flask:
    """Build the application for a gunicorn started by hand; what is wrong ends it, said in sentences."""
    try:
        settings = load()
        check_released(settings)
        return create_app(settings)
    except (SettingsError, RingmasterError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(Arbiter.APP_LOAD_ERROR)


def web_options(settings: Settings) -> Options:
    """Return gunicorn's settings for the screens: few threads, because more are slower (performance 1.2)."""
    return {
        **_shared_options(settings),
        "proc_name": "web",
        "worker_class": WEB_WORKER,
        "workers": settings.web_workers,
        "threads": settings.web_threads,
        "keepalive": _WEB_KEEPS_IDLE_SECONDS,
        "timeout": 60,
    }


def plane_options(settings: Settings) -> Options:
    """Return gunicorn's settings for the phone plane: SQLite takes one writer, so one process (performance 6)."""
    workers = 1 if settings.uses_sqlite else os.cpu_count() or 1
    return {
        **_shared_options(settings),
        "proc_name": "plane",
        "worker_class": PLANE_WORKER,
        "asgi_lifespan": "on",
        "workers": settings.phone_workers or workers,
        "keepalive": _PLANE_KEEPS_IDLE_SECONDS,
        "timeout": 30,
    }


def _shared_options(settings: Settings) -> Options:
    return {
        "logger_class": _Log,
        "loglevel": settings.log_level,
        "accesslog": None,
        "control_socket_disable": True,
        "worker_tmp_dir": str(_SHARED_MEMORY) if _SHARED_MEMORY.is_dir() else None,
        "graceful_timeout": 4,
        "limit_request_line": 8190,
        "limit_request_fields": 64,
        "limit_request_field_size": 8190,
        "forwarded_allow_ips": ",".join(map(str, settings.trusted_proxies)),
        "secure_scheme_headers": {"X-FORWARDED-PROTO": "https"},
        "post_fork": _follow_master,
    }


def _remove_left_behind(settings: Settings) -> None:
    """Remove what uploads of firmware left in its folder that ended with their process."""
    folder = settings.firmware_folder
    with opened_database(settings) as database, files.held(folder):
        with reading(database, ALL_TENANTS) as session:
            named = firmware.checksums(session)
        removed = files.sweep(folder, named)
    if removed:
        log.info(
            "Removed from the folder of firmware what unfinished uploads had left: %s", ", ".join(removed)
        )


class _Server(BaseApplication):
    """gunicorn, configured from here alone: no file, no argument and no variable of its own changes it."""

    def __init__(self, options: Options, listener: socket, load: Callable[[], Any]) -> None:
        own_answers.be_plain()
        forget_given_sockets()  # gunicorn would listen at all of them, whichever they are for
        self._options = {**options, "bind": f"fd://{listener.detach()}"}
        self._load = load
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._load()


class _Log(Logger):
    """Writes what gunicorn has to say as all other lines of the process are written."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.setLevel("DEBUG" if cfg.loglevel == "DEBUG" else "WARNING")

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Write what gunicorn has filled in already as one kind of line, of which so many are written in a minute."""
        super().warning(*((msg, *args) if args else ("%s", msg)), **kwargs)


def _follow_master(_master: object, worker: Any) -> None:
    process_control.end_with_parent(worker.ppid)
    process_control.name_this_process(f"{worker.cfg.proc_name} worker")
