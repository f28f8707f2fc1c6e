"""Phone plane, web server and scheduler together, with the settings of the environment."""

from collections.abc import Sequence
from functools import partial
from socket import socket

from app.cli import servers
from app.cli.accounts import FIRST_ADMINISTRATOR
from app.cli.listeners import listen_for_phones, listen_for_screens, wait_until_answering
from app.cli.release import release
from app.cli.supervisor import Program, supervise
from app.cli.welcome import welcome
from app.logs import writing as logs
from config import Settings


def run(settings: Settings) -> None:
    """Bring the database up to date, start all processes, say when they are ready, and end when stopped."""
    screens, phones = listen_for_screens(settings), listen_for_phones(settings)
    made_password = release(settings)
    text = welcome(settings, screens, _how_to_sign_in(settings, made_password))
    supervise(programs(settings, screens, phones, text), logs.plan_of(settings))


def programs(settings: Settings, screens: socket, phones: socket, text: str) -> list[Program]:
    """Return the processes that make up Ringmaster, and the one that says the text when they are ready."""
    return [
        Program("plane", partial(servers.serve_plane, settings, phones)),
        Program("web", partial(servers.serve_web, settings, screens)),
        Program("scheduler", partial(servers.serve_scheduler, settings)),
        Program("herald", partial(_announce, (screens, phones), text), runs_once=True),
    ]


def _announce(listeners: Sequence[socket], text: str) -> None:
    for listener in listeners:
        wait_until_answering(listener)
    print(text, flush=True)


def _how_to_sign_in(settings: Settings, made_password: str | None) -> str:
    if settings.admin_password:
        return f"{FIRST_ADMINISTRATOR}, with the password you gave in RINGMASTER_ADMIN_PASSWORD"
    if made_password:
        return f"{FIRST_ADMINISTRATOR}, password {made_password} (shown this once)"
    return f"{FIRST_ADMINISTRATOR}, with its password (`python run.py reset-password` makes another)"
