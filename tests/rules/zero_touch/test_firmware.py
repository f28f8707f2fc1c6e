"""Which firmware a phone is told to load."""

from app.models.enums import Stage
from app.rules.zero_touch.firmware import choose_firmware
from app.rules.zero_touch.trace import Verdict

STORED = {"420HD.img": 1, "450HD.img": 2, "pilot.img": 3}


def test_firmware_of_the_template_is_chosen() -> None:
    choice = choose_firmware("450HD", "pilot.img", STORED)

    assert (choice.name, choice.reason) == ("pilot.img", "The template names firmware pilot.img.")


def test_default_of_the_model_serves_a_template_that_names_none() -> None:
    choice = choose_firmware("450HD", None, STORED)

    assert (choice.name, choice.reason) == ("450HD.img", "450HD.img is the default firmware of model 450HD.")
    assert choice.steps[0].sentence == "The template names no firmware."


def test_firmware_that_is_not_stored_is_passed_over() -> None:
    choice = choose_firmware("450HD", "gone.img", STORED)

    assert choice.name == "450HD.img"
    assert choice.steps[0].sentence == 'The template names firmware "gone.img", which is not stored.'


def test_phone_keeps_its_firmware_where_nothing_is_stored_for_it() -> None:
    choice = choose_firmware("405", "", STORED)

    assert (choice.name, choice.reason) == (None, "The phone keeps the firmware it has.")
    assert choice.steps[1].sentence == "No firmware file is called 405.img."


def test_phone_of_an_unknown_model_keeps_its_firmware() -> None:
    choice = choose_firmware(None, None, STORED)

    assert choice.name is None
    assert choice.steps[1].verdict is Verdict.NOT_KNOWN


def test_names_are_found_without_regard_to_case_and_given_as_stored() -> None:
    assert choose_firmware("450hd", "PILOT.IMG", STORED).name == "pilot.img"
    assert choose_firmware("450hd", None, STORED).name == "450HD.img"


def test_steps_are_those_of_the_stage() -> None:
    choice = choose_firmware("450HD", "pilot.img", STORED)

    assert [(step.stage, step.rule, step.verdict) for step in choice.steps] == [
        (Stage.FIRMWARE, "firmware.template", Verdict.MATCHED),
        (Stage.FIRMWARE, "firmware.model_default", Verdict.NOT_REACHED),
        (Stage.FIRMWARE, "firmware.as_is", Verdict.NOT_REACHED),
    ]
