"""All routes, by kind of resource, in the order of the description."""

from collections.abc import Mapping, Sequence

from app.rest_api.resources import (
    alarms,
    configuration_file_texts,
    configuration_files,
    configuration_lines,
    devices,
    firmware,
    firmware_files,
    journal,
    licenses,
    operations,
    phone_models,
    phones,
    placeholders,
    rules,
    settings,
    sites,
    templates,
    tenants,
    users,
    whoami,
)
from app.rest_api.routes import Route
from app.rules.api_tokens import Kind

ROUTES: Sequence[Route] = (
    *whoami.ROUTES,
    *tenants.ROUTES,
    *sites.ROUTES,
    *users.ROUTES,
    *devices.ROUTES,
    *phones.ROUTES,
    *alarms.ROUTES,
    *operations.ROUTES,
    *templates.ROUTES,
    *phone_models.ROUTES,
    *placeholders.ROUTES,
    *configuration_lines.ROUTES,
    *configuration_files.ROUTES,
    *configuration_file_texts.ROUTES,
    *firmware.ROUTES,
    *firmware_files.ROUTES,
    *rules.ROUTES,
    *settings.ROUTES,
    *licenses.ROUTES,
    *journal.ROUTES,
)

TITLES: Mapping[str, str] = {
    "yourself": "Who calls, and what the token may.",
    Kind.TENANTS: "Whose phones these are.",
    Kind.SITES: "Where a tenant's phones stand.",
    Kind.USERS: "The people whose names phones show.",
    Kind.DEVICES: "Phones that are known, and what their files are made from.",
    Kind.PHONES: "What phones last said of themselves.",
    Kind.ALARMS: "Alarms, and what operators do with them.",
    Kind.OPERATIONS: "One action on many phones or users, in batches, each with its result.",
    Kind.TEMPLATES: "What phones' files are made from.",
    Kind.PHONE_MODELS: "The kinds of phones that are recognised and configured.",
    Kind.PLACEHOLDERS: "What stands in templates for values, and the values of each layer.",
    Kind.CONFIGURATION: "Lines that are laid over the files of a tenant's, a site's or a user's phones.",
    Kind.CONFIGURATION_FILES: "What phones fetch, generated or written by hand.",
    Kind.FIRMWARE: "The files that phones load to run another version.",
    Kind.RULES: "The rules of Zero Touch and of alarms, in versions.",
    Kind.SETTINGS: "What an administrator changes while the system runs.",
    Kind.LICENSE: "Until when, and for how many devices.",
    Kind.JOURNAL: "Who did what to what, when and from where.",
}
