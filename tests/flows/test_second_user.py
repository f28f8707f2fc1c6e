"""Another person signs in on a phone: the phone is theirs then, and so is its file."""

import asyncio

from sqlalchemy import select

from app.models import Device, JournalEntry, PhoneUser
from simulator.fleet import Fleet
from simulator.users import user
from tests.flows.installation import TENANT_PATH, USER_NAME, Installation

NEWCOMER = user(99_999, "example.com")


def test_the_second_user_gets_the_phone_and_a_file_of_his_own(ringmaster: Installation) -> None:
    async def story() -> None:
        tenant = ringmaster.add_tenant()
        options = ringmaster.options(TENANT_PATH.format(tenant=tenant.name), phones=1)
        async with Fleet(options) as fleet:
            await fleet.boot()
            (phone,) = fleet.phones
            first = phone.owner
            assert phone.configuration[USER_NAME] == first.display_name
            await phone.sign_out()
            await phone.sign_in(NEWCOMER)
            assert phone.configuration[USER_NAME] == NEWCOMER.display_name
        with ringmaster.reading() as session:
            device = session.scalars(select(Device).where(Device.mac == phone.mac)).one()
            assert device.phone_user is not None
            assert device.phone_user.name == NEWCOMER.id
            users = set(session.scalars(select(PhoneUser.name).where(PhoneUser.tenant_id == tenant.id)))
            assert users == {first.id, NEWCOMER.id}
            signed_in = select(JournalEntry.text).where(
                JournalEntry.subject == phone.mac, JournalEntry.action == "user signed in"
            )
            assert NEWCOMER.id in session.scalars(signed_in).one()

    asyncio.run(story())
