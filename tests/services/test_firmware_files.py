"""The folder of firmware: nothing in it that is not whole, and nothing that nobody names."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import ConflictError, InvalidInputError
from app.services.firmware import files as firmware_files

BYTES = b"\0UC_2.0.13.121" + bytes(100_000)


def files(folder):
    """What is in the folder, but for the file that writers lock."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


def kept(folder, content=BYTES):
    with firmware_files.draft(folder) as draft:
        draft.write(content)
        with draft.placed() as stored:
            return stored.sha256


def fail_to_keep(folder, content=BYTES):
    with firmware_files.draft(folder) as draft:
        draft.write(content)
        with draft.placed():
            raise ZeroDivisionError


def write_too_much(folder):
    with firmware_files.draft(folder, 1_000_000) as draft:
        for _ in range(11):
            draft.write(BYTES)


def test_bytes_whose_row_could_not_be_written_are_taken_away(tmp_path):
    with pytest.raises(ZeroDivisionError):
        fail_to_keep(tmp_path)
    assert files(tmp_path) == []


def test_bytes_that_another_row_names_stay_when_a_second_row_could_not_be_written(tmp_path):
    sha256 = kept(tmp_path)
    with pytest.raises(ZeroDivisionError):
        fail_to_keep(tmp_path)
    assert files(tmp_path) == [sha256]


def test_a_draft_that_grows_too_large_is_refused_at_once(tmp_path):
    with pytest.raises(InvalidInputError, match=r"larger than 1 MB, the most that is taken"):
        write_too_much(tmp_path)
    assert files(tmp_path) == []


def test_a_full_disk_is_told_in_a_sentence(tmp_path):
    with Path("/dev/full").open("wb", buffering=0) as full:
        draft = firmware_files.Draft(full, tmp_path, None)
        with pytest.raises(ConflictError, match="the disk is full"):
            draft.write(BYTES)


def test_the_sweep_removes_what_a_dead_writer_and_no_row_left_and_spares_the_living(tmp_path):
    named, unnamed = kept(tmp_path), kept(tmp_path, b"\0other" + BYTES)
    code = (
        "import os, pathlib, sys; from app.services.firmware import files as f\n"
        "with f.draft(pathlib.Path(sys.argv[1])) as draft: draft.write(bytes(5000)); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 9
    (left,) = set(files(tmp_path)) - {named, unnamed}
    with firmware_files.draft(tmp_path) as draft:
        draft.write(BYTES)
        with firmware_files.held(tmp_path):
            assert set(firmware_files.sweep(tmp_path, {named})) == {left, unnamed}
        assert len(files(tmp_path)) == 2
    assert files(tmp_path) == [named]


def test_a_server_in_front_can_read_folder_and_file_whatever_the_umask(tmp_path):
    before = os.umask(0o077)
    try:
        name = kept(tmp_path / "firmware")
    finally:
        os.umask(before)
    assert (tmp_path / "firmware").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "firmware" / name).stat().st_mode & 0o777 == 0o644


def test_a_folder_that_somebody_made_keeps_its_mode(tmp_path):
    (tmp_path / "firmware").mkdir(mode=0o700)
    kept(tmp_path / "firmware")
    assert (tmp_path / "firmware").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (999, "999 bytes"),
        (1_500, "1.5 kB"),
        (28_400_000, "28.4 MB"),
        (256_000_000, "256 MB"),
        (4_096_000_000, "4,096 MB"),
    ],
)
def test_sizes_are_written_for_people(size, words):
    assert firmware_files.megabytes(size) == words
