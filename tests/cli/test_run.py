"""`python run.py`: starts all of it, says so, starts again what dies, and leaves nothing behind."""

import signal
import socket
from pathlib import Path

import pytest

from tests.cli.running import children_of, environment, kill, ringmaster

PHONE_FILE = "/ipp/dhcpoption160.cfg"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One installation for all of these tests: the second start is the usual one."""
    return tmp_path_factory.mktemp("installation") / "data"


@pytest.fixture
def env(data_dir: Path) -> dict[str, str]:
    return environment(data_dir, ADMIN_PASSWORD="pass_1234")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_serves_people_and_phones_until_it_is_stopped(env: dict[str, str], number: signal.Signals) -> None:
    with ringmaster(env) as running:
        screens, phones = running.ports
        assert running.status(screens, "/login/") == 200
        assert running.status(screens, PHONE_FILE) == 200
        assert running.status(phones, PHONE_FILE) == 200
        assert running.status(phones, "/login/") == 404
        exit_code, last_words = running.stop(number)
    assert exit_code == 0
    assert "Traceback" not in running.said + last_words


def test_it_says_where_to_look_and_how_to_sign_in(env: dict[str, str]) -> None:
    with ringmaster(env) as running:
        screens, phones = running.ports
    assert f"Screens          http://127.0.0.1:{screens}/" in running.said
    assert f"http://127.0.0.1:{phones}/firmwarefiles;ipp/dhcpoption160.cfg" in running.said
    assert "acladmin, with the password you gave in RINGMASTER_ADMIN_PASSWORD" in running.said


def test_a_made_password_is_said_at_the_first_start_only(tmp_path: Path) -> None:
    env = environment(tmp_path / "data")
    with ringmaster(env) as first:
        first.stop(signal.SIGINT)
    with ringmaster(env) as second:
        second.stop(signal.SIGINT)
    assert "acladmin, password " in first.said
    assert "acladmin, with its password (`python run.py reset-password` makes another)" in second.said


@pytest.mark.parametrize(("name", "port", "path"), [("web", 0, "/login/"), ("plane", 1, PHONE_FILE)])
def test_a_server_that_is_killed_is_started_again_and_refuses_nobody_meanwhile(
    env: dict[str, str], name: str, port: int, path: str
) -> None:
    with ringmaster(env) as running:
        killed = running.pid_of(name)
        kill(killed)
        assert running.status(running.ports[port], path) == 200
        assert running.pid_of(name) != killed


def test_a_worker_that_is_killed_is_started_again_by_its_server(env: dict[str, str]) -> None:
    with ringmaster(env) as running:
        kill(children_of(running.pid_of("plane"))[0])
        assert running.status(running.ports[1], PHONE_FILE) == 200


def test_a_scheduler_that_is_killed_is_started_again(env: dict[str, str]) -> None:
    with ringmaster(env) as running:
        kill(running.pid_of("scheduler"))
        assert running.next_line_with("scheduler was ended by SIGKILL; it starts again in 0.2 s.")
        assert running.next_line_with("scheduler INFO This scheduler stands for election.")


def test_nothing_is_left_that_keeps_a_port_when_it_is_killed(env: dict[str, str]) -> None:
    with ringmaster(env) as running:
        kill(running.process.pid)
        for port in running.ports:
            with socket.create_server(("127.0.0.1", port)) as listener:
                assert listener.getsockname()[1] == port
