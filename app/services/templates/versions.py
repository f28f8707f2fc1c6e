"""The texts that templates have had: kept with who, when and how, and found again."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from app.errors import NotFoundError
from app.models import ConfigTemplate, TemplateVersion
from app.services import stored_files
from app.services.paging import Page, page_of

PRODUCT = "Ringmaster"
"""Who saved what came with the product."""


def keep(session: Session, template: ConfigTemplate, *, by: str, reason: str) -> None:
    """Keep the text that the template has as the version whose number it has."""
    session.flush()
    session.add(
        TemplateVersion(
            template_id=template.id,
            tenant_id=template.tenant_id,
            number=template.version,
            saved_at=template.changed_at,
            saved_by=by,
            reason=reason,
            content=stored_files.pack(template.content.encode()),
        )
    )


def keep_missing(session: Session) -> None:
    """Keep the texts of templates of which no version is kept: those that the product brought."""
    has_versions = select(TemplateVersion.template_id).where(TemplateVersion.template_id == ConfigTemplate.id)
    for template in session.scalars(select(ConfigTemplate).where(~has_versions.exists())).all():
        keep(session, template, by=PRODUCT, reason="came with the product" if template.is_factory else "kept")


def history(session: Session, template_id: int, *, number: int, size: int) -> Page:
    """Return a page of a template's versions, the latest first, without their texts."""
    of_template = select(TemplateVersion).where(TemplateVersion.template_id == template_id)
    return page_of(session, of_template.order_by(TemplateVersion.number.desc()), number=number, size=size)


def get_version(session: Session, template_id: int, number: int) -> TemplateVersion:
    """Return a version with its text, or raise NotFoundError."""
    version = _find(session, template_id, TemplateVersion.number == number)
    if version is None:
        raise NotFoundError(f"The template has no version {number}, or none that your account may see.")
    return version


def text_of(version: TemplateVersion) -> str:
    """Return the text; people may have written passwords into it."""
    return stored_files.text_of(version.content).decode()


def find_before(session: Session, version: TemplateVersion) -> TemplateVersion | None:
    """Return the version that a version took the place of, None for the first."""
    return _find(session, version.template_id, TemplateVersion.number < version.number)


def last_saved(session: Session, template: ConfigTemplate) -> tuple[str, datetime]:
    """Return who saved the text that a template has, and when."""
    present = _find(session, template.id, TemplateVersion.number == template.version)
    return (present.saved_by, present.saved_at) if present else (PRODUCT, template.changed_at)


def _find(session: Session, template_id: int, condition: object) -> TemplateVersion | None:
    """Return the latest version of a template that fulfils a condition, its text loaded."""
    return session.scalar(
        select(TemplateVersion)
        .where(TemplateVersion.template_id == template_id, condition)  # type: ignore[arg-type]  # a column's comparison
        .order_by(TemplateVersion.number.desc())
        .limit(1)
        .options(undefer(TemplateVersion.content))
    )
