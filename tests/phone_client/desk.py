"""A phone with web pages, as the simulator has them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from app.models.enums import Action, Way
from app.rules.phone_calls import FACTORY, Outcome, PhoneCall
from simulator.web_pages import Manner, WebPages

MAC = "00908f000001"
ADDRESS = "127.3.0.1"


@dataclass
class Desk:
    """A phone that notes what it is asked."""

    mac: str = MAC
    is_on: bool = True
    web_credentials: tuple[str, str] = ("admin", "1234")
    status_page: str = "<status><line><id>1</id></line></status>"
    obeyed: list[str] = field(default_factory=list)

    def obey(self, command: str) -> None:
        """Note it."""
        self.obeyed.append(command)


def call(port: int, action: Action = Action.RESTART, **more: Any) -> PhoneCall:
    """Return a call of that phone."""
    usual: dict[str, Any] = {"mac": MAC, "root": f"http://{ADDRESS}:{port}", "sign_ins": [FACTORY]}
    return PhoneCall(action=action, way=Way.DIRECT, **{**usual, **more})


def visited(desk: Desk, story: Callable[[int], Awaitable[Outcome]], manner: Manner = Manner.WELL) -> Outcome:
    """Return what comes of a story that is told the port of the phone's pages."""

    async def scene() -> Outcome:
        pages = WebPages({ADDRESS: desk}, {ADDRESS: manner}, slowness=0.05)
        port = await pages.open("127.3.0.1", 0)
        try:
            return await story(port)
        finally:
            await pages.close()

    return asyncio.run(scene())
