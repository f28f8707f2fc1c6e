"""Firmware downloads: which may begin, which are put off, and who sends the bytes (docs/decisions/0013)."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import TypeAlias

from app.phone_api.download_slots import Downloader, DownloadSlots, Limits
from app.phone_api.errors import LATER, refuse_busy
from app.phone_api.messages import FilePart, PhoneRequest, PhoneResponse
from app.rules.proxies import is_proxy
from config import IPNetwork, Settings

SHORT_BYTES = 64 * 1024
"""What is no longer is no download: phones read the first 4 KiB of an image to compare versions (protocol 7.3)."""

_ASSUMED_RATE = 1_000_000

FindSite: TypeAlias = Callable[[str], int | None]


@dataclass(frozen=True, slots=True)
class Redirect:
    """How nginx sends firmware: from which internal location (empty: not at all), and how fast in bytes per second.

    ``proxies`` are the addresses that nginx calls from.
    """

    location: str = ""
    rate: int = 0
    proxies: Sequence[IPNetwork] = ()


class FirmwareDownloads:
    """The downloads of one process. ``do_reports_wait`` says whether reports wait in numbers, which go first.

    What nginx sends is counted for as long as it takes at its rate, because nobody tells when it ends.
    """

    def __init__(
        self,
        streamed: DownloadSlots,
        redirected: DownloadSlots,
        redirect: Redirect,
        do_reports_wait: Callable[[], bool],
    ) -> None:
        self._streamed = streamed
        self._redirected = redirected
        self._redirect = redirect
        self._do_reports_wait = do_reports_wait

    def admit(self, request: PhoneRequest, response: PhoneResponse, find_site: FindSite) -> PhoneResponse:
        """Return how a phone is answered that would get this response: with it, by way of nginx, or put off.

        The site is looked up last, in the database; whoever is refused anyway costs no query.
        """
        part = response.file
        if part is None or part.length <= SHORT_BYTES:
            return response
        if part.offset == 0 and self._do_reports_wait():
            return refuse_busy("Reports of phones go before firmware. Try again later.", LATER)
        goes_by_proxy = self._redirect.location and is_proxy(request.connection, self._redirect.proxies)
        slots = self._redirected if goes_by_proxy else self._streamed
        if not slots.has_room(Downloader(request.peer), time.monotonic()):
            return _refuse()
        downloader = Downloader(request.peer, find_site(request.peer))
        if goes_by_proxy:
            return self._by_proxy(response, part, downloader)
        return replace(response, file=replace(part, downloader=downloader))

    @contextmanager
    def begun(self, response: PhoneResponse) -> Iterator[PhoneResponse]:
        """Count the download that a response is until the end of the block; yield it, or a refusal in its place."""
        downloader = response.file.downloader if response.file else None
        if downloader is None:
            yield response
            return
        slot = self._streamed.begin(downloader, time.monotonic())
        if slot is None:
            yield _refuse()
            return
        with closing(slot):
            yield response

    def _by_proxy(self, response: PhoneResponse, part: FilePart, downloader: Downloader) -> PhoneResponse:
        """Return the answer that makes nginx send the file; of a range, nginx itself takes the part."""
        seconds = part.length / (self._redirect.rate or _ASSUMED_RATE)
        if self._redirected.begin(downloader, time.monotonic(), seconds=seconds) is None:
            return _refuse()
        headers = {name: value for name, value in response.headers.items() if name != "Content-Range"}
        headers["X-Accel-Redirect"] = f"{self._redirect.location}{part.path.name}"
        headers["X-Accel-Limit-Rate"] = str(self._redirect.rate)
        return PhoneResponse(200, headers=headers)


def unlimited() -> FirmwareDownloads:
    """Return downloads without a limit, which are not redirected."""
    slots = DownloadSlots(Limits(0, 0, 0))
    return FirmwareDownloads(slots, slots, Redirect(), lambda: False)


def of_plane(settings: Settings, do_reports_wait: Callable[[], bool]) -> FirmwareDownloads:
    """Return the downloads of a process of the phone plane."""
    slots = DownloadSlots(_limits(settings))
    return FirmwareDownloads(slots, slots, _redirect(settings), do_reports_wait)


def of_web_server(settings: Settings) -> FirmwareDownloads:
    """Return the downloads of a process of the web server: it has few threads, so it sends one file at a time."""
    limits = _limits(settings)
    one_at_a_time = DownloadSlots(limits._replace(in_all=1))
    return FirmwareDownloads(one_at_a_time, DownloadSlots(limits), _redirect(settings), lambda: False)


def _limits(settings: Settings) -> Limits:
    return Limits(
        settings.firmware_downloads,
        settings.firmware_downloads_per_site,
        settings.firmware_downloads_per_address,
    )


def _redirect(settings: Settings) -> Redirect:
    return Redirect(settings.firmware_redirect, settings.firmware_redirect_rate, settings.trusted_proxies)


def _refuse() -> PhoneResponse:
    return refuse_busy("Too many phones download firmware at once. Try again later.", LATER)
