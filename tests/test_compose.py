"""The compose file: its settings are settings, and nginx takes what it makes of the one configuration."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from config import describe_unknown_settings, load_settings
from tests import nginx
from tests.debian_servers import make_certificate

DEPLOY = Path(__file__).parent.parent / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
GIVEN = {
    "DATABASE_PASSWORD": "hush",
    "SECRET_KEY": "a key for tests only",
    "ADMIN_PASSWORD": "pass_1234",
    "PUBLIC_URL": "http://phones.example.com",
    "REST_PORT": "80",
}


def test_its_example_names_what_it_asks_for() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    example = set(re.findall(r"^(\w+)=", (DEPLOY / "compose.env.example").read_text(), re.MULTILINE))
    assert asked == example == set(GIVEN)


@pytest.mark.parametrize("service", ["ringmaster-a", "ringmaster-b"])
def test_both_hosts_start_with_settings_that_there_are(service: str) -> None:
    def filled_in(value: str) -> str:
        return re.sub(r"\$\{(\w+)[^}]*\}", lambda found: GIVEN[found[1]], value)

    environment = {
        name: filled_in(value) for name, value in COMPOSE["services"][service]["environment"].items()
    }
    assert not describe_unknown_settings(environment)
    settings = load_settings(environment)
    assert str(settings.firmware_folder) in {
        volume.split(":")[1] for volume in COMPOSE["services"][service]["volumes"]
    }


def test_nginx_takes_what_it_makes_of_the_configuration(tmp_path: Path) -> None:
    script = COMPOSE["services"]["nginx"]["command"][2]
    make_certificate(tmp_path)
    here = {
        "/etc/ringmaster.conf": str(nginx.CONFIGURATION),
        "/etc/nginx/nginx.conf": str(tmp_path / "nginx.conf"),
        "&& exec nginx -g 'daemon off;'": "",
    }
    for there, place in here.items():
        assert there in script
        script = script.replace(there, place)
    subprocess.run(["sh", "-c", script], check=True)
    made = tmp_path / "nginx.conf"
    text = made.read_text()
    for address in ("172.30.0.11", "172.30.0.12"):
        assert re.findall(rf"^ *server {address}:(\d+) ", text, re.MULTILINE) == ["8081", "8081", "8080"]
    made.write_text(
        text.replace("/etc/ssl/ringmaster/fullchain.pem", str(tmp_path / "certificate.pem"))
        .replace("/etc/ssl/ringmaster/privkey.pem", str(tmp_path / "key.pem"))
        .replace("/run/nginx.pid", str(tmp_path / "nginx.pid"))
    )
    said = nginx.check(made)
    assert said.returncode == 0, said.stderr
