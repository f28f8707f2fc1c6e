"""Roll-outs as a person uses them: divided into waves by keyboard, looked at where a gate stopped one, rolled back."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.models import Firmware, Operation, OperationTarget, OperationWave
from app.models.enums import Action, OperationState, Severity, Subject, TargetState, WaveState, Way
from app.rules.gates import USUAL_WATCH, Gate, parse_limit
from app.rules.pacing import Pace
from app.rules.waves import parse_steps
from app.security.tenant_scope import ALL_TENANTS
from app.services.author import Author
from app.services.operations import starting, waves
from app.services.operations.starting import Order
from app.services.operations.targets import Chosen, Wanted, resolve
from app.services.operations.waves import RollOut
from app.transaction import reading, writing
from tests.browser.conftest import NARROW, OpenPage
from tests.factories import make_firmware
from tests.views.installations import database_of

pytestmark = pytest.mark.browser

TakePicture = Callable[[Page, str], None]
S, W = TargetState, WaveState
VERSION = "UC_3.4.6.604"
EVERYTHING = Chosen(Subject.DEVICES, (), (Wanted(),))


@pytest.fixture
def firmware_id(company_app: Flask, tmp_path: Path) -> Iterator[int]:
    """A firmware that the company has for as long as a test."""
    with writing(database_of(company_app), ALL_TENANTS) as session:
        made = make_firmware(session, tmp_path, "450HD_3.4.6.604.img", b"\0" + VERSION.encode())
        session.flush()
        number = made.id
    yield number
    with writing(database_of(company_app), ALL_TENANTS) as session:
        session.delete(session.get_one(Firmware, number))


@pytest.fixture
def stopped_by_its_gate(company_app: Flask, firmware_id: int) -> int:
    """A roll-out of firmware to all phones of the company that its gate stopped in the second wave."""
    now = datetime.now(UTC)
    with writing(database_of(company_app), ALL_TENANTS) as session:
        canaries = [target.key for target in resolve(session, EVERYTHING)[:2]]
        gate = Gate(USUAL_WATCH, parse_limit("5 %"), Severity.MAJOR)
        order = Order(
            action=Action.FIRMWARE,
            chosen=EVERYTHING,
            pace=Pace(20, timedelta(0)),
            patience=timedelta(minutes=90),
            options={"firmware_id": firmware_id},
            roll_out=RollOut(parse_steps("10 %, 25 %, 100 %"), canaries, gate),
        )
        operation = starting.start(session, order, author=Author("oscar", "192.0.2.7"), now=now)
        targets = session.scalars(
            select(OperationTarget)
            .where(OperationTarget.operation_id == operation.id)
            .order_by(OperationTarget.id)
        ).all()
        asked = [target for target in targets if target.wave < 4]
        for target in asked:
            target.state, target.reason, target.way = (
                S.CONFIRMED,
                f"It reports the version {VERSION}.",
                Way.DIRECT,
            )
            target.before, target.sent_at = {"firmware_id": None, "given": firmware_id}, now
            target.version_before = "UC_3.1.0.478"
        unwell = [target for target in asked if target.wave == 3][:3]
        for target, finding in zip(
            unwell,
            (
                f"It reports UC_3.1.0.478, not {VERSION}.",
                "It did not confirm it.",
                "It raised the alarm IPPhoneRegisterFailure.",
            ),
            strict=False,
        ):
            target.finding = finding
        unwell[0].state, unwell[1].state = S.SENT, S.SENT
        unwell[0].reason = unwell[1].reason = ""
        for number in (1, 2, 3):
            wave = waves.find_open(session, operation)
            wave.watched_from = wave.ended_at = now
            size = sum(target.wave == number for target in targets)
            wave.state, wave.finding = W.PASSED, f"All {size} phones are well."
            if number < 3:
                waves.open_next(session, operation, now=now)
        wave.state = W.FAILED
        wave.finding = (
            f"3 of {size} phones are not well: 1 did not confirm it, 1 came back with another version, "
            "1 raised an alarm. At most 2 may be."
        )
        second = session.scalars(
            select(OperationWave).where(OperationWave.operation_id == operation.id, OperationWave.number == 2)
        ).one()
        second.finding = f"All {sum(target.wave == 2 for target in targets) - 2} phones are well."
        away = [target for target in asked if target.wave == 2][-2:]
        for target in away:
            target.state, target.reason, target.before = S.POSTPONED, "It is disconnected.", None
            target.tries, target.put_off_at = 2, now
            target.next_try_at, target.try_until = now + timedelta(minutes=10), now + timedelta(days=3)
        operation.state, operation.paused_by = OperationState.HALTED, "its gate"
        operation.last_served_at = now
        return operation.id


def newest(app: Flask) -> Operation:
    with reading(database_of(app), ALL_TENANTS) as session:
        return session.scalars(select(Operation).order_by(Operation.id.desc()).limit(1)).one()


def test_only_what_a_phone_has_to_confirm_is_given_time_for_it(open_page: OpenPage):
    page = open_page("/devices/multiple/")
    page.get_by_label("Action", exact=True).select_option("Generate Configuration")
    expect(page.get_by_label("To confirm within")).to_be_hidden()
    page.get_by_label("Action", exact=True).select_option("Restart")
    expect(page.get_by_label("To confirm within")).to_be_visible()


def test_a_roll_out_is_divided_by_keyboard_and_begun(open_page: OpenPage, company_app: Flask):
    page = open_page("/devices/multiple/")
    available = page.get_by_label("Available phones", exact=True)
    selected = page.get_by_label("Selected phones", exact=True)
    page.get_by_role("button", name="Select all that match").press("Enter")
    available.focus()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    expect(selected.locator("option")).to_have_count(3)
    tick = page.get_by_role("checkbox", name="In waves")
    absent = page.get_by_label("Phones that are not there")
    page.get_by_label("Action", exact=True).select_option("Restart")
    expect(tick).to_be_hidden()
    expect(absent).to_be_hidden()
    page.get_by_label("Action", exact=True).select_option("Update Configuration")
    expect(page.get_by_label("Canaries, before")).to_be_hidden()
    page.get_by_label("Generate the files first").press("Space")
    tick.press("Space")
    expect(absent).to_have_value("259200")
    page.get_by_label("Waves", exact=True).fill("10 %, rest")
    selected.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    page.get_by_role("button", name="Those marked under Selected phones").press("Enter")
    assert len(page.get_by_label("Canaries, before").input_value().split()) == 2
    page.get_by_role("button", name="Review…").press("Enter")
    page.wait_for_url("**/operations/review/devices")
    steps = page.get_by_role("region", name="Waves").get_by_role("listitem")
    expect(steps).to_have_count(3)
    expect(steps.first).to_contain_text("2 phones")
    page.get_by_role("button", name="Start").press("Enter")
    page.wait_for_url("**/operations/*/")
    expect(page.get_by_role("region", name="Waves").get_by_role("listitem")).to_have_count(3)
    operation = newest(company_app)
    with reading(database_of(company_app), ALL_TENANTS) as session:
        states = select(OperationWave.name).where(OperationWave.operation_id == operation.id)
        assert session.scalars(states.order_by(OperationWave.number)).all() == ["canary", "wave 1", "wave 2"]


def test_what_its_gate_stopped_says_why_and_is_rolled_back_after_a_question(
    open_page: OpenPage, company_app: Flask, stopped_by_its_gate: int
):
    page = open_page("/operations/")
    expect(page.get_by_text("stopped by its gate").first).to_be_visible()
    expect(page.get_by_text("phones are not well").first).to_be_visible()
    page = open_page(f"/operations/{stopped_by_its_gate}/")
    steps = page.get_by_role("region", name="Waves").get_by_role("listitem")
    expect(steps.filter(has_text="failed").first).to_contain_text("At most 2 may be.")
    expect(page.get_by_text("It raised the alarm IPPhoneRegisterFailure.").first).to_be_visible()
    expect(page.get_by_text("tried again once the operation is resumed")).to_be_visible()
    page.get_by_role("button", name="Roll back").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("get back what they had before")
    dialog.get_by_role("button", name="Cancel").press("Enter")
    expect(dialog).to_be_hidden()
    assert newest(company_app).undoes_id is None
    page.get_by_role("button", name="Roll back").press("Enter")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Roll back").press("Enter")
    expect(page.get_by_text("each phone gets back what it had before")).to_be_visible()
    assert newest(company_app).undoes_id == stopped_by_its_gate
    page.get_by_role("link", name=f"operation {stopped_by_its_gate}", exact=True).click()
    expect(page.get_by_text("rolls it back.")).to_be_visible()
    expect(page.get_by_role("button", name="Resume")).to_have_count(0)


def test_a_person_goes_on_in_spite_of_the_gate(open_page: OpenPage, stopped_by_its_gate: int):
    page = open_page(f"/operations/{stopped_by_its_gate}/")
    page.get_by_role("button", name="Resume").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Resume").press("Enter")
    expect(page.get_by_text("alice went on in spite of it.")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_text("tried again from")).to_be_visible()


def test_pictures(open_page: OpenPage, take_picture: TakePicture, stopped_by_its_gate: int):
    page = open_page(f"/operations/{stopped_by_its_gate}/")
    expect(page.get_by_text("stopped by its gate")).to_be_visible()
    take_picture(page, "roll-out")
    page = open_page("/devices/multiple/")
    page.get_by_role("button", name="Select all that match").click()
    page.get_by_label("Action", exact=True).select_option("Change Firmware")
    page.get_by_role("checkbox", name="In waves").check()
    page.get_by_role("button", name="Review…").scroll_into_view_if_needed()
    take_picture(page, "roll-out-waves")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_narrow_pages_do_not_scroll_sideways(open_page: OpenPage, stopped_by_its_gate: int, theme: str):
    page = open_page(f"/operations/{stopped_by_its_gate}/", size=NARROW, theme=theme)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page = open_page("/devices/multiple/", size=NARROW, theme=theme)
    page.get_by_label("Action", exact=True).select_option("Change Firmware")
    page.get_by_role("checkbox", name="In waves").check()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
