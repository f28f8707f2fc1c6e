"""One phone against a manager: how it starts, who signs in, what it says."""

import json
from typing import Any

import pytest

from simulator import users
from simulator.alarms import Severity
from simulator.fleet import Fleet
from simulator.options import TrainMix
from simulator.payloads import Status
from tests.simulator.play import SYSTEM_PATH, options, play
from tests.simulator.protocol_server import ALERT, GLOBAL_FILE, KEEP_ALIVE, Fault, Manager

MAC = "00908f000001"
PERSONAL = f"GET /configfiles/{MAC}.cfg"
REPORT = f"POST {KEEP_ALIVE}"
INCLUDED = f"GET /configfiles/{GLOBAL_FILE}"
LOGIN_FAILURE = "IPPHONE LYNC LOGIN FAILURE"


def test_tenant_url_provisions_a_phone_without_a_touch() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager)) as fleet:
            await fleet.boot()
        assert manager.lines == [
            "GET /firmwarefiles/430HD.img",
            REPORT,
            f"GET /ipp/tenant/Acme/{MAC}.cfg",
            INCLUDED,
            REPORT,
            PERSONAL,
            INCLUDED,
        ]
        started, registered = manager.reports
        assert (started["status"], started["region"], started["userId"]) == ("started", "Acme", "")
        assert (registered["status"], registered["userId"]) == ("registered", "bruno.abebe1@example.com")
        assert "region" not in registered
        assert fleet.phones[0].is_settled
        assert fleet.phones[0].provisioning.template_name == "Audiocodes_430HD_LYNC"
        assert fleet.phones[0].configuration["voip/audio/gain"] == "1"
        assert fleet.ledger.failures == {}

    play(story)


def test_reports_carry_the_headers_of_real_phones() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(
            options(manager, headers=(("X-Forwarded-For", "<IP>"), ("X-Phone", "<MAC>")))
        ) as fleet:
            await fleet.boot()
        report = next(heard for heard in manager.heard if heard.line == REPORT)
        assert report.headers["User-Agent"] == "AUDC-IPPhone-430HD_UC_2.0.13.121/1.0.0000.0"
        assert report.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert report.headers["X-Forwarded-For"] == "10.1.0.1"
        assert report.headers["X-Phone"] == MAC
        assert "Authorization" not in report.headers
        assert "Accept-Encoding" not in report.headers

    play(story)


def test_system_url_is_read_first_and_then_waits_for_approval() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, SYSTEM_PATH)) as fleet:
            phone = fleet.phones[0]
            await fleet.boot()
            assert manager.lines[1:4] == ["GET /ipp/dhcpoption160.cfg", REPORT, PERSONAL]
            assert manager.statuses == ["started", "registered"]
            assert "region" not in manager.reports[0]
            assert not phone.is_settled
            manager.approve(MAC, "ems_server/user_name=EMS_7")
            assert await phone.fetch_configuration()
            assert phone.is_settled
            await phone.report()
        assert [report["emsUserName"] for report in manager.reports] == ["system", "system", "EMS_7"]
        assert fleet.ledger.failures == {}

    play(story)


def test_generic_phone_registers_with_the_account_in_its_file() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, SYSTEM_PATH, train=TrainMix.GENERIC)) as fleet:
            phone = fleet.phones[0]
            await fleet.boot()
            assert manager.statuses == ["started"]
            account = (
                "voip/line/0/id=4711",
                "voip/line/0/auth_name=hal",
                "voip/line/0/extension_display=Hal",
            )
            manager.approve(MAC, *account, "voip/signalling/sip/proxy_address=sip.acme.example")
            await phone.fetch_configuration()
            assert phone.is_settled
            report = manager.reports[-1]
            assert (report["status"], report["phoneNumber"], report["userName"]) == (
                "registered",
                "4711",
                "Hal",
            )
            assert (report["sipProxy"], report["mac"]) == ("sip.acme.example", MAC.upper())
            assert not {"userId", "location"} & set(report)
            await phone.fetch_configuration()
            assert manager.statuses == ["started", "registered"]
            manager.approve(MAC, "voip/line/0/id=4712")
            await phone.fetch_configuration()
        assert manager.reports[-1]["phoneNumber"] == "4712"

    play(story)


def test_generic_phone_asks_for_its_files_in_capitals() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, train=TrainMix.GENERIC)) as fleet:
            await fleet.boot()
        assert f"GET /ipp/tenant/Acme/{MAC.upper()}.cfg" in manager.lines
        assert f"GET /configfiles/{MAC.upper()}.cfg" in manager.lines
        assert manager.statuses == ["started"]

    play(story)


def test_generic_phone_without_account_cannot_be_signed_in() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, train=TrainMix.GENERIC)) as fleet:
            await fleet.boot()
            await fleet.phones[0].sign_in()
        assert manager.statuses == ["started", "started"]

    play(story)


def test_open_registrar_takes_a_generic_phone_without_account() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, train=TrainMix.GENERIC, open_registrar=True)) as fleet:
            await fleet.boot()
        assert manager.statuses == ["started", "registered"]
        assert manager.reports[-1]["phoneNumber"] == ""

    play(story)


def test_nobody_signs_in_when_told_so() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, signs_in=False)) as fleet:
            await fleet.boot()
            assert manager.statuses == ["started"]
            await fleet.phones[0].sign_in()
        assert manager.statuses == ["started", "registered"]

    play(story)


def test_file_may_be_asked_for_with_post() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, "firmwarefiles;ipp/region/Acme", posts_for_files=True)) as fleet:
            await fleet.boot()
        posted = next(heard for heard in manager.heard if heard.line == f"POST /ipp/region/Acme/{MAC}.cfg")
        assert posted.body == b"{\n}"
        assert PERSONAL in manager.lines

    play(story)


def test_phone_that_remembers_its_file_does_not_ask_dhcp_again() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager)) as fleet:
            await fleet.boot()
            manager.heard.clear()
            await fleet.phones[0].boot()
        assert manager.lines[1:3] == [REPORT, PERSONAL]
        assert "region" not in manager.reports[2]
        assert [report["status"] for report in manager.reports[2:]] == ["started", "registered"]

    play(story)


def test_phone_without_method_static_follows_dhcp_at_every_boot() -> None:
    async def story(manager: Manager) -> None:
        manager.method = "Dynamic"
        async with Fleet(options(manager)) as fleet:
            await fleet.boot()
            await fleet.phones[0].boot()
        assert manager.lines.count(f"GET /ipp/tenant/Acme/{MAC}.cfg") == 4
        assert PERSONAL not in manager.lines

    play(story)


def test_rest_address_comes_from_the_file_unless_chosen() -> None:
    async def story(manager: Manager) -> None:
        manager.rest_base = "/c/42/"
        async with Fleet(options(manager)) as fleet:
            await fleet.boot()
        assert [line for line in manager.lines if "POST" in line] == [REPORT, f"POST /c/42{KEEP_ALIVE}"]
        manager.heard.clear()
        async with Fleet(options(manager, rest_url=f"{manager.origin}/chosen")) as fleet:
            await fleet.boot()
        assert {line for line in manager.lines if "POST" in line} == {f"POST /chosen{KEEP_ALIVE}"}

    play(story)


def test_missing_firmware_is_normal() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager)) as fleet:
            await fleet.boot()
        assert manager.heard[0].headers["Range"] == "bytes=0-4095"
        assert fleet.summary().requests["firmware head"].errors == 0

    play(story)


@pytest.mark.parametrize(
    ("version", "is_wanted", "loads"),
    [(b"UC_2.0.13.121", True, 0), (b"UC_3.0.1.5", False, 0), (b"UC_3.0.1.5", True, 1)],
)
def test_only_another_version_is_downloaded_and_only_when_wanted(
    version: bytes, is_wanted: bool, loads: int
) -> None:
    async def story(manager: Manager) -> None:
        manager.images["430HD.img"] = b"\x7f\x00430HD" + version + b"\x00" * 300_000
        async with Fleet(options(manager, downloads_firmware=is_wanted)) as fleet:
            await fleet.boot()
        asked = [heard for heard in manager.heard if heard.path == "/firmwarefiles/430HD.img"]
        assert len([heard for heard in asked if "Range" not in heard.headers]) == loads
        assert fleet.phones[0].restarts == loads
        expected = "UC_3.0.1.5" if loads else "UC_2.0.13.121"
        assert manager.reports[-1]["fwVersion"] == expected
        assert expected in manager.heard[-1].headers["User-Agent"]

    play(story)


def test_firmware_that_does_not_take_leaves_the_old_version_or_a_dead_phone() -> None:
    async def story(manager: Manager) -> None:
        chosen: dict[str, Any] = {
            "phones": 4,
            "downloads_firmware": True,
            "keeps_firmware": 0.25,
            "dies_of_firmware": 0.25,
        }
        async with Fleet(options(manager, **chosen)) as fleet:
            await fleet.boot()
            manager.images["430HD.img"] = b"\x7f\x00430HDUC_3.0.1.5" + b"\x00" * 1_000
            for phone in fleet.phones:
                manager.waiting[phone.mac] = [json.dumps({"cmd": "update_firmware"})]
                await phone.report()
            ends = {
                (phone.character.keeps_firmware, phone.character.dies_of_firmware): (
                    phone.hardware.firmware_version,
                    phone.is_on,
                )
                for phone in fleet.phones
            }
        assert ends == {
            (False, False): ("UC_3.0.1.5", True),
            (True, False): ("UC_2.0.13.121", True),
            (False, True): ("UC_2.0.13.121", False),
        }

    play(story)


def test_reset_in_the_answer_restarts_the_phone() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager)) as fleet:
            await fleet.boot()
            manager.waiting[MAC] = [json.dumps({"cmd": "reset"})]
            assert await fleet.phones[0].report()
        assert fleet.phones[0].restarts == 1
        assert manager.statuses == ["started", "registered", "registered", "started", "registered"]
        assert fleet.phones[0].is_settled

    play(story)


def test_unknown_actions_are_counted_and_ignored() -> None:
    async def story(manager: Manager) -> None:
        manager.waiting[MAC] = ['{"cmd": "dance"}', "not JSON"]
        async with Fleet(options(manager)) as fleet:
            await fleet.boot()
        assert (fleet.summary().actions_taken, fleet.summary().actions_ignored) == (0, 2)
        assert fleet.phones[0].restarts == 0

    play(story)


def test_person_signs_out_and_another_signs_in() -> None:
    async def story(manager: Manager) -> None:
        bea = users.user(77, "globex.example")
        async with Fleet(options(manager)) as fleet:
            phone = fleet.phones[0]
            await fleet.boot()
            await phone.sign_out()
            offline = manager.reports[-1]
            assert (offline["status"], offline["userId"], offline["userName"]) == ("offline", "", "")
            await phone.boot()
            assert manager.reports[-1]["status"] == "started"
            await phone.sign_in(bea)
            assert manager.reports[-1]["userId"] == bea.id
            await phone.boot()
        assert manager.reports[-1]["userId"] == bea.id

    play(story)


def test_failed_registration_is_reported_and_raises_an_alarm_until_it_succeeds() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager)) as fleet:
            await fleet.boot()
            await fleet.phones[0].fail_registration()
            assert manager.reports[-1]["status"] == "unregistered"
            assert manager.reports[-1]["userId"] == "bruno.abebe1@example.com"
            await fleet.phones[0].sign_in()
        assert manager.reports[-1]["status"] == "registered"
        assert [alarm["severity"] for alarm in manager.alarms] == ["5", "0"]
        assert {alarm["name"] for alarm in manager.alarms} == {"IPPHONE REGISTRATION FAILURE"}

    play(story)


def test_alarm_keeps_its_number_until_it_is_cleared() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager)) as fleet:
            phone = fleet.phones[0]
            assert not await phone.clear_alarm(LOGIN_FAILURE)
            assert await phone.raise_alarm(LOGIN_FAILURE)
            assert await phone.raise_alarm(LOGIN_FAILURE, Severity.WARNING, "again")
            assert await phone.raise_alarm("IPPHONE REQUIRES RESET")
            assert await phone.clear_alarm(LOGIN_FAILURE)
            assert set(phone.alarms) == {"IPPHONE REQUIRES RESET"}
        sent = [(alarm["uniqueId"], alarm["severity"]) for alarm in manager.alarms]
        assert sent == [(1, "5"), (1, "2"), (2, "2"), (1, "0")]
        assert {alarm["source"] for alarm in manager.alarms} == {f"IPPhone/{MAC}"}
        assert manager.alarms[1]["description"] == "again"
        assert manager.lines == [f"POST {ALERT}"] * 4

    play(story)


def test_words_put_into_its_mouth_stay() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager)) as fleet:
            await fleet.phones[0].report(Status.REGISTERED, location="Desk 7")
            await fleet.phones[0].report()
        assert [report["location"] for report in manager.reports] == ["Desk 7", "Desk 7"]
        assert manager.statuses == ["registered", "registered"]

    play(story)


def test_silent_phone_is_found_back_by_the_next_order() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager)) as fleet:
            await fleet.boot()
            fleet.phones[0].vanish()
            assert fleet.states() == {"silent": 1}
            await fleet.phones[0].boot()
            assert fleet.states() == {"registered": 1}

    play(story)


def test_broken_json_must_be_refused() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, malformed=1.0)) as fleet:
            await fleet.boot()
            assert fleet.ledger.failures == {}
            manager.fail_next(KEEP_ALIVE, Fault(200, b"{}"), times=3)
            assert not await fleet.phones[0].send_malformed_report()
        assert fleet.ledger.failures == {"malformed report: answered 200": 1}

    play(story)


def test_files_with_faults_are_told() -> None:
    async def story(manager: Manager) -> None:
        manager.extra_lines = ["include missing.cfg", "a/b=%ITCS_Nothing%"]
        async with Fleet(options(manager)) as fleet:
            await fleet.boot()
        assert set(fleet.ledger.failures) == {
            "configuration file: line 10 leaves %ITCS_Nothing% unfilled",
            "configuration file: includes missing.cfg: answered 404",
        }

    play(story)


def test_files_that_include_one_another_end_somewhere() -> None:
    async def story(manager: Manager) -> None:
        manager.approve(MAC, f"include {MAC}.cfg")
        async with Fleet(options(manager)) as fleet:
            await fleet.boot()
        assert fleet.ledger.failures == {"configuration file: includes more than 20 files": 1}
        assert len(manager.heard) < 40

    play(story)


def test_unknown_tenant_is_a_failure() -> None:
    async def story(manager: Manager) -> None:
        async with Fleet(options(manager, "firmwarefiles;ipp/tenant/Nobody")) as fleet:
            await fleet.boot()
        assert fleet.ledger.failures == {"first configuration file: answered 404": 2}
        assert manager.lines.count(f"GET /ipp/tenant/Nobody/{MAC}.cfg") == 2
        assert not fleet.phones[0].is_settled

    play(story)
