"""A file to be imported, opened as far as its header when it comes, so that a wrong one is refused at once."""

from app.errors import InvalidInputError, NotAllowedError
from app.models.enums import ImportKind
from app.rules.configuration_tables import is_configuration
from app.rules.zip_reading import Archive
from app.services.imports.user_file import UserFile

SUFFIXES = (".csv", ".zip")
LONGEST_NAME = 120


def checked_name(text: str) -> str:
    """Return the name of a file without its folders, or raise InvalidInputError where none such is taken."""
    name = text.replace("\\", "/").rpartition("/")[2][-LONGEST_NAME:]
    if not name.lower().endswith(SUFFIXES) or not name.isprintable():
        raise InvalidInputError("Choose a file whose name ends with .csv or .zip.", field="name")
    return name


def kind_of(content: bytes, name: str, *, may_be_configuration: bool) -> ImportKind:
    """Open a file, and tell by what is in it what it is; InvalidInputError or NotAllowedError where it is not taken."""
    if content.startswith(b"PK") and is_configuration(Archive(content, name)):
        if not may_be_configuration:
            raise NotAllowedError(f"{name} holds a configuration, which your account may not import.")
        return ImportKind.CONFIGURATION
    UserFile(content, name)
    return ImportKind.USERS
