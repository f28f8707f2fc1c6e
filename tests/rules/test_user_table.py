"""Columns of the table of users by their names, and rows as they are understood."""

import pytest

from app.errors import InvalidInputError
from app.rules.user_table import DeviceCells, UserCells, UserColumns

REAL = [
    "Name", "Password", "Display Name", "Tenant", "Device 1 Display Name", "Device 1 MAC Address",
    "Device 1 Serial Number", "Device 1 IP Phone Model", "Device 1 Language", "Device 1 VLAN Mode", "Device 1 VLAN ID",
    "Device 1 VLAN Priority",
]  # fmt: skip


def read(header: list[str], row: list[str]) -> UserCells:
    return UserColumns(header, "users.csv").read(row)


def refusal(header: list[str], row: list[str]) -> str:
    with pytest.raises(InvalidInputError) as refused:
        read(header, row)
    return str(refused.value)


def device(**cells: str) -> DeviceCells:
    return DeviceCells(**{**dict.fromkeys(DeviceCells._fields, ""), **cells})


def test_the_real_columns_in_their_order():
    row = [
        "a@acme.com",
        " p w ",
        "Anna",
        "Acme",
        "Desk",
        "00:90:8F:6C:22:B0",
        "SN1",
        "T430",
        "English",
        "",
        "0",
        "0",
    ]
    found = read(REAL, row)
    desk = device(
        display_name="Desk", mac="00908f6c22b0", serial="SN1", template="T430", language="English", vlan_id="0",
        vlan_priority="0",
    )  # fmt: skip
    assert found == UserCells("a@acme.com", " p w ", "Anna", "Acme", [desk])


def test_the_order_does_not_matter_and_neither_does_case():
    found = read(["DEVICE 1 MAC ADDRESS", "tenant", "NAME"], ["00908f6c22b0", "Acme", "anna"])
    assert found == UserCells("anna", "", "", "Acme", [device(mac="00908f6c22b0")])


def test_the_older_name_of_a_tenant_and_the_manuals_names_of_devices_are_known():
    header = [
        "Name",
        "Password",
        "Display Name",
        "Region",
        "Display Name",
        "Serial",
        "MAC Address",
        "Phone Model",
    ]
    found = read(header, ["anna", "", "Anna", "Acme", "Desk", "SN1", "00908f6c22b0", "T430"])
    desk = device(display_name="Desk", mac="00908f6c22b0", serial="SN1", template="T430")
    assert found == UserCells("anna", "", "Anna", "Acme", [desk])


def test_several_devices_and_gaps_between_them():
    header = ["Name", "Device 2 MAC Address", "Device 1 MAC Address", "Device 12 MAC Address"]
    found = read(header, ["anna", "00908f000002", "", "00908f000012"])
    assert [each.mac for each in found.devices] == ["00908f000002", "00908f000012"]


def test_language_and_vlan_alone_make_no_device():
    assert read(REAL, ["anna", "", "", "", "", "", "", "", "English", "", "0", "0"]).devices == []


def test_a_row_may_be_short_and_its_surplus_empty():
    assert read(REAL, ["anna"]).name == "anna"
    assert read(["Name"], ["anna", "", ""]).name == "anna"


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        (["Password", "Tenant"], [], 'no column "Name"'),
        (["Name", "Colour"], [], 'a column "Colour", which means nothing here'),
        (["Name", "Device 21 MAC Address"], [], "means nothing here"),
        (["Name", "Device 1 Colour"], [], "means nothing here"),
        (["Name", "Tenant", "Region"], [], 'the column "Region" twice'),
        (REAL, ["anna", "", "", "", "Desk"], 'The device "Desk" has no MAC address'),
        (REAL, ["anna", "", "", "", "", "00908f"], '"00908f" is not a MAC address'),
        (["Name"], ["anna", "more"], "The row has 2 cells"),
        (REAL, ["anna", "", "An\nna"], "Display Name holds an end of a line"),
        (REAL, ["anna\u202e"], "Name holds"),
    ],
)
def test_what_cannot_be_understood_is_told(header: list[str], row: list[str], words: str):
    assert words in refusal(header, row)
