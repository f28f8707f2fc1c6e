"""A phone of the storm asks what a phone asks when it boots, over one connection."""

from benchmarks import reports
from benchmarks.experiments.boot_storm import boots


def test_each_phone_reads_its_two_files_and_reports_before_it_closes_the_connection() -> None:
    asked = list(boots(2))
    first, second = reports.macs(2)
    assert [ask.path for ask in asked] == [
        "/ipp/dhcpoption160.cfg",
        f"/configfiles/{first}.cfg",
        reports.PATH,
        "/ipp/dhcpoption160.cfg",
        f"/configfiles/{second}.cfg",
        reports.PATH,
    ]
    assert ["Connection: close" in ask.headers for ask in asked] == [False, False, True] * 2
    assert [ask.body for ask in asked if ask.method == "POST"] == list(reports.bodies(2))
