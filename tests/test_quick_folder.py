"""Folders of tests go with them, and what runs that were killed have left goes with the next."""

from pathlib import Path

import pytest

from tests import quick_folder


def test_folder_goes_and_takes_along_what_a_killed_run_has_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(quick_folder, "_MEMORY", tmp_path)
    left = tmp_path / "databases-999999999-x"  # no process has this number
    left.mkdir()
    (left / "file").write_text("")
    with quick_folder.quick_folder("databases-") as folder, quick_folder.quick_folder("databases-") as other:
        assert folder != other
        assert folder.is_dir()
        assert not left.exists()
    assert not folder.exists()
