"""Firmware: which file a phone is told to load; the built-in ladder."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from app.models.enums import Stage
from app.rules.ordered.verdicts import Verdict
from app.rules.sentences import quoted
from app.rules.versions import parse_version
from app.rules.zero_touch.outcomes import FirmwareOutcome, GivenFirmware
from app.rules.zero_touch.stage_rules import StageRules
from app.rules.zero_touch.trace import Ahead, Matched, Missed, Rung, Step, decide


@dataclass(frozen=True, slots=True)
class FirmwareChoice:
    """The file a phone loads, None where it keeps what it has."""

    name: str | None
    reason: str
    steps: tuple[Step, ...]


def choose_firmware(
    model: str | None,
    template_firmware: str | None,
    available: Mapping[str, int],
    rules: StageRules[FirmwareOutcome] | None = None,
) -> FirmwareChoice:
    """Return what the rules of administrators say, else the template's file, else the model's (6.11), else none.

    ``available`` has the ids of the stored files by their names, like ``420HD.img``. Case does not matter; what
    comes back is the name as stored. A name that is not stored is passed over: the phone would ask for it in vain.
    """
    question = _Question(model, template_firmware, available)
    decided = decide(Stage.FIRMWARE, LADDER, question, _ask(rules, question) if rules else None)
    return FirmwareChoice(decided.answer, decided.reason, decided.steps)


@dataclass(frozen=True, slots=True)
class _Question:
    model: str | None
    template_firmware: str | None
    available: Mapping[str, int]

    def find_name(self, firmware_id: int) -> str | None:
        return next((name for name, stored_id in self.available.items() if stored_id == firmware_id), None)

    def find_stored(self, name: str) -> str | None:
        wanted = name.casefold()
        return next((stored for stored in self.available if stored.casefold() == wanted), None)


def _of_template(question: _Question) -> Matched[str | None] | Missed:
    if not question.template_firmware:
        return Missed("The template names no firmware.")
    stored = question.find_stored(question.template_firmware)
    if stored is None:
        return Missed(
            f"The template names firmware {quoted(question.template_firmware)}, which is not stored."
        )
    return Matched(stored, f"The template names firmware {stored}.")


def _default_of_model(question: _Question) -> Matched[str | None] | Missed:
    if question.model is None:
        return Missed("The model of the phone is not known.", Verdict.NOT_KNOWN)
    name = f"{question.model}.img"
    stored = question.find_stored(name)
    if stored is None:
        return Missed(f"No firmware file is called {name}.")
    return Matched(stored, f"{stored} is the default firmware of model {question.model}.")


def _as_it_is(_: _Question) -> Matched[str | None]:
    return Matched(None, "The phone keeps the firmware it has.")


def _ask(rules: StageRules[FirmwareOutcome], question: _Question) -> Ahead[str | None]:
    running = rules.facts.written.get("firmware", "")
    return rules.ask(Stage.FIRMWARE, partial(_why_not, question), partial(_answer, question, running))


def _why_not(question: _Question, outcome: FirmwareOutcome) -> str:
    is_gone = isinstance(outcome, GivenFirmware) and question.find_name(outcome.firmware_id) is None
    return "the firmware that it names is no more" if is_gone else ""


def _answer(
    question: _Question, running: str, outcome: FirmwareOutcome, _: frozenset[str]
) -> Matched[str | None]:
    if not isinstance(outcome, GivenFirmware):
        return Matched(None, "The phone keeps the firmware it has.")
    own, least = parse_version(running), parse_version(outcome.at_least)
    if own and least and own >= least:
        return Matched(None, f"The phone keeps {running}, which is at least {outcome.at_least}.")
    name = question.find_name(outcome.firmware_id)
    return Matched(name, f"Its firmware is {name}.")


LADDER: tuple[Rung[_Question, str | None], ...] = (
    Rung(
        "firmware.template",
        "Firmware named by the template",
        _of_template,
        "The file that the placeholder FirmwareFile of its template names.",
    ),
    Rung(
        "firmware.model_default",
        "Default firmware of the model",
        _default_of_model,
        "The stored file that is called like the model, such as 450HD.img.",
    ),
    Rung("firmware.as_is", "Leave as it is", _as_it_is, "The phone keeps the firmware that it has."),
)
