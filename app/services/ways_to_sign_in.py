"""Loads the file of ways to sign in, with the secrets and certificates in the files that it names."""

import ssl
from dataclasses import replace
from pathlib import Path

from app.errors import InvalidInputError, RingmasterError
from app.rules.ways_to_sign_in.directory import DirectoryWay
from app.rules.ways_to_sign_in.provider import ProviderWay
from app.rules.ways_to_sign_in.reading import NO_WAYS, Ways, read_ways

_LARGEST = 1024 * 1024


def load(file: Path | None) -> Ways:
    """Return the ways of a file, none where there is no file.

    Raises InvalidInputError with the file, the place and what to do; a secret is never repeated.
    """
    if file is None:
        return NO_WAYS
    try:
        ways = read_ways(_text_of(file))
        directory = None if ways.directory is None else _filled_in(ways.directory, file.parent)
        return Ways(directory, tuple(_with_secret(each, file.parent) for each in ways.providers))
    except RingmasterError as error:
        raise InvalidInputError(f"RINGMASTER_SIGN_IN_FILE, {file}: {error}") from error


def _filled_in(way: DirectoryWay, folder: Path) -> DirectoryWay:
    password = _secret_in(folder, way.bind_password_file)
    return replace(way, bind_password=password, certificates=_certificates_in(folder, way.ca_file))


def _with_secret(way: ProviderWay, folder: Path) -> ProviderWay:
    secret = _secret_in(folder, way.client_secret_file)
    return replace(way, client_secret=secret, certificates=_certificates_in(folder, way.ca_file))


def _secret_in(folder: Path, name: str) -> str:
    if not name:
        return ""
    secret = _text_of(folder / name).strip()
    if not secret or "\0" in secret:
        raise InvalidInputError(f"There is no secret in {folder / name}; write it there as one line.")
    return secret


def _certificates_in(folder: Path, name: str) -> str:
    if not name:
        return ""
    text = _text_of(folder / name)
    try:
        ssl.create_default_context(cadata=text)
    except (ssl.SSLError, ValueError) as error:
        raise InvalidInputError(f"{folder / name} has no certificates in PEM.") from error
    return text


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read ({error.strerror}).") from error
    if len(content) > _LARGEST:
        raise InvalidInputError(
            f"{path} is larger than 1 MB, so it is another file than the one that is meant."
        )
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{path} is no text in UTF-8.") from error
