"""The templates every installation starts with, and the files they make."""

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from app.models.enums import Train
from app.rendering.daylight import ChangeDate, DateFormat, DaylightSaving, daylight_lines
from app.rendering.factory_templates import FACTORY_TEMPLATES, FactoryTemplate
from app.rendering.manager_urls import manager_urls
from app.rendering.overlay_lines import check_parameter
from app.rendering.personal_file import TOKENS, Overlays, render_global_file, render_personal_file
from app.rendering.placeholders import CATALOGUE, SYSTEM_DEFAULTS, markers_in
from app.rendering.template_file import TemplateFile, parse_template

GOLDEN = Path(__file__).parent / "golden"
MODELS = ["405", "420HD", "430HD", "440HD", "445HD", "450HD", "C450HD"]
BY_NAME = {template.name: template for template in FACTORY_TEMPLATES}
SERVER = manager_urls("http://phones.example.com").placeholder_values()
SUMMER = DaylightSaving(
    is_active=True,
    date_format=DateFormat.FIXED,
    start=ChangeDate(month=3, day=29, hour=2),
    end=ChangeDate(month=10, day=25, hour=3),
    offset=timedelta(minutes=60),
)

each_template = pytest.mark.parametrize("template", FACTORY_TEMPLATES, ids=lambda template: template.name)


def parsed(template: FactoryTemplate) -> TemplateFile:
    return parse_template(template.content)


def personal_lines(template: FactoryTemplate) -> list[str]:
    return parsed(template).personal_file.data.split("\n")


def parameters(name: str) -> dict[str, str]:
    pairs = (line.partition("=")[::2] for line in personal_lines(BY_NAME[name])[1:])
    return dict(pairs)


def test_every_model_has_a_template_of_each_train_and_the_speaker_one() -> None:
    assert [(template.name, template.model, template.train) for template in FACTORY_TEMPLATES] == [
        *((f"Audiocodes_{model}", model, Train.GENERIC) for model in MODELS),
        *((f"Audiocodes_{model}_LYNC", model, Train.UC) for model in MODELS),
        ("Audiocodes_HRS_LYNC", "HRS", Train.UC),
    ]


def test_descriptions_are_those_of_the_manual() -> None:
    assert BY_NAME["Audiocodes_420HD"].description == "AudioCodes 420HD"
    assert BY_NAME["Audiocodes_420HD_LYNC"].description == "AudioCodes 420HD Skype for Business"


@each_template
def test_content_says_what_the_template_says(template: FactoryTemplate) -> None:
    content = parsed(template)
    assert content.model_type == f"audiocodes_{template.model}"
    assert content.description == template.description
    assert content.personal_file.name == "%ITCS_mac%.cfg"


@each_template
def test_personal_part_begins_with_the_global_file_and_ends_with_the_tokens(
    template: FactoryTemplate,
) -> None:
    word = "LYNC" if template.train is Train.UC else "GENERIC"
    global_file = f"Audiocodes_{template.model}_global_{word}_empty.cfg"
    assert parsed(template).global_file.name == global_file
    assert personal_lines(template)[0] == f"include {global_file}"
    assert personal_lines(template)[-4:] == [f"{token}=ENABLE" for token in TOKENS]


@each_template
def test_global_part_is_empty(template: FactoryTemplate) -> None:
    assert render_global_file(parsed(template).global_file.data, {}).text == "\n"


@each_template
def test_every_placeholder_is_in_the_catalogue_and_has_a_value(template: FactoryTemplate) -> None:
    used = markers_in(parsed(template).personal_file.data)
    assert set(used) <= set(CATALOGUE)
    assert set(used) <= set(SYSTEM_DEFAULTS) | set(SERVER)


@each_template
def test_every_line_is_a_parameter_that_is_there_once(template: FactoryTemplate) -> None:
    names = [line.partition("=")[0] for line in personal_lines(template)[1:]]
    for name in names:
        check_parameter(name)
    assert [name for name, count in Counter(names).items() if count > 1] == []


@each_template
def test_phone_without_a_user_gets_a_whole_file_without_secrets(template: FactoryTemplate) -> None:
    values = {**SYSTEM_DEFAULTS, **SERVER}
    rendered = render_personal_file(parsed(template).personal_file.data, values, Overlays())
    assert rendered.unknown == ()
    assert "ems_server/user_name=system\n" in rendered.text
    assert re.findall(r".*password.*", rendered.text) == ['ems_server/user_password={"VvlZOp5/5pM="}']
    assert "provisioning/method=STATIC\n" in rendered.text


@each_template
def test_template_knows_its_own_secrets_only_by_placeholder(template: FactoryTemplate) -> None:
    for line in personal_lines(template):
        if "password=" in line:
            assert CATALOGUE[re.sub(r".*=%ITCS_(\w+)%", r"\1", line)].is_secret


def test_models_differ_in_their_lines() -> None:
    lines = {
        model: sum(
            name.startswith("voip/line/") and name.endswith("/enabled")
            for name in parameters(f"Audiocodes_{model}")
        )
        for model in MODELS
    }
    assert lines == {"405": 2, "420HD": 2, "430HD": 6, "440HD": 6, "445HD": 8, "450HD": 8, "C450HD": 8}


def test_directory_and_lines_are_for_generic_phones_only() -> None:
    assert not any(
        name.startswith(("system/ldap/", "voip/line/")) for name in parameters("Audiocodes_430HD_LYNC")
    )
    assert not any(name.startswith("lync/") for name in parameters("Audiocodes_430HD"))


def test_encryption_is_asked_for_in_the_words_of_each_train() -> None:
    assert parameters("Audiocodes_430HD")["voip/media/srtp/enabled"] == "%ITCS_SRTP%"
    assert parameters("Audiocodes_430HD_LYNC")["voip/media/srtp/mode"] == "SupportEncryption"


def test_speaker_finds_its_firmware() -> None:
    prefix = "%ITCS_HTTP_OR_S%://%ITCS_ServerIP%/firmwarefiles/"
    assert parameters("Audiocodes_HRS_LYNC")["conferencePhone/FW_path_prefix"] == prefix
    assert "conferencePhone/FW_path_prefix" not in parameters("Audiocodes_430HD_LYNC")


def test_generic_phone_gets_the_file_it_should() -> None:
    values = {
        **SYSTEM_DEFAULTS, **SERVER, "mac": "00908f112233", "Line1Id": "4711", "Line1AuthName": "anna",
        "Line1AuthPassword": "s3cret", "DisplayName": "Anna Ångström", "Language": "German", "SRTP": "1",
        "Primary_NTP": "ntp.example.com", "TimeZoneLocation": "+01:00", "Proxy_address": "10.1.0.5",
        "Proxy_gateway": "acme.example.com", "LDAPActive": "1", "LDAPServerAddress": "ldap.example.com",
        "LDAPPassword": "l00kup", "FirmwareFile": "430HD_2.2.16.img",
    }  # fmt: skip
    overlays = Overlays(
        daylight=daylight_lines(SUMMER),
        tenant=[("management/telnet/enabled", "1")],
        site=[("system/pin_lock/enabled", "1")],
        user=[("personal_settings/language", "Swedish"), ("system/pin_lock/pin", "")],
    )
    rendered = render_personal_file(parsed(BY_NAME["Audiocodes_430HD"]).personal_file.data, values, overlays)
    assert rendered.unknown == ()
    assert rendered.left_out == ("system/password", "system/pin_lock/pin")
    assert rendered.text == (GOLDEN / "430HD.cfg").read_text()


def test_skype_for_business_phone_gets_the_file_it_should() -> None:
    server = manager_urls("https://phones.example.com").placeholder_values()
    values = {
        **SYSTEM_DEFAULTS, **server, "mac": "00908f445566", "Line1AuthName": "hal@globex.example.com",
        "DisplayName": "Hal", "VLANMode": "Manual", "VLANID": "350", "VLANPriority": "5", "OVR_Enable": "1",
        "OVR_Address": "10.1.0.9", "OVR_Port": "5091", "IPPhonePassword": "w3b",
    }  # fmt: skip
    overlays = Overlays(tenant=[("lync/calendar/enabled", "0")])
    rendered = render_personal_file(
        parsed(BY_NAME["Audiocodes_440HD_LYNC"]).personal_file.data, values, overlays
    )
    assert rendered.unknown == rendered.left_out == ()
    assert rendered.text == (GOLDEN / "440HD_LYNC.cfg").read_text()
