"""The voice of one phone: reports, alarms, and what the manager's answers ask for."""

import random
from datetime import UTC, datetime

from simulator import answers, payloads
from simulator.alarms import USUAL_SEVERITY, Alarm, Severity
from simulator.identity import Hardware
from simulator.keys import Keys, keys_text, version_told
from simulator.ledger import Kind, Ledger
from simulator.payloads import JsonStyle, Status
from simulator.provisioning import Provisioning
from simulator.transport import Answer, Line, Request
from simulator.users import User

KEEP_ALIVE = "rest/v1/ipphoneMgrStatus/keep-alive"
ALERT = "rest/v1/ipphoneMgrAlert/alert"
USER_KEYS = "rest/v1/ipphoneMgrStatus/user-keys"


class Reporter:
    """What a phone has said: its reports in sequence, the alarms that stand, the words put into its mouth."""

    def __init__(
        self,
        hardware: Hardware,
        provisioning: Provisioning,
        style: JsonStyle,
        ledger: Ledger,
        rng: random.Random,
    ) -> None:
        self.alarms: dict[str, Alarm] = {}
        self.was_heard = True
        self.words: dict[str, str] = {}
        self.must_restart = False
        self.orders: list[str] = []
        self._hardware = hardware
        self._provisioning = provisioning
        self._style = style
        self._ledger = ledger
        self._rng = rng
        self._equipment = payloads.equipment_members(hardware.train, rng)
        self._reports = 0
        self._alarms_raised = 0

    async def report(self, line: Line, status: Status, user: User | None, region: str | None = None) -> bool:
        """Send one report and note what the answer asks for; whether it was answered."""
        self._reports += 1
        sequence, fields = self._reports, self._report_fields(status, user, region)
        body = payloads.report_text(fields, self._style)
        self.was_heard = await self._send(line, self._request(Kind.REPORT, KEEP_ALIVE, body))
        if self.was_heard:
            self._ledger.acknowledge(self._hardware.identity.mac, sequence, fields, datetime.now(UTC))
        return self.was_heard

    async def send_malformed(self, line: Line) -> bool:
        """Send text that no reading makes JSON; whether it was refused with 400."""
        url = self._provisioning.rest_url(KEEP_ALIVE)
        return await self._send(line, Request(Kind.MALFORMED, url, _is_refusal, payloads.MALFORMED))

    async def raise_alarm(self, line: Line, name: str, severity: Severity | None, description: str) -> bool:
        """Raise an alarm, with its usual severity if none is given; raised again, it keeps its number."""
        before = self.alarms.get(name)
        if before is None:
            self._alarms_raised += 1
        alarm = Alarm(
            unique_id=before.unique_id if before else self._alarms_raised,
            name=name,
            severity=severity or USUAL_SEVERITY.get(name, Severity.MAJOR),
            description=description or f"{self._hardware.identity.model} {self._hardware.identity.mac}",
        )
        self.alarms[name] = alarm
        return await self._send_alarm(line, alarm)

    async def clear_alarm(self, line: Line, name: str) -> bool:
        """Say that an alarm is over; False when it does not stand or nobody answered."""
        alarm = self.alarms.pop(name, None)
        if alarm is None:
            return False
        over = Alarm(alarm.unique_id, alarm.name, Severity.CLEARED, alarm.description)
        return await self._send_alarm(line, over)

    async def send_keys(self, line: Line, user: User, keys: Keys) -> int | None:
        """Send all that a user has set; the version under which it is kept, None where the phone is behind."""
        url, body = self._provisioning.rest_url(USER_KEYS), keys_text(self._hardware, user, keys)
        answer = await line.ask(Request(Kind.KEYS, url, _is_kept_or_behind, body))
        if not _is_kept_or_behind(answer):
            self._ledger.fail(Kind.KEYS, answer.reason)
        return version_told(answer.body) if answer.status == 200 else None

    async def _send_alarm(self, line: Line, alarm: Alarm) -> bool:
        head = payloads.credentials(self._provisioning.settings, self._rng)
        mac = self._hardware.identity.mac
        body = payloads.alarm_text(head, mac, alarm, datetime.now(UTC), self._style)
        return await self._send(line, self._request(Kind.ALARM, ALERT, body))

    def _report_fields(self, status: Status, user: User | None, region: str | None) -> dict[str, str]:
        settings = self._provisioning.settings
        fields = payloads.credentials(settings, self._rng)
        fields |= payloads.phone_members(self._hardware, settings)
        fields |= {"region": region} if region else {}
        fields |= {"status": status} | payloads.user_members(user, self._hardware.train)
        return fields | {**self._equipment, **self.words}

    def _request(self, kind: Kind, path: str, body: bytes) -> Request:
        return Request(kind, self._provisioning.rest_url(path), _is_answer, body)

    async def _send(self, line: Line, request: Request) -> bool:
        answer = await line.ask(request)
        if not request.accepts(answer):
            self._ledger.fail(request.kind, answer.reason)
            return False
        if request.kind is Kind.REPORT:
            self._note_actions(answer)
        return True

    def _note_actions(self, answer: Answer) -> None:
        asked = answers.actions(answer.body)
        self._ledger.actions_taken += len(asked.commands)
        self._ledger.actions_ignored += asked.ignored
        self.must_restart = self.must_restart or answers.RESET in asked.commands
        self.orders += [command for command in asked.commands if command != answers.RESET]


def _is_answer(answer: Answer) -> bool:
    return not answer.error and answers.is_answered(answer.status, answer.body)


def _is_kept_or_behind(answer: Answer) -> bool:
    """That a phone does not know what its user set on another one is an answer, too: it reads its file then."""
    return _is_answer(answer) or (answer.status == 409 and not answer.error)


def _is_refusal(answer: Answer) -> bool:
    return answer.status == 400 and not answer.error
