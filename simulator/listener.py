"""A listener for a whole fleet, each phone at its own address: conversations are known, and end when it closes."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress


class Listener(ABC):
    """Listens once for all phones; who calls is told apart by the address that was called."""

    def __init__(self, longest_line_bytes: int) -> None:
        self._longest_line_bytes = longest_line_bytes
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def open(self, host: str, port: int) -> int:
        """Listen, and return the port."""
        self._server = await asyncio.start_server(
            self._serve, host, port, limit=self._longest_line_bytes, backlog=1024
        )
        taken: int = self._server.sockets[0].getsockname()[1]
        return taken

    async def close(self) -> None:
        """Listen no more, and hang up."""
        if self._server is not None:
            self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    @abstractmethod
    async def _talk(self, address: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold the conversation with somebody who called a phone's address; errors of the connection end it."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        if talk is not None:
            self._talks.add(talk)
            talk.add_done_callback(self._talks.discard)
        try:
            await self._talk(writer.get_extra_info("sockname")[0], reader, writer)
        except (OSError, ValueError, asyncio.IncompleteReadError, TimeoutError, asyncio.CancelledError):
            pass  # who calls has hung up or speaks something else, or this listener closes
        finally:
            with suppress(OSError):
                writer.close()
