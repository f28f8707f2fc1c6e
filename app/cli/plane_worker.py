"""gunicorn's worker for the phone plane, with a backlog that a whole fleet fits into."""

from functools import partial

from gunicorn.workers.gasgi import ASGIWorker

from app.cli import listeners


class PlaneWorker(ASGIWorker):
    """Serves the phone plane.

    asyncio would cut the backlog of the listener to 100 connections when it begins to serve. When a fleet calls at
    once, what does not fit is dropped by the kernel, and each such phone waits for half a minute.
    """

    def run(self) -> None:
        """Serve until this worker is stopped."""
        self.loop.create_server = partial(self.loop.create_server, backlog=listeners.BACKLOG)
        super().run()
