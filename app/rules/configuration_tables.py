"""What an archive of a configuration holds: its tables, their columns, and how they are read (protocol 11.2).

The first columns of each table are those that other managers of this family write. What they do not know stands
behind, so that they find theirs.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.errors import InvalidInputError
from app.rules.csv_table import CsvTable
from app.rules.sentences import quoted
from app.rules.zip_reading import Archive

MOST_ROWS = 20_000
LARGEST_MEMBER = 20_000_000


class Part(StrEnum):
    """The parts of a configuration, in the order in which one needs the other."""

    TENANTS = "Tenants"
    TENANT_LINES = "Tenant Configuration"
    SITES = "Sites"
    SITE_LINES = "Site Configuration"
    TEMPLATES = "Templates"
    DEFAULTS = "Zero Touch Defaults"
    SETTINGS = "System Settings"
    SYSTEM_VALUES = "Default Placeholders Values"
    TEMPLATE_VALUES = "Template Placeholders"
    TENANT_VALUES = "Tenant Placeholders"
    SITE_VALUES = "Site Placeholders"
    FIRMWARE = "Phone Firmware Files"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an archive; ``inner`` is the archive within the archive that it lies in, if it does."""

    part: Part
    name: str
    columns: Sequence[str]
    needs: Sequence[str]
    inner: str = ""


TABLES = (
    Table(
        Part.TENANTS, "Tenants.csv", ("NAME", "DESCRIPTION", "SUBNET", "EXTERNAL_ID", "ENDPOINT_LICENSES"), ("NAME",),
        "Tenants.zip",
    ),
    Table(
        Part.SITES, "Sites.csv",
        ("SITE_NAME", "SITE_DESCRIPTION", "SITE_TENANT_NAME", "SITE_REGION_NAME", "SITE_SUBNET"),
        ("SITE_NAME", "SITE_TENANT_NAME"), "Sites.zip",
    ),
    Table(
        Part.TEMPLATES, "Templates.csv",
        (
            "MODEL_NAME", "MODEL_DESC", "TEMPLATE_FILE_PATH", "OVERWRITE_FILE_PATH", "TENANT_ID", "TYPE",
            "DEFAULT_MODEL", "TRAIN",
        ),
        ("MODEL_NAME", "TEMPLATE_FILE_PATH", "TYPE"), "Templates.zip",
    ),
    Table(
        Part.DEFAULTS, "Template_Defaults.csv", ("TENANT_NAME", "TYPE", "TRAIN", "MODEL_NAME"),
        ("TENANT_NAME", "TYPE", "TRAIN", "MODEL_NAME"),
    ),
    Table(Part.SETTINGS, "System_Settings.csv", ("KEY", "VAL"), ("KEY", "VAL")),
    Table(Part.SYSTEM_VALUES, "Default_Placeholders.csv", ("KEY", "VAL", "DESCRIPTION"), ("KEY", "VAL")),
    Table(
        Part.TEMPLATE_VALUES, "Template_Placeholders.csv", ("DEF_KEY", "DEF_VAL", "DESCRIPTION", "MODEL"),
        ("DEF_KEY", "DEF_VAL", "MODEL"),
    ),
    Table(
        Part.TENANT_VALUES, "Tenant_Placeholders.csv", ("TENANT_KEY", "TENANT_VAL", "TENANT_ID", "DESCRIPTION"),
        ("TENANT_KEY", "TENANT_VAL", "TENANT_ID"),
    ),
    Table(
        Part.SITE_VALUES, "Site_Placeholders.csv",
        ("SITE_KEY", "SITE_VAL", "SITE_ID", "SITE_TENANT_NAME", "DESCRIPTION"), ("SITE_KEY", "SITE_VAL", "SITE_ID"),
    ),
    Table(
        Part.FIRMWARE, "Phone_Firmware_Files.csv", ("NAME", "DESCRIPTION", "VERSION", "SHA256"), ("NAME", "SHA256")
    ),
)  # fmt: skip
_NAMES = {table.inner or table.name for table in TABLES}


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a table, or one line that is laid over the files of a tenant or site.

    ``cells`` are by the names of the columns, those that are missing empty; ``text`` is the file that a row of a
    template names, or the line.
    """

    part: Part
    cells: Mapping[str, str]
    text: bytes = b""


def file_of_lines(*names: str) -> str:
    """Return the name of the file that holds the lines of a tenant, or of a tenant's site."""
    return "~".join(names) + ".cfg"


def is_configuration(archive: Archive) -> bool:
    """Tell whether an archive holds a configuration, by the names of its members."""
    return any(name in _NAMES for name in archive.members)


def read_configuration(content: bytes, name: str, as_it_was: Callable[[str], str]) -> Sequence[Item]:
    """Return all rows of an archive in the order in which they can be added; InvalidInputError where it is none.

    ``as_it_was`` gets a cell back as it was before a spreadsheet was kept from calculating with it.
    """
    archive = Archive(content, name)
    if not is_configuration(archive):
        raise InvalidInputError(
            f"{quoted(name)} holds no configuration: there is none of {', '.join(sorted(_NAMES))} in it."
        )
    items = [item for table in TABLES for item in _read_table(archive, table, as_it_was)]
    if len(items) > MOST_ROWS:
        raise InvalidInputError(f"{quoted(name)} holds {len(items):,} things; {MOST_ROWS:,} is the most.")
    order = list(Part)
    return sorted(items, key=lambda item: order.index(item.part))


def _read_table(archive: Archive, table: Table, as_it_was: Callable[[str], str]) -> Iterator[Item]:
    if table.inner:
        if table.inner not in archive.members:
            return
        archive = Archive(archive.read(table.inner, most_bytes=LARGEST_MEMBER), table.inner)
    if table.name not in archive.members:
        return
    for written in _rows(archive, table):
        cells = {column: as_it_was(cell) for column, cell in written.items()}
        yield Item(table.part, cells, _text_beside(archive, table, cells))
        yield from _lines_beside(archive, table, cells)


def _rows(archive: Archive, table: Table) -> Iterator[Mapping[str, str]]:
    read = CsvTable(io.BytesIO(archive.read(table.name, most_bytes=LARGEST_MEMBER)), table.name)
    found = [column.upper() for column in read.columns]
    missing = [column for column in table.needs if column not in found]
    if missing:
        raise InvalidInputError(f"{table.name} has no column {', '.join(missing)}.")
    for _, row in read.rows():
        given = dict(zip(found, row, strict=False))
        yield {column: given.get(column, "") for column in table.columns}


def _text_beside(archive: Archive, table: Table, cells: Mapping[str, str]) -> bytes:
    """Return the text of a template: its edited copy, where the archive has one."""
    if table.part is not Part.TEMPLATES:
        return b""
    for column in ("OVERWRITE_FILE_PATH", "TEMPLATE_FILE_PATH"):
        name = cells[column].replace("\\", "/").rpartition("/")[2]
        if name in archive.members:
            return archive.read(name, most_bytes=LARGEST_MEMBER)
    return b""


def _lines_beside(archive: Archive, table: Table, cells: Mapping[str, str]) -> Iterator[Item]:
    if table.part is Part.TENANTS:
        part, file, owner = Part.TENANT_LINES, file_of_lines(cells["NAME"]), {"TENANT": cells["NAME"]}
    elif table.part is Part.SITES:
        tenant, site = cells["SITE_TENANT_NAME"], cells["SITE_NAME"]
        part, file, owner = Part.SITE_LINES, file_of_lines(tenant, site), {"TENANT": tenant, "SITE": site}
    else:
        return
    if file in archive.members:
        for line in archive.read(file, most_bytes=LARGEST_MEMBER).splitlines():
            if line.strip() and not line.lstrip().startswith(b";"):
                yield Item(part, owner, line)
