"""nginx in front of what is measured, with the configuration that administrators copy."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from benchmarks.servers import Server
from benchmarks.workbench import Workbench
from tests.nginx import Nginx, running_nginx

NO_NGINX = "nginx is not installed"
BEHIND_IT: Mapping[str, str] = MappingProxyType({"RINGMASTER_TRUSTED_PROXIES": "127.0.0.1"})
"""What a server is told that has nginx in front."""


def has_nginx() -> bool:
    """Whether nginx is installed."""
    return shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin") is not None


@contextmanager
def nginx(
    bench: Workbench, plane: Server, changed: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Nginx]:
    """Run nginx in front of a plane; ``changed`` are parts of its configuration, and what stands in their place.

    There are no screens behind it: what is not for phones would reach the plane, too.
    """
    folder = bench.folder / "firmware"
    folder.mkdir(exist_ok=True)
    with running_nginx(web=plane.bind, plane=plane.bind, firmware_folder=folder, changed=changed) as running:
        yield running
