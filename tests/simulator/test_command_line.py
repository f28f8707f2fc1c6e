"""The command line, read and run as a person does."""

import asyncio
import json
import re
import signal
import sys
from datetime import timedelta
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from simulator import command_line
from simulator.errors import InvalidOptionError
from simulator.options import TrainMix
from tests.simulator.play import TENANT_PATH, play
from tests.simulator.protocol_server import KEEP_ALIVE, Fault, Manager

URL = "http://mgr/firmwarefiles;ipp/tenant/Acme"


async def run(*arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator",
        *arguments,
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await process.communicate()
    return process.returncode or 0, said.decode(), complained.decode()


def test_words_become_options() -> None:
    words = (
        "--url", URL, "--phones", "500", "--models", "450HD:5,430HD", "--train", "mixed", "--period", "2.5",
        "--network", "10.1.0.0/16", "--network", "10.2.0.0/24", "--header", "X-Forwarded-For: <IP>",
        "--download-firmware", "--insecure", "--until", "registered", "--duration", "9",
    )  # fmt: skip
    command = command_line.read(words)
    assert command.options.phones == 500
    assert command.options.models == [("450HD", 5), ("430HD", 1)]
    assert command.options.train is TrainMix.MIXED
    assert command.options.period == timedelta(seconds=2.5)
    assert command.options.networks == [IPv4Network("10.1.0.0/16"), IPv4Network("10.2.0.0/24")]
    assert command.options.headers == [("X-Forwarded-For", "<IP>")]
    assert command.options.downloads_firmware
    assert not command.options.verifies_certificates
    assert (command.until, command.duration) == ("registered", 9.0)


def test_option_given_beside_a_scenario_wins() -> None:
    options = command_line.read(["--url", URL, "--scenario", "day", "--vanish", "0.5"]).options
    assert (options.vanish, options.shared_desks) == (0.5, 0.1)


def test_reports_are_kept_when_they_are_to_be_written() -> None:
    assert command_line.read(["--url", URL, "--acknowledged", "x"]).options.keeps_acknowledged
    assert not command_line.read(["--url", URL]).options.keeps_acknowledged


@pytest.mark.parametrize(
    "words",
    [
        ["--network", "10.1.0.1/16"],
        ["--models", "430HD:many"],
        ["--header", "none"],
        ["--period", "-1"],
        ["--period", "nan"],
        ["--train", "other"],
        ["--unknown"],
    ],
)
def test_word_that_cannot_be_read_ends_the_program(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.read(["--url", URL, *words])
    assert ended.value.code == 2


def test_word_that_cannot_be_followed_is_refused() -> None:
    with pytest.raises(InvalidOptionError, match="999HD"):
        command_line.read(["--url", URL, "--models", "999HD"])


def test_run_until_registered_ends_well_and_writes_its_figures(tmp_path: Path) -> None:
    async def story(manager: Manager) -> None:
        figures, log = tmp_path / "figures.json", tmp_path / "log"
        code, said, complained = await run(
            "--url", f"{manager.origin}/{TENANT_PATH}", "--phones", "5", "--scenario", "storm",
            "--until", "registered", "--json", str(figures), "--acknowledged", str(log), "--quiet",
        )  # fmt: skip
        assert (code, complained) == (0, "")
        assert "5 phones" in said
        assert json.loads(figures.read_text())["states"] == {"registered": 5}
        logged = [json.loads(line)["fields"]["sessionId"] for line in log.read_text().splitlines()]
        assert sorted(logged) == sorted(report["sessionId"] for report in manager.reports)

    play(story)


def test_run_that_fails_says_what_and_exits_with_1() -> None:
    async def story(manager: Manager) -> None:
        manager.fail_next(KEEP_ALIVE, Fault(500, b"x"), times=1000)
        code, said, complained = await run(
            "--url", f"{manager.origin}/{TENANT_PATH}", "--phones", "1", "--duration", "1.2",
            "--boot-over", "0", "--retry-pause", "0",
        )  # fmt: skip
        assert code == 1
        assert "report: answered 500" in said
        assert "requests/s" in complained

    play(story)


def test_run_that_does_not_get_there_in_time_exits_with_1() -> None:
    async def story(manager: Manager) -> None:
        code, said, _ = await run(
            "--url", f"{manager.origin}/{TENANT_PATH}", "--phones", "1", "--no-sign-in", "--boot-over", "0",
            "--until", "registered", "--duration", "0.5",
        )  # fmt: skip
        assert code == 1
        assert "nothing failed" in said

    play(story)


def test_interrupted_run_still_sums_up() -> None:
    async def story(manager: Manager) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "simulator", "--url", f"{manager.origin}/{TENANT_PATH}", "--phones", "2",
            "--boot-over", "0", "--quiet",
            cwd=Path(__file__).parents[2], stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        await manager.until(lambda: len(manager.reports) == 4)
        process.send_signal(signal.SIGINT)
        said, _ = await process.communicate()
        assert process.returncode == 0
        assert b"2 registered" in said

    play(story)


def test_every_option_is_in_the_guide(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command_line.read(["--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    guide = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")
    assert options
    assert options <= set(re.findall(r"--[a-z-]+", guide))


def test_options_that_make_no_sense_exit_with_2() -> None:
    code, said, complained = asyncio.run(run("--url", "ftp://mgr/fw.img"))
    assert (code, said) == (2, "")
    assert "ftp://mgr/fw.img" in complained
    assert "Traceback" not in complained
