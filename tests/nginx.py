"""nginx with the configuration that administrators copy, its places filled in, on free ports of this machine."""

import getpass
import os
import re
import ssl
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from tests.debian_servers import ADDRESS, find_program, make_certificate, running
from tests.free_ports import free_port

CONFIGURATION = Path(__file__).parent.parent / "deploy" / "nginx" / "ringmaster.conf"


@dataclass(frozen=True)
class Nginx:
    """A running nginx: where it answers, what it is made of, and whom its callers over TLS have to trust."""

    url: str
    tls_url: str
    certificate: Path
    configuration: Path
    pid: int

    @property
    def trust(self) -> ssl.SSLContext:
        """What a caller over TLS needs to believe it."""
        return ssl.create_default_context(cafile=str(self.certificate))


@contextmanager
def running_nginx(
    *,
    web: str,
    plane: str,
    firmware_folder: Path,
    changed: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Nginx]:
    """Yield nginx in front of the screens and the plane (``host:port`` each); it ends whatever happens meanwhile.

    It runs as the user of the tests, writes into a folder of its own, and serves firmware from a folder that is there.
    ``changed`` are further parts of the configuration and what stands in their place.
    """
    with tempfile.TemporaryDirectory(prefix="ringmaster-nginx-") as name:
        folder = Path(name)
        make_certificate(folder)
        plain, tls = free_port(), free_port()
        places = {**_places(folder, web, plane, firmware_folder, plain, tls), **changed}
        configuration = folder / "nginx.conf"
        configuration.write_text(filled_in(CONFIGURATION.read_text(), places))
        command = [find_program("nginx"), "-c", str(configuration), "-g", "daemon off;"]
        with running(command, (plain, tls), folder / "said.log") as process:
            urls = f"http://{ADDRESS}:{plain}", f"https://{ADDRESS}:{tls}"
            yield Nginx(*urls, folder / "certificate.pem", configuration, process.pid)


def filled_in(text: str, places: dict[str, str]) -> str:
    """Return the configuration with each place changed; one that is not there is an error."""
    for place, value in places.items():
        if place not in text:
            raise ValueError(f"The configuration of nginx has no {place!r}.")
        text = text.replace(place, value)
    return text


def check(configuration: Path) -> subprocess.CompletedProcess[str]:
    """Let nginx itself say what it thinks of a configuration."""
    command = [find_program("nginx"), "-t", "-c", str(configuration)]
    return subprocess.run(command, text=True, capture_output=True, check=False)


def _places(
    folder: Path, web: str, plane: str, firmware_folder: Path, plain: int, tls: int
) -> dict[str, str]:
    """Return what an administrator edits, and where nginx may listen and write on this machine."""
    open_files = _most_open_files()
    parts = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{part}_temp_path {folder / part};\n" for part in parts)
    return {
        "user www-data;": f"user {getpass.getuser()};" if os.geteuid() == 0 else "",
        "/run/nginx.pid": str(folder / "nginx.pid"),
        "/var/log/nginx": str(folder),
        "http {\n": f"http {{\n{temporary}",
        "listen 80 ": f"listen {ADDRESS}:{plain} ",
        "listen 443 ": f"listen {ADDRESS}:{tls} ",
        "127.0.0.1:8080 ": f"{web} ",
        "127.0.0.1:8081 ": f"{plane} ",
        "/etc/ssl/ringmaster/fullchain.pem": str(folder / "certificate.pem"),
        "/etc/ssl/ringmaster/privkey.pem": str(folder / "key.pem"),
        "/var/lib/ringmaster/firmware/": f"{firmware_folder}/",
        "rlimit_nofile 131072": f"rlimit_nofile {open_files}",
        "worker_connections 65536": f"worker_connections {min(open_files, 65536)}",
    }


def _most_open_files() -> int:
    """Return what this machine lets nginx have, where it is less than a server should have."""
    limits = re.search(r"Max open files +\d+ +(\d+)", Path("/proc/self/limits").read_text())
    return min(131072, int(limits[1])) if limits else 1024
