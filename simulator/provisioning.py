"""What a phone was told about itself, and where it asks for more."""

from simulator import downloads, option_160
from simulator import settings as phone_settings
from simulator.downloads import Configuration
from simulator.identity import Hardware
from simulator.keys import Keys, keys_in
from simulator.ledger import Kind, Ledger
from simulator.option_160 import Option160
from simulator.options import Options
from simulator.settings import Settings
from simulator.transport import Answer, Line, Request

PROBLEMS_TOLD = 20


class Provisioning:
    """A phone's configuration, kept over restarts, and the addresses that follow from it."""

    def __init__(self, hardware: Hardware, option: Option160, options: Options, ledger: Ledger) -> None:
        self.configuration: dict[str, str] = {}
        self.settings = Settings()
        self.has_personal_file = False
        self.template_name = ""
        self.keys = Keys()
        self._hardware = hardware
        self._option = option
        self._options = options
        self._ledger = ledger

    @property
    def knows_its_file(self) -> bool:
        """Whether a file has named the configuration URL and said to ignore DHCP (method STATIC, 3.2)."""
        return self.settings.ignores_dhcp and bool(self.settings.configuration_url)

    @property
    def begins_with_a_file_for_all(self) -> bool:
        """Whether option 160 leads to a file that is the same for every phone, which is nobody's own."""
        return self._option.is_for_all_phones

    @property
    def tenant(self) -> str | None:
        """The tenant that the option-160 string names."""
        return self._option.tenant

    def rest_url(self, path: str) -> str:
        """Where reports and alarms go: as chosen, else as the file says, else as option 160 lets guess."""
        base = self._options.rest_url or self.settings.rest_url or self._option.rest_url
        return f"{base.rstrip('/')}/{path}"

    def forget(self) -> None:
        """Go back to the factory's defaults."""
        self.configuration.clear()
        self.settings, self.keys = Settings(), Keys()
        self.has_personal_file, self.template_name = False, ""

    def set_keys(self, keys: Keys) -> None:
        """Let these be the user's keys; those that he has no more are no longer part of the configuration."""
        for name in self.keys.values.keys() - keys.values.keys():
            self.configuration.pop(name, None)
        self.configuration |= keys.values
        self.keys = keys

    async def fetch(self, line: Line) -> bool:
        """Read the configuration file in force and take it over; whether there was one."""
        url = self._configuration_url()
        request = self._file_request(url)
        is_for_all = not self.knows_its_file and self.begins_with_a_file_for_all
        read = await downloads.read_configuration(line, request, self._include_base)
        if not request.accepts(read.answer):
            self._ledger.fail(request.kind, read.answer.reason)
        if not _is_received(read.answer):
            return False
        self._take_over(read)
        # The personal file names no other place to read from than the one it came from.
        self.has_personal_file = url == self._configuration_url() and not is_for_all
        if self.has_personal_file:
            self.set_keys(keys_in(read.answer.body))
        return True

    async def other_firmware(self, line: Line) -> str:
        """The version to restart with, downloaded, if the image's head names another; else an empty text."""
        url = self._firmware_url()
        answer, version = await downloads.firmware_version_at(line, url) if url else (None, "")
        if answer is not None and not downloads.is_head_or_none(answer):
            self._ledger.fail(Kind.FIRMWARE_HEAD, answer.reason)
        if not version or version == self._hardware.firmware_version or not self._options.downloads_firmware:
            return ""
        answer = await downloads.download_firmware(line, url)
        if not _is_received(answer):
            self._ledger.fail(Kind.FIRMWARE, answer.reason)
            return ""
        return version

    def _file_request(self, url: str) -> Request:
        if self.knows_its_file:
            return Request(Kind.PERSONAL, url, _is_received_or_not_there_yet)
        body = downloads.EMPTY_POST if self._options.posts_for_files else None
        return Request(Kind.CONFIGURATION, url, _is_received, body)

    def _take_over(self, read: Configuration) -> None:
        for problem in read.problems[:PROBLEMS_TOLD]:
            self._ledger.fail("configuration file", problem)
        self.configuration |= read.values
        self.settings = phone_settings.read(self.configuration)
        self.template_name = read.answer.header("X-Template-Name") or self.template_name

    def _include_base(self, values: dict[str, str]) -> str:
        """Included files lie where the configuration URL points; the one in the file itself counts (9.1)."""
        named = values.get("provisioning/configuration/url")
        return option_160.configuration_file(named) if named else self._configuration_url()

    def _configuration_url(self) -> str:
        if self.knows_its_file:
            return self._filled(option_160.configuration_file(self.settings.configuration_url))
        return self._filled(self._option.configuration)

    def _firmware_url(self) -> str:
        if self.settings.ignores_dhcp and self.settings.firmware_url:
            return self._filled(option_160.firmware_file(self.settings.firmware_url))
        return self._filled(self._option.firmware or "")

    def _filled(self, url: str) -> str:
        return option_160.fill(url, self._hardware.identity.model, self._hardware.mac_as_written)


def _is_received(answer: Answer) -> bool:
    return answer.status == 200 and not answer.error


def _is_received_or_not_there_yet(answer: Answer) -> bool:
    """A phone that waits for approval has no file of its own yet, and 404 says so (protocol 3.2)."""
    return answer.status in {200, 404} and not answer.error
