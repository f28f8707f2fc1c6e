"""Which system settings there are: every row of the manual's table 9-1, in its order and words."""

from collections.abc import Mapping
from types import MappingProxyType

from app.logs import day_files, levels
from app.rendering.daylight import DateFormat
from app.rendering.placeholders import SYSTEM_DEFAULTS
from app.services.settings.definitions import NO, YES, Section, Setting, of_placeholder
from app.services.settings.ldap import LDAP_SETTINGS
from app.services.settings.texts import (
    CHANGE_DATE,
    GMT_OFFSET,
    HOST,
    HOST_AND_PORT,
    LANGUAGES,
    PHONE_PAGES,
    SUFFIXES,
    TIME_ZONE,
    TIME_ZONE_OR_NOTHING,
    WEB_ADDRESS,
    choice,
    line,
    phone_address,
    whole_number,
)

INSTALLED, HTTP, HTTPS = "installed", "http", "https"
_SUMMER = "month=3 day=26 week=1 day_of_week=SUNDAY hour=2 minute=0"
_WINTER = "month=9 day=14 week=1 day_of_week=SUNDAY hour=2 minute=0"
_NO_ADDRESS = SYSTEM_DEFAULTS["Outbound_proxy"]
_OFF_OR_ON = choice({"0": "Disable", "1": "Enable"})
_LONGEST_BACKUP_ADDRESS = 32  # what phones take for it (protocol 12)

_GENERAL = (
    Setting(
        "https_to_devices",
        "Secure (HTTPS) communication from the manager to the devices",
        "Restart, Send Message and other requests to a phone go over HTTPS. Through an SBC proxy they always do.",
        NO, choice({NO: "No", YES: "Yes"}), Section.COMMUNICATION,
    ),
    Setting(
        "verify_phones",
        "Check the certificates of devices",
        "Whether a phone that is called over HTTPS needs a certificate that this server trusts. Those that phones have "
        "from the factory are of their own making.",
        NO, choice({NO: "No", YES: "Yes"}), Section.COMMUNICATION,
    ),
    Setting(
        "telnet_to_phones",
        "Telnet to devices",
        "Who may debug phones can send them commands. Telnet is not encrypted: passwords and answers can be read on "
        "the way. The phones need management/telnet/enabled=1 in their files.",
        NO, choice({NO: "No", YES: "Yes"}), Section.COMMUNICATION,
    ),
    Setting(
        "scheme_from_devices",
        "Secure (HTTPS) communication from the devices to the manager",
        "How phones report, raise alarms and load configuration files and firmware. HTTPS needs something that "
        "speaks it in front of Ringmaster, such as nginx.",
        INSTALLED,
        choice({INSTALLED: "As installed", HTTPS: "HTTPS", HTTP: "HTTP"}),
        Section.COMMUNICATION,
        "scheme of the three addresses below",
    ),
    Setting(
        "web_admin_scheme",
        "Devices Status: open a phone's web administrator by",
        "What Open Web Admin opens in your browser.",
        HTTPS, choice({HTTPS: "HTTPS", HTTP: "HTTP"}), Section.COMMUNICATION,
    ),
    Setting(
        "server_fqdn",
        "Server FQDN",
        "Recommended: the name by which phones reach this server, with a port where it is not the usual one. By its "
        "name phones find the server again after it has moved; by its address they do not. Empty: as installed.",
        "", HOST_AND_PORT, Section.COMMUNICATION,
        "provisioning/configuration/url, provisioning/firmware/url, ems_server/provisioning/url",
    ),
    of_placeholder(
        "language", "Language", "personal_settings/language", "IP phones' language",
        "Language of the phones' screens, where a device has none of its own.", choice(LANGUAGES), Section.PHONES,
    ),
    of_placeholder(
        "keep_alive_period", "KeepAlivePeriod", "ems_server/keep_alive_period", "Keep-alive period",
        "Minutes between two reports of a phone. More than 60 are not advisable.",
        whole_number(0, 300, "minutes"), Section.PHONES,
    ),
    of_placeholder(
        "ntp_server", "Primary_NTP", "system/ntp/primary_server_address", "NTP server",
        "Address of the time server from which phones take the time.", phone_address(64, ""), Section.PHONES,
    ),
    of_placeholder(
        "voice_mail_number", "MwiVmNumber", "voip/services/msg_waiting_ind/voice_mail_number", "Voice mail number",
        "Number of the voice mail at your exchange. Skype for Business does without it.", line(64), Section.PHONES,
    ),
    of_placeholder(
        "require_srtp", "SRTP", "voip/media/srtp/enabled", "Require SRTP",
        "Whether generic phones encrypt speech. Those for Skype for Business do where the other side can.",
        choice({"0": "No", "1": "Yes"}), Section.PHONES,
    ),
    Setting(
        "phone_time_zone",
        "Time zone",
        "Name of the phones' time zone, such as Europe/Berlin. The offset and the dates below follow from it, and "
        "can be changed afterwards.",
        "", TIME_ZONE_OR_NOTHING, Section.TIME,
    ),
    of_placeholder(
        "gmt_offset", "TimeZoneLocation", "system/ntp/gmt_offset", "GMT offset",
        "How far the phones' clocks are ahead of GMT in winter, such as +01:00; not_set leaves it to the phone.",
        GMT_OFFSET, Section.TIME,
    ),
    Setting(
        "daylight_active", "Daylight saving", "Whether phones put their clocks ahead in summer.",
        YES, choice({YES: "Enable", NO: "Disable"}), Section.TIME, "system/daylight_saving/activate",
    ),
    Setting(
        "daylight_date_format", "Date format",
        "Fixed: the dates are a month and a day. Day of week: a month, a week and a day of the week.",
        DateFormat.FIXED,
        choice({DateFormat.FIXED.value: "Fixed", DateFormat.DAY_OF_WEEK.value: "Day of week"}),
        Section.TIME, "system/daylight_saving/mode",
    ),
    Setting(
        "daylight_start", "Start time", "When the clock is put ahead; week 5 is the last of the month.",
        _SUMMER, CHANGE_DATE, Section.TIME, "system/daylight_saving/start_date/…",
    ),
    Setting(
        "daylight_end", "End time", "When the clock is put back, by the time that it shows then.",
        _WINTER, CHANGE_DATE, Section.TIME, "system/daylight_saving/end_date/…",
    ),
    Setting(
        "daylight_offset", "Offset", "Minutes by which the clock is put ahead.",
        "60", whole_number(0, 180, "minutes"), Section.TIME, "system/daylight_saving/offset",
    ),
    of_placeholder(
        "outbound_proxy_active", "Outbound_proxy_enable", "voip/signalling/sip/sip_outbound_proxy/enabled",
        "Outbound proxy", "Whether phones send their calls by an outbound proxy.", _OFF_OR_ON, Section.OUTBOUND_PROXY,
    ),
    of_placeholder(
        "outbound_proxy", "Outbound_proxy", "voip/signalling/sip/sip_outbound_proxy/addr", "Primary",
        f"Address of the server by which phones register; {_NO_ADDRESS} is none.",
        phone_address(128, _NO_ADDRESS), Section.OUTBOUND_PROXY,
    ),
    of_placeholder(
        "outbound_proxy_port", "Outbound_proxy_port", "voip/signalling/sip/sip_outbound_proxy/port",
        "Port of the primary", "The SIP port of the primary.", whole_number(0, 65535), Section.OUTBOUND_PROXY,
    ),
    of_placeholder(
        "redundant_mode", "Redundant_outbound_proxy_enable", "voip/signalling/sip/redundant_outbound_proxy/enabled",
        "Redundant mode", "Whether a backup takes over when the primary does not answer.",
        choice({"0": "No redundant", "1": "Primary/Backup"}), Section.OUTBOUND_PROXY,
    ),
    of_placeholder(
        "backup_proxy", "Redundant_outbound_proxy", "voip/signalling/sip/redundant_outbound_proxy/address", "Backup",
        f"Address of the server that takes over, at most {_LONGEST_BACKUP_ADDRESS} characters; {_NO_ADDRESS} is none.",
        phone_address(_LONGEST_BACKUP_ADDRESS, _NO_ADDRESS), Section.OUTBOUND_PROXY,
    ),
    Setting(
        "disconnected_timeout", "Disconnected timeout",
        "Minutes of silence after which a phone counts as disconnected. Phones report once in a keep-alive period.",
        "120", whole_number(1, 10080, "minutes"), Section.ADMINISTRATION,
    ),
    Setting(
        "web_ui_time_zone", "Web UI time zone", "Time zone in which these pages write times.",
        "UTC", TIME_ZONE, Section.ADMINISTRATION,
    ),
    Setting(
        "phone_history_days", "History of phones",
        "Days for which changes of phones (status, address, firmware, user, place) and what they fetched are kept.",
        "90", whole_number(1, 3650, "days"), Section.ADMINISTRATION,
    ),
    Setting(
        "log_level", "Log level",
        "What System Logs have: all from this level on, in every process within some seconds.",
        levels.FROM_THE_START,
        choice({word: word for word in levels.LEVELS}),
        Section.ADMINISTRATION,
    ),
    Setting(
        "log_days", "Web Admin log",
        "Days for which the files of the Web Admin log are kept, on each machine.",
        str(day_files.DAYS_FROM_THE_START), whole_number(1, 3650, "days"), Section.ADMINISTRATION,
    ),
    Setting(
        "activity_days", "Activity log",
        "Days for which is kept who did what to what, when, and from where.",
        "365", whole_number(7, 3650, "days"), Section.ADMINISTRATION,
    ),
    Setting(
        "upload_suffixes", "Permitted suffixes",
        "Names of files that may be uploaded for phones end in one of these. Their content is checked all the same.",
        ".cfg .csv .dfu .img .txt .xml .zip", SUFFIXES, Section.ADMINISTRATION,
    ),
    Setting(
        "shared_templates_url", "Shared templates", "Address of a page from which templates can be downloaded.",
        "", WEB_ADDRESS, Section.ADMINISTRATION,
    ),
)  # fmt: skip

_SBC_PROXY = (
    Setting(
        "sbc_proxy_host", "Address for phones",
        "Name or address of the interface on which the SBC's HTTP proxy listens for phones. Empty: there is none.",
        "", HOST, Section.SBC_PROXY, "ems_server/provisioning/url",
    ),
    Setting(
        "sbc_proxy_port", "Port for phones", "Port of that interface. The SBC's own pages often have port 80.",
        "80", whole_number(1, 65535), Section.SBC_PROXY, "ems_server/provisioning/url",
    ),
    Setting(
        "sbc_phone_pages", "Phones' pages through the SBC",
        "Where the SBC has the web pages of a phone behind it, always over HTTPS: <ip> stands for the phone's address, "
        "<mac> for its MAC. Empty: what is asked of such phones they are told in the answer to their next report.",
        "", PHONE_PAGES, Section.SBC_PROXY,
    ),
)  # fmt: skip

CATALOGUE: Mapping[str, Setting] = MappingProxyType(
    {setting.name: setting for setting in (*_GENERAL, *_SBC_PROXY, *LDAP_SETTINGS)}
)


def settings_in(*sections: Section) -> tuple[Setting, ...]:
    """Return the settings of these sections, in the order of the catalogue."""
    return tuple(setting for setting in CATALOGUE.values() if setting.section in sections)
