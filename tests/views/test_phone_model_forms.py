"""A phone of a vendor that nobody has thought of is provisioned by what is typed on pages alone."""

import pytest
from flask import Flask
from lxml import etree
from sqlalchemy import select

from app.models import ConfigTemplate, PhoneModel
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import reading
from tests.views.conftest import SignIn
from tests.views.installations import database_of
from tests.views.world import World

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
MAC = "aabbcc001122"
USER_AGENT = f"Teleblitz Z9/7.1 ({MAC})"
MODEL = {
    "vendor": "Teleblitz",
    "name": "Z9",
    "description": "",
    "user_agent_pattern": "Teleblitz Z9/*",
    "file_names": "tb_{MAC}.xml",
    "content_type": "text/xml; charset=utf-8",
    "value_format": "xml",
    "boot_file_names": "{mac}.ini",
    "boot_file": "[go]\r\nnext=tb_{MAC}.xml\r\n",
}
LINES = """<?xml version="1.0"?>
<teleblitz>
<line user="%ITCS_Line1Id%" password="%ITCS_Line1AuthPassword%"/>
<zone>%ITCS_UtcOffsetSeconds%</zone>
<ldap>%ITCS_LDAPServerAddress%</ldap>
</teleblitz>"""


def text_of(lines: str) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ipphonetamplate>
  <type>teleblitz_Z9</type>
  <description>Teleblitz Z9</description>
  <file_config><type>global_file</type><name>Teleblitz_Z9_global.cfg</name><data></data></file_config>
  <file_config><type>file</type><name>%ITCS_mac%.cfg</name><data><![CDATA[{lines}]]></data></file_config>
</ipphonetamplate>"""


def test_an_invented_vendors_phone_is_provisioned_by_what_is_typed(app: Flask, world: World, sign_in: SignIn):
    oscar = sign_in("oscar")
    answer = oscar.post("/phone-models/add", MODEL)
    assert answer.status_code == 302, answer.text
    with reading(database_of(app), ALL_TENANTS) as session:
        model = session.scalars(select(PhoneModel.id).where(PhoneModel.name == "Z9")).one()
        clone = session.scalars(select(ConfigTemplate.id).where(ConfigTemplate.name == "Snom_D785")).one()
    page = oscar.get(f"/phone-models/show/{model}").text
    assert "tb_{MAC}.xml" in page

    about = {
        "name": "Teleblitz",
        "description": "",
        "tenant": str(world.acme),
        "model": str(model),
        "train": "generic",
    }
    added = oscar.post("/templates/add", {**about, "clone": str(clone), "is_default": "y"})
    assert added.status_code == 302, added.text
    template = added.location.rpartition("/")[2]
    edited = oscar.post(f"/templates/edit/{template}", {"text": text_of(LINES), "base": "1", "deed": "save"})
    assert edited.status_code == 302, edited.text

    phone = app.test_client()
    asked = {"User-Agent": USER_AGENT}
    boot = phone.get(f"/ipp/tenant/Acme/{MAC}.ini", headers=asked)
    assert (boot.status_code, boot.text) == (200, f"[go]\nnext=tb_{MAC.upper()}.xml")
    assert boot.content_type == "text/xml; charset=utf-8"
    own = phone.get(f"/ipp/tenant/Acme/tb_{MAC.upper()}.xml", headers=asked)
    assert (own.status_code, own.headers["X-Template-Name"]) == (200, "Teleblitz")
    assert etree.fromstring(own.data).find("line") is None  # a phone that waits has no secret, and so no line
    assert phone.get(f"/ipp/tenant/Acme/{MAC}.cfg", headers=asked).status_code == 404


def test_a_template_of_another_format_is_not_cloned_for_a_model(world: World, sign_in: SignIn):
    oscar = sign_in("oscar")
    oscar.post("/phone-models/add", MODEL)
    page = oscar.get("/templates/add").text
    model = page.partition(">Z9<")[0].rpartition('value="')[2].partition('"')[0]
    about = {"name": "Z9", "description": "", "tenant": str(world.acme), "model": model, "train": "generic"}
    answer = oscar.post("/templates/add", {**about, "clone": str(world.acme_template)})
    assert "The text does not do for phones of Z9. The file is no well-formed XML" in answer.text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"file_names": "config.xml"}, "has to hold the MAC address once"),
        ({"file_names": "../{mac}.xml"}, "names a folder"),
        ({"content_type": "page"}, "is no type of a text"),
        ({"boot_file": ""}, "A boot file needs its names and its text"),
        ({"boot_file_names": "TB_{mac}.XML"}, "is the name of the phone&#39;s own file as well"),
        ({"value_format": "yaml"}, "Not a valid choice"),
    ],
)
def test_what_will_not_do_is_said_at_its_field_and_nothing_is_saved(sign_in, world, wrong, sentence):
    oscar = sign_in("oscar")
    page = oscar.post("/phone-models/add", {**MODEL, **wrong})
    assert page.status_code == 200
    assert sentence in page.text
    assert "Teleblitz" not in oscar.get("/phone-models/list/").text
