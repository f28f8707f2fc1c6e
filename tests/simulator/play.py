"""Play a story against a manager of its own, with phones that do not dawdle."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from simulator.options import Options
from tests.simulator.protocol_server import Manager

NO_TIME = timedelta(0)
TENANT_PATH = "firmwarefiles;ipp/tenant/Acme"
SYSTEM_PATH = "firmwarefiles;ipp/dhcpoption160.cfg"


def play(story: Callable[[Manager], Awaitable[None]]) -> None:
    """Run the story; what it asserts, it asserts itself."""

    async def scene() -> None:
        async with Manager() as manager:
            await story(manager)

    asyncio.run(scene())


def options(manager: Manager, path: str = TENANT_PATH, **chosen: Any) -> Options:
    """One 430HD that boots at once and writes faultless JSON, with whatever else is chosen."""
    quick: dict[str, Any] = {
        "phones": 1,
        "models": (("430HD", 1),),
        "boot_over": NO_TIME,
        "retry_pause": NO_TIME,
        "reboot_time": NO_TIME,
        "trailing_commas": 0.0,
        "concurrency": 50,
    }
    return Options(url=f"{manager.origin}/{path}", **{**quick, **chosen})
