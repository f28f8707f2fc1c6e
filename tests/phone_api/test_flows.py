"""The two ways in which a phone comes to its file, from the first request to the restart (protocol 3.1, 3.2)."""

from datetime import UTC, datetime

from sqlalchemy import select

from app.models import ConfigFile, Decision, Device, DeviceStatus, PhoneUser
from app.models.enums import Approval, Cause, Origin, Status
from app.services import approval
from app.services.approval import ApprovalRequest
from app.services.author import Author


def test_zero_touch_by_the_url_of_a_tenant(first_phone, stored, acme):
    mac = first_phone.mac
    assert first_phone.get("/firmwarefiles/430HD.img").status == 404
    assert first_phone.report("started", region="Acme").json == {"requests": []}
    waiting_file = first_phone.get(f"/ipp/tenant/Acme/{mac}.cfg")
    assert waiting_file.headers["x-template-name"] == "Audiocodes_430HD_LYNC"
    assert first_phone.get(f"/configfiles/{mac}.cfg").status == 404

    assert first_phone.sign_in("Anna@Acme.com", "Anna A", region=None).json == {"requests": []}
    assert first_phone.get(f"/configfiles/{mac}.cfg").status == 200

    with stored() as session:
        device = session.scalars(select(Device)).one()
        assert (device.mac, device.tenant_id, device.origin) == (mac, acme, Origin.ZERO_TOUCH)
        assert (device.template.name, device.phone_model.name) == ("Audiocodes_430HD_LYNC", "430HD")
        assert device.site.name == "AutoDetection"
        assert (device.phone_user.name, device.phone_user.display_name) == ("anna@acme.com", "Anna A")
        row = session.get_one(DeviceStatus, mac)
        assert (row.device_id, row.approval, row.status) == (
            device.id,
            Approval.NOT_NEEDED,
            Status.REGISTERED,
        )
        causes = session.scalars(
            select(Decision.cause).where(Decision.mac == mac).order_by(Decision.id)
        ).all()
        assert causes == [Cause.REPORT, Cause.FILE_REQUEST, Cause.REPORT]


def test_the_system_url_and_approval(first_phone, stored, setting_up, acme):
    mac = first_phone.mac
    first_file = first_phone.get("/ipp/dhcpoption160.cfg").text
    assert "provisioning/method=STATIC\n" in first_file
    assert "ems_server/user_name=system\n" in first_file
    first_phone.report("started")
    first_phone.sign_in("Anna@Acme.com", "Anna A")
    assert first_phone.get(f"/configfiles/{mac}.cfg").status == 404
    with stored() as session:
        row = session.get_one(DeviceStatus, mac)
        assert (row.tenant.name, row.site.name, row.approval) == ("Default", "AutoDetection", Approval.NEEDED)
        assert session.scalars(select(Device)).all() == []
        assert session.scalars(select(PhoneUser).where(~PhoneUser.is_system)).all() == []

    with setting_up() as session:
        request = ApprovalRequest(tenant_id=acme)
        approval.approve(session, mac, request, author=Author("alice", "192.0.2.1"), now=datetime.now(UTC))

    assert first_phone.sign_in("Anna@Acme.com", "Anna A").json == {"requests": []}
    assert first_phone.get(f"/configfiles/{mac}.cfg").status == 200
    with stored() as session:
        device = session.scalars(select(Device)).one()
        assert (device.tenant_id, device.origin, device.phone_user.name) == (
            acme,
            Origin.APPROVED,
            "anna@acme.com",
        )
        row = session.get_one(DeviceStatus, mac)
        assert (row.tenant_id, row.device_id, row.approval) == (acme, device.id, Approval.NOT_NEEDED)


def test_a_generic_phone_gets_the_name_and_password_of_its_approval(first_phone, setting_up, acme):
    mac = first_phone.mac
    generic = {
        "fwVersion": "2.2.16.142.46",
        "userAgent": "AUDC-IPPhone/2.2.8.61 (430HD; 00908F9A9623)",
        "userId": None,
    }
    first_phone.report("started", **generic)
    with setting_up() as session:
        request = ApprovalRequest(
            tenant_id=acme, user_name="160000", display_name="Reception", password="s3cret-of-the-line"
        )
        approval.approve(session, mac, request, author=Author("alice"), now=datetime.now(UTC))
    lines = first_phone.get(f"/configfiles/{mac}.cfg").text.splitlines()
    assert lines[0] == "include Audiocodes_430HD_global_GENERIC_empty.cfg"
    assert "voip/line/0/id=160000" in lines
    assert "voip/line/0/auth_name=160000" in lines
    assert "voip/line/0/auth_password=s3cret-of-the-line" in lines
    assert "voip/line/0/extension_display=Reception" in lines
    assert "ems_server/user_name=160000" in lines


def test_what_both_ways_leave_is_encrypted(first_phone, stored, acme):
    first_phone.report(region="Acme")
    first_phone.sign_in(region="Acme")
    with stored() as session:
        files = session.scalars(select(ConfigFile)).all()
        assert all(b"provisioning" not in session.get_one(ConfigFile, file.id).content for file in files)
