"""What people set on their phones: there again after a reset, and on another phone."""

import asyncio

from simulator.fleet import Fleet
from tests.flows.installation import TENANT_PATH, Installation

KEY = "personal_settings/functional_key/3"
BOB = {f"{KEY}/key_label": "Bob", f"{KEY}/speed_dial_number": "4711"}


def test_a_persons_keys_are_there_after_a_reset_and_follow_to_another_phone(ringmaster: Installation) -> None:
    async def story() -> None:
        tenant = ringmaster.add_tenant()
        options = ringmaster.options(TENANT_PATH.format(tenant=tenant.name), phones=2)
        async with Fleet(options) as fleet:
            await fleet.boot()
            desk, meeting_room = fleet.phones
            anna, bob = desk.owner, meeting_room.owner
            assert await desk.set_keys(BOB)
            await desk.reset_to_factory()
            assert desk.keys == BOB
            assert desk.configuration[f"{KEY}/key_label"] == "Bob"

            await meeting_room.sign_in(anna)
            assert meeting_room.keys == BOB
            assert await meeting_room.set_keys({f"{KEY}/key_label": "Robert"})
            # The desk knows an older version: it reads its file, then sends its change.
            assert await desk.set_keys({"personal_settings/speed_dial/1/number": "12"})
            assert desk.keys == {
                **BOB, f"{KEY}/key_label": "Robert", "personal_settings/speed_dial/1/number": "12",
            }  # fmt: skip

            await meeting_room.sign_in(bob)
            assert meeting_room.keys == {}
            assert KEY + "/key_label" not in meeting_room.configuration
            assert not fleet.ledger.failures

    asyncio.run(story())
