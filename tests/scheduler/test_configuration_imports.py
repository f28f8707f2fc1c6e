"""Imports of a configuration: what is shown is what is added, all of it or nothing, and how it is taken back."""

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import Database, make_engine
from app.models import (
    ConfigFile,
    ConfigTemplate,
    ConfigurationValue,
    ImportJob,
    ImportRow,
    JournalEntry,
    Placeholder,
    Site,
    TemplateDefault,
    Tenant,
)
from app.models.enums import ImportKind, ImportState, Layer, Train, ValueLevel, Verdict
from app.rendering.csv_lines import reversible_line
from app.rules.configuration_tables import Part
from app.scheduler.import_worker import ImportWorker
from app.security.secrets import open_vault
from app.security.tenant_scope import ALL_TENANTS
from app.services import configuration_export, settings
from app.services.author import Author
from app.services.imports import jobs
from app.services.templates import changes, texts
from app.transaction import reading, writing
from tests.databases import INSTALLATION_KEY, Databases
from tests.factories import (
    TEMPLATE,
    get_model,
    get_template,
    make_firmware,
    make_placeholder,
    make_site,
    make_tenant,
    make_user,
)

Rows = list[list[str]]


OSCAR = Author("oscar", "10.0.0.9")


def now() -> datetime:
    return datetime.now(UTC)


def archive(members: Mapping[str, str | bytes | Rows]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            rows = content if isinstance(content, list) else []
            made.writestr(name, "".join(map(reversible_line, rows)) if rows else content)  # type: ignore[arg-type]
    return stream.getvalue()


def bring(database: Database, content: bytes) -> int:
    with writing(database, ALL_TENANTS) as session:
        job_id = jobs.add(
            session, ImportKind.CONFIGURATION, "Configuration.zip", content, author=OSCAR, now=now()
        ).id
    ImportWorker(database).work_off()
    return job_id


def confirm(database: Database, job_id: int) -> ImportState:
    with writing(database, ALL_TENANTS) as session:
        jobs.confirm(session, jobs.get(session, job_id, "oscar"), author=OSCAR)
    ImportWorker(database).work_off()
    return state_of(database, job_id)


def undo(database: Database, job_id: int) -> ImportState:
    with writing(database, ALL_TENANTS) as session:
        jobs.undo(session, jobs.get(session, job_id, "oscar"), author=OSCAR, now=now())
    ImportWorker(database).work_off()
    return state_of(database, job_id)


def state_of(database: Database, job_id: int) -> ImportState:
    with reading(database, ALL_TENANTS) as session:
        return session.get_one(ImportJob, job_id).state


def rows_of(database: Database, job_id: int) -> list[tuple[str, str, Verdict, str]]:
    with reading(database, ALL_TENANTS) as session:
        columns = select(ImportRow.part, ImportRow.name, ImportRow.verdict, ImportRow.reason)
        found = session.execute(columns.where(ImportRow.job_id == job_id).order_by(ImportRow.line))
        return [tuple(row) for row in found]


def count(database: Database, model: type[object], *conditions: object) -> int:
    with reading(database, ALL_TENANTS) as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def exported(database: Database) -> bytes:
    stream = io.BytesIO()
    with reading(database, ALL_TENANTS) as session:
        configuration_export.write_configuration(session, stream)
    return stream.getvalue()


def make_company(session: Session, data_dir: Path) -> None:
    """Fill an installation with something of every part."""
    acme = make_tenant(session, "Acme", subnet="10.1.0.0/16", description="=first", external_id="a-1")
    bern = make_site(session, "Bern", tenant=acme, subnet="10.1.2.0/24")
    make_placeholder(session, "Proxy_address", "sip.acme.com", tenant_id=acme.id)
    make_placeholder(session, "Motto", "-all of us", tenant_id=acme.id, site_id=bern.id)
    make_placeholder(session, "Room", "hall")
    session.add(
        ConfigurationValue(
            level=ValueLevel.TENANT, tenant_id=acme.id, parameter="system/password", value="open-sesame"
        )
    )
    session.add(
        ConfigurationValue(
            level=ValueLevel.SITE, tenant_id=acme.id, site_id=bern.id, parameter="a/b", value="c=d"
        )
    )
    model = get_model(session)
    wanted = changes.Properties(
        name="Acme desk", description="of ours", tenant_id=acme.id, phone_model_id=model.id, train=Train.UC
    )
    text = get_template(session).content.replace("]]>", "motto=%ITCS_P_Motto%\n]]>")
    template = changes.add_with_text(session, wanted, text, origin="written", author=OSCAR, now=now())
    session.add(
        TemplateDefault(tenant_id=acme.id, phone_model_id=model.id, train=Train.UC, template_id=template.id)
    )
    session.flush()
    session.scalars(select(Placeholder).where(Placeholder.name == "P_Motto")).one().value = "all"
    factory = get_template(session, "Audiocodes_420HD")
    edited = factory.content.replace("]]>", "system/edited=1\n]]>")
    texts.put(session, factory, edited, "edited", author=OSCAR, now=now())
    settings.change_many(
        session, {"language": "German", "disconnected_timeout": "60"}, author=OSCAR, now=now()
    )
    make_firmware(session, data_dir)


def test_an_export_comes_back_unchanged(database: Database, tmp_path: Path):
    with writing(database, ALL_TENANTS) as session:
        make_company(session, tmp_path)
    job_id = bring(database, exported(database))
    found = rows_of(database, job_id)
    assert {verdict for _, _, verdict, _ in found} == {Verdict.UNCHANGED}, found
    assert {part for part, *_ in found} == set(Part)


def test_an_export_makes_another_installation_the_same_and_undo_the_one_it_was(
    database: Database,
    databases: Databases,
    database_kind: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
):
    before = exported(database)
    source_url = databases.copy(request.getfixturevalue(f"{database_kind}_template"))
    open_vault(INSTALLATION_KEY)
    source = Database(make_engine(source_url))
    with writing(source, ALL_TENANTS) as session:
        make_company(session, tmp_path)
    content = exported(source)
    source.reader.dispose()
    databases.drop(source_url)
    job_id = bring(database, content)
    wrong = [row for row in rows_of(database, job_id) if row[2] is Verdict.ERROR]
    assert [(part, name) for part, name, _, _ in wrong] == [(Part.FIRMWARE, "430HD.img")]
    assert "Upload it under Phone Firmware Files" in wrong[0][3]
    assert count(database, Tenant, Tenant.name == "Acme") == 0, "a preview adds nothing"
    assert confirm(database, job_id) is ImportState.DONE
    assert members_of(exported(database), leave_out="Phone_Firmware_Files.csv") == members_of(
        content, leave_out="Phone_Firmware_Files.csv"
    )
    assert count(database, ConfigFile, ConfigFile.name == "Acme_desk_global.cfg") == 1
    assert undo(database, job_id) is ImportState.UNDONE
    with reading(database, ALL_TENANTS) as session:
        outcomes = session.scalars(select(ImportRow.outcome).where(ImportRow.outcome != "")).all()
    assert outcomes == []
    assert members_of(exported(database)) == members_of(before)


def members_of(content: bytes, leave_out: str = "") -> dict[str, object]:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {
            name: members_of(opened.read(name)) if name.endswith(".zip") else opened.read(name)
            for name in opened.namelist()
            if name != leave_out
        }


def test_files_of_other_managers_of_the_family_are_read(database: Database):
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<ipphonetamplate><type>audiocodes_430HD</type>'
        "<description>für alle</description>"
        "<file_config><type>global_file</type><profile>global</profile><name>Old_global.cfg</name>"
        "<destinationDir>%ITCS_destination%</destinationDir><data><![CDATA[]]></data></file_config>"
        "<file_config><type>file</type><profile>user</profile><name>%ITCS_mac%.cfg</name>"
        "<data><![CDATA[include Old_global.cfg\nvoip/line/0/id=%ITCS_Line1Id%]]></data></file_config>"
        "</ipphonetamplate>\n"
    ).encode("latin-1")
    path = "/data/NBIF/ippmanager/templates/Old_desk.cfg"
    template = ["Old desk", "of old", path, "", "1", "430HD", ""]
    content = archive(
        {
            "Tenants.zip": archive(
                {"Tenants.csv": [["NAME", "DESCRIPTION"], ["Nord", "Tenant of the north"]], "Nord.cfg": "a/b=c\n;d=e\n"}
            ),
            "Sites.zip": archive(
                {
                    "Sites.csv": [
                        ["SITE_NAME", "SITE_DESCRIPTION", "SITE_TENANT_NAME", "SITE_REGION_NAME"],
                        ["AutoDetection", "", "Nord", ""],
                        ["Kiel", "", "Nord", ""],
                    ]
                }
            ),
            "Templates.zip": archive(
                {
                    "Templates.csv": [
                        [
                            "MODEL_NAME", "MODEL_DESC", "TEMPLATE_FILE_PATH", "OVERWRITE_FILE_PATH", "TENANT_ID",
                            "TYPE", "DEFAULT_MODEL",
                        ],
                        template,
                        [*template[:1], "", "/nowhere.cfg", *template[3:]],
                    ],
                    "Old_desk.cfg": text,
                }
            ),
            "System_Settings.csv": [
                ["KEY", "VAL"],
                ["MwiVmNumber", "1234"],
                ["def_region", ""],
                ["ipplanguage", "English"],
                ["ippserver", "10.9.9.9"],
                ["ntpserver", "10.1.1.10"],
                ["colour", "blue"],
            ],
            "Template_Placeholders.csv": [
                ["DEF_KEY", "DEF_VAL", "DESCRIPTION", "MODEL"],
                ["KeepAlivePeriod", "5", "Keep alive period (minutes)", TEMPLATE],
                ["KeepAlivePeriod", "5", "Keep alive period (minutes)", TEMPLATE],
                ["Stub", "", "", "Old desk"],
                ["SRTP", "perhaps", "", "Old desk"],
                ["Stub", "", "", "Nothing"],
            ],
            "Tenant_Placeholders.csv": [
                ["TENANT_KEY", "TENANT_VAL", "TENANT_ID"],
                ["DayLightStartMonth", "03", "Nord"],
            ],
            "Site_Placeholders.csv": [
                ["SITE_KEY", "SITE_VAL", "SITE_ID"],
                ["Key", "1", "Kiel"],
                ["Key", "1", "AutoDetection"],
            ],
        }
    )  # fmt: skip
    job_id = bring(database, content)
    assert [(part, name, verdict) for part, name, verdict, _ in rows_of(database, job_id)] == [
        (Part.TENANTS, "Nord", Verdict.NEW),
        (Part.TENANT_LINES, "a/b", Verdict.NEW),
        (Part.SITES, "AutoDetection", Verdict.UNCHANGED),
        (Part.SITES, "Kiel", Verdict.NEW),
        (Part.TEMPLATES, "Old desk", Verdict.NEW),
        (Part.TEMPLATES, "Old desk", Verdict.ERROR),
        (Part.SETTINGS, "MwiVmNumber", Verdict.NEW),
        (Part.SETTINGS, "def_region", Verdict.UNCHANGED),
        (Part.SETTINGS, "ipplanguage", Verdict.UNCHANGED),
        (Part.SETTINGS, "ippserver", Verdict.EXISTS),
        (Part.SETTINGS, "ntpserver", Verdict.NEW),
        (Part.SETTINGS, "colour", Verdict.ERROR),
        (Part.TEMPLATE_VALUES, "KeepAlivePeriod", Verdict.NEW),
        (Part.TEMPLATE_VALUES, "KeepAlivePeriod", Verdict.UNCHANGED),
        (Part.TEMPLATE_VALUES, "Stub", Verdict.NEW),
        (Part.TEMPLATE_VALUES, "SRTP", Verdict.ERROR),
        (Part.TEMPLATE_VALUES, "Stub", Verdict.ERROR),
        (Part.TENANT_VALUES, "DayLightStartMonth", Verdict.NEW),
        (Part.SITE_VALUES, "Key", Verdict.NEW),
        (Part.SITE_VALUES, "Key", Verdict.ERROR),
    ]
    assert confirm(database, job_id) is ImportState.DONE
    with reading(database, ALL_TENANTS) as session:
        old = session.scalars(select(ConfigTemplate).where(ConfigTemplate.name == "Old desk")).one()
        assert (old.train, old.tenant_id, old.phone_model.name) == (Train.GENERIC, None, "430HD")
        assert "für alle" in old.content
        assert settings.read_text(session, "voice_mail_number") == "1234"
        month = select(Placeholder.value).where(
            Placeholder.name == "DayLightStartMonth", Placeholder.layer == Layer.TENANT
        )
        assert session.scalar(month) == "3"
        entry = session.scalars(
            select(JournalEntry).where(JournalEntry.action == "configuration imported")
        ).one()
        assert entry.text == "oscar imported 10 things from Configuration.zip."


def test_what_exists_stays_and_secrets_are_not_told(database: Database):
    with writing(database, ALL_TENANTS) as session:
        acme = make_tenant(session, "Acme", description="ours")
        make_placeholder(session, "Line_password", "open-sesame", tenant_id=acme.id)
        settings.change(session, "language", "German", author=OSCAR, now=now())
    content = archive(
        {
            "Tenants.zip": archive({"Tenants.csv": [["NAME", "DESCRIPTION"], ["ACME", "theirs"]]}),
            "System_Settings.csv": [["KEY", "VAL"], ["ipplanguage", "French"]],
            "Tenant_Placeholders.csv": [["TENANT_KEY", "TENANT_VAL", "TENANT_ID"], ["Line_password", "x", "Acme"]],
        }
    )  # fmt: skip
    job_id = bring(database, content)
    found = rows_of(database, job_id)
    assert {verdict for _, _, verdict, _ in found} == {Verdict.EXISTS}
    assert "sesame" not in "".join(reason for *_, reason in found)


def test_nothing_is_added_when_something_changed_since_it_was_shown(database: Database):
    content = archive(
        {"Tenants.zip": archive({"Tenants.csv": [["NAME", "DESCRIPTION"], ["Acme", ""], ["Globex", ""]]})}
    )
    job_id = bring(database, content)
    with writing(database, ALL_TENANTS) as session:
        make_tenant(session, "Acme")
    assert confirm(database, job_id) is ImportState.CHECKED
    assert count(database, Tenant, Tenant.name == "Globex") == 0
    assert [verdict for _, _, verdict, _ in rows_of(database, job_id)] == [Verdict.UNCHANGED, Verdict.NEW]
    assert confirm(database, job_id) is ImportState.DONE


def test_undo_leaves_what_is_in_use_or_was_changed_since(database: Database):
    content = archive(
        {
            "Tenants.zip": archive({"Tenants.csv": [["NAME", "DESCRIPTION"], ["Acme", ""], ["Globex", ""]]}),
            "Default_Placeholders.csv": [["KEY", "VAL", "DESCRIPTION"], ["Room", "hall", ""], ["Floor", "1", ""]],
            "System_Settings.csv": [["KEY", "VAL"], ["ipplanguage", "French"]],
        }
    )  # fmt: skip
    job_id = bring(database, content)
    confirm(database, job_id)
    with writing(database, ALL_TENANTS) as session:
        acme = session.scalars(select(Tenant).where(Tenant.name == "Acme")).one()
        make_user(session, "anna", tenant=acme)
        session.scalars(select(Placeholder).where(Placeholder.name == "Room")).one().value = "cellar"
        settings.change(session, "language", "Dutch", author=OSCAR, now=now())
    assert undo(database, job_id) is ImportState.UNDONE
    with reading(database, ALL_TENANTS) as session:
        kept = session.execute(select(ImportRow.name, ImportRow.outcome).where(ImportRow.outcome != ""))
        assert dict(kept.all()) == {
            "Acme": "It stays: it has users by now.",
            "Room": "It stays: it was changed since.",
            "ipplanguage": "It stays: it was changed since.",
        }
        assert session.get_one(ImportJob, job_id).counts["kept"] == 3
    assert count(database, Tenant, Tenant.name == "Globex") == 0
    assert count(database, Site) == 2


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"readme.txt": "hello"}, "holds no configuration"),
        ({"System_Settings.csv": "KEY\na\n"}, "System_Settings.csv has no column VAL"),
        ({"Tenants.zip": b"nonsense"}, "Tenants.zip is no zip archive"),
        ({"System_Settings.csv": b"KEY,VAL\n\xff\n"}, "not UTF-8"),
        ({"System_Settings.csv": "KEY,VAL\n" + "a,b\n" * 20_001}, "20,001 things"),
        ({"Tenants.zip": bytes(30_000_000)}, "larger than 20 MB"),
    ],
)
def test_what_is_no_configuration_is_refused_with_a_sentence(
    database: Database, members: dict[str, str | bytes], words: str
):
    job_id = bring(database, archive(members))
    with reading(database, ALL_TENANTS) as session:
        job = session.get_one(ImportJob, job_id)
        assert job.state is ImportState.REFUSED
        assert words in job.sentence
