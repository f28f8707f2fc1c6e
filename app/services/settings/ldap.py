"""The settings of the LDAP directory: every row of the manual's table 10-1, and how the test connects."""

from app.services.settings.definitions import Section, Setting, of_placeholder
from app.services.settings.texts import CERTIFICATES, Control, choice, line, whole_number

BY_ADDRESS, PLAIN, START_TLS, LDAPS = "by address", "plain", "starttls", "ldaps"

_OFF_OR_ON = choice({"0": "Disable", "1": "Enable"})
_SECURITIES = {
    BY_ADDRESS: "By the server address",
    PLAIN: "LDAP, not encrypted",
    START_TLS: "StartTLS",
    LDAPS: "LDAPS",
}

LDAP_SETTINGS = (
    of_placeholder(
        "ldap_active", "LDAPActive", "system/ldap/enabled", "Active",
        "Whether phones search the directory.", choice({"0": "Disable LDAP", "1": "Enable LDAP"}), Section.LDAP_SERVER,
    ),
    of_placeholder(
        "ldap_server", "LDAPServerAddress", "system/ldap/server_address", "Server address",
        "Address or name of the LDAP server, or its URL, such as ldaps://directory.example.com.",
        line(128), Section.LDAP_SERVER,
    ),
    of_placeholder(
        "ldap_port", "LDAPPort", "system/ldap/port", "Port",
        "389 is usual for LDAP, 636 for LDAPS.", whole_number(1, 65535), Section.LDAP_SERVER,
    ),
    of_placeholder(
        "ldap_user", "LDAPUserName", "system/ldap/user_name", "User name",
        "The name that signs in to search, such as cn=phones,dc=example,dc=com. Empty: nobody does.",
        line(128), Section.LDAP_SERVER,
    ),
    of_placeholder(
        "ldap_password", "LDAPPassword", "system/ldap/password", "Password",
        "The password of that name. It is kept encrypted, and never shown.",
        line(128, Control.HIDDEN), Section.LDAP_SERVER,
    ),
    of_placeholder(
        "ldap_base", "LDAPBase", "system/ldap/base", "Base",
        "Where in the directory's tree the search begins, such as ou=people,dc=example,dc=com.",
        line(128), Section.LDAP_SERVER,
    ),
    of_placeholder(
        "ldap_name_filter", "LDAPNameFilter", "system/ldap/name_filter", "Name filter",
        "The search by name; % stands for what was typed, and names that begin with it are found. "
        "(&(telephoneNumber=*)(sn=%)) finds only those that have a number.", line(256), Section.LDAP_SEARCH,
    ),
    of_placeholder(
        "ldap_name_attributes", "LDAPNameAttributes", "system/ldap/name_attrs", "Name attributes",
        "Attributes that hold names, with blanks between them: cn sn displayName.", line(256), Section.LDAP_SEARCH,
    ),
    of_placeholder(
        "ldap_number_filter", "LDAPNumberFilter", "system/ldap/number_filter", "Number filter",
        "The search by number: (|(telephoneNumber=%)(Mobile=%)(ipPhone=%)).", line(256), Section.LDAP_SEARCH,
    ),
    of_placeholder(
        "ldap_number_attributes", "LDAPNumberAttributes", "system/ldap/number_attrs", "Number attributes",
        "Attributes that hold numbers, with blanks between them: Mobile telephoneNumber ipPhone.",
        line(256), Section.LDAP_SEARCH,
    ),
    of_placeholder(
        "ldap_display_name", "LDAPDisplayName", "system/ldap/display_name", "Display name",
        "How a phone shows who was found: %sn, %givenName becomes Black, Mike.", line(256), Section.LDAP_SEARCH,
    ),
    of_placeholder(
        "ldap_max_hits", "LDAPMaxHits", "system/ldap/max_hits", "Max hits",
        "The most entries that the server is asked for, 1 to 1000.", whole_number(1, 1000), Section.LDAP_SEARCH,
    ),
    of_placeholder(
        "ldap_country_code", "LDAPCountryCode", "system/ldap/country_code", "Country code",
        "Put before a number that is searched for.", line(256), Section.LDAP_SEARCH,
    ),
    of_placeholder(
        "ldap_area_code", "LDAPAreaCode", "system/ldap/area_code", "Area code",
        "Put before a number that is searched for, behind the country code.", line(256), Section.LDAP_SEARCH,
    ),
    of_placeholder(
        "ldap_sort_result", "LDAPSortResult", "system/ldap/sorting_result", "Sort result",
        "Whether the phone sorts what is found by its display name.", _OFF_OR_ON, Section.LDAP_SEARCH,
    ),
    of_placeholder(
        "ldap_search_timeout", "LDAPSearchTimeout", "system/ldap/search_timeout", "Search timeout",
        "How long a search may take.", whole_number(1, 65535, "seconds"), Section.LDAP_SEARCH,
    ),
    of_placeholder(
        "ldap_call_lookup", "LDAPCallLookup", "system/ldap/call_lookup", "Call lookup",
        "Whether the phone searches for the name of who calls.", _OFF_OR_ON, Section.LDAP_SEARCH,
    ),
    Setting(
        "ldap_security", "Encryption",
        "How the test connects. Phones go by the server address and the port alone.",
        BY_ADDRESS,
        choice(_SECURITIES),
        Section.LDAP_TRUST,
    ),
    Setting(
        "ldap_certificates", "Trusted certificates",
        "Certificates (PEM) of who signed the server's, where it is not one that this machine trusts by itself.",
        "", CERTIFICATES, Section.LDAP_TRUST,
    ),
)  # fmt: skip
