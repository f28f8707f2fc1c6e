"""The built-in ladder of firmware: which file a phone is told to load."""

from collections.abc import Collection
from dataclasses import dataclass

from app.models.enums import Stage
from app.rules.sentences import quoted
from app.rules.zero_touch.trace import Matched, Missed, Rule, Step, Verdict, decide


@dataclass(frozen=True, slots=True)
class FirmwareChoice:
    """The file a phone loads, None where it keeps what it has."""

    name: str | None
    reason: str
    steps: tuple[Step, ...]


def choose_firmware(
    model: str | None, template_firmware: str | None, available: Collection[str]
) -> FirmwareChoice:
    """Return the file that the template names, else the default of the model (manual 6.11), else none.

    ``available`` has the names of the stored files, like ``420HD.img``. Case does not matter; what comes back
    is the name as stored. A name that is not stored is passed over: the phone would ask for it in vain.
    """
    decided = decide(Stage.FIRMWARE, _LADDER, _Question(model, template_firmware, available))
    return FirmwareChoice(decided.answer, decided.reason, decided.steps)


@dataclass(frozen=True, slots=True)
class _Question:
    model: str | None
    template_firmware: str | None
    available: Collection[str]

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


_LADDER: tuple[Rule[_Question, str | None], ...] = (
    Rule("firmware.template", "Firmware named by the template", _of_template),
    Rule("firmware.model_default", "Default firmware of the model", _default_of_model),
    Rule("firmware.as_is", "Leave as it is", _as_it_is),
)
