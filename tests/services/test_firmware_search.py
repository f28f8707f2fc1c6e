"""The list of firmware: what there is, who uses it, and which models have none; a fixed number of statements."""

from dataclasses import asdict

from app.models import ConfigurationValue
from app.models.enums import ValueLevel
from app.services import firmware
from app.services.author import Author
from app.services.firmware import search as firmware_search
from app.services.firmware import usage
from app.services.firmware.search import FirmwareFilter
from tests import factories
from tests.factories import NOW
from tests.services.statements import Statements

WHO = {"author": Author("oscar"), "now": NOW}


def search(session, **wanted):
    return firmware_search.search(session, FirmwareFilter(**wanted), number=1, size=50).rows


def names(rows):
    return [row.name for row in rows]


def test_it_is_found_by_name_description_version_and_group(session, tmp_path):
    pilot = factories.make_firmware(session, tmp_path, "pilot.img", b"\0UC_3.4.6.604")
    factories.make_firmware(session, tmp_path, "430HD.img")
    firmware.change(session, pilot, firmware.labels_of("For a 100% trial", "", "Berlin, Early birds"), **WHO)
    assert names(search(session)) == ["430HD.img", "pilot.img"]
    assert names(search(session, words="PILOT")) == ["pilot.img"]
    assert names(search(session, words="100% t")) == ["pilot.img"]
    assert names(search(session, words="3.4.6")) == ["pilot.img"]
    assert names(search(session, words="%")) == ["pilot.img"]
    assert names(search(session, group="early BIRDS")) == ["pilot.img"]
    assert firmware_search.group_names(session) == ["Berlin", "Early birds"]


def test_models_without_a_firmware_of_their_name_are_missing(session, tmp_path):
    factories.make_firmware(session, tmp_path, "430hd.IMG")
    factories.make_firmware(session, tmp_path, "HRS.dfu")
    factories.make_device(session, phone_model=factories.get_model(session, "450HD"))
    missing = {one.model: one for one in firmware_search.missing(session, FirmwareFilter())}
    assert {"420HD", "450HD", "8440"} <= missing.keys()
    assert not {"430HD", "HRS"} & missing.keys()
    assert (missing["450HD"].name, missing["450HD"].phones, missing["420HD"].phones) == ("450HD.img", 1, 0)
    assert [one.model for one in firmware_search.missing(session, FirmwareFilter(words="c450"))] == ["C450HD"]
    assert firmware_search.missing(session, FirmwareFilter(group="Berlin")) == []


def test_a_speaker_misses_another_kind_of_file(session):
    (speaker,) = firmware_search.missing(session, FirmwareFilter(words="HRS"))
    assert speaker.name == "HRS.dfu"


def test_whoever_names_a_firmware_is_counted(session, tmp_path):
    pilot = factories.make_firmware(session, tmp_path, "pilot.img")
    default = factories.make_firmware(session, tmp_path, "430HD.img")
    template = factories.get_template(session)
    template.content += "\nprovisioning/firmware/url=http://x/firmwarefiles/Pilot.img\n"
    site = factories.make_site(session)
    device = factories.make_device(session, firmware=pilot)
    factories.make_device(session)
    factories.make_placeholder(session, "FirmwareFile", "pilot.img", tenant_id=site.tenant_id)
    factories.make_placeholder(
        session, "FirmwareFile", "pilot.img", tenant_id=device.tenant_id, device_id=device.id
    )
    session.add(
        ConfigurationValue(
            level=ValueLevel.SITE, site_id=site.id, tenant_id=site.tenant_id,
            parameter="provisioning/firmware/url", value="http://x/firmwarefiles/pilot.img",
        )
    )  # fmt: skip
    session.flush()
    found = usage.of_all(session, [pilot, default])
    assert found[pilot.id].counts == {"template": 1, "tenant": 1, "site": 1, "device": 2}
    assert asdict(found[default.id]) == {"counts": {}, "model": "430HD", "phones_of_model": 1}
    assert found[pilot.id].sentence == "it is used by 1 template, 1 tenant, 1 site and 2 devices"


def test_the_list_takes_as_many_statements_for_many_as_for_one(session, tmp_path):
    def read():
        rows = search(session)
        usage.of_all(session, rows)
        return [row.groups for row in rows]

    factories.make_firmware(session, tmp_path, "a.img")
    statements = Statements(session)
    few = statements.of(session, read)
    for number in range(30):
        factories.make_firmware(session, tmp_path, f"b{number}.img")
    session.expire_all()
    assert statements.of(session, read) == few
