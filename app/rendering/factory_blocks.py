"""The blocks of lines the factory templates are composed of, one per concern (protocol 9.2, 10.3, 12, 13)."""

SERVER = "%ITCS_HTTP_OR_S%://%ITCS_ServerIP%"

PROVISIONING = (
    "provisioning/method=STATIC",
    f"provisioning/configuration/url={SERVER}/configfiles/",
    f"provisioning/firmware/url={SERVER}/firmwarefiles/%ITCS_FirmwareFile%",
    "provisioning/period/type=DAILY",
    "provisioning/period/daily/time=0:00",
    "provisioning/period/hourly/hours_interval=24",
    "provisioning/period/weekly/day=SUNDAY",
    "provisioning/period/weekly/time=0:00",
    "provisioning/random_provisioning_time=120",
    "provisioning/redirect_server_url=https://redirect.audiocodes.com",
)

REPORTS = (
    "ems_server/keep_alive_period=%ITCS_KeepAlivePeriod%",
    "ems_server/provisioning/url=%ITCS_HTTP_OR_S%://%ITCS_HTTP_PROXY_IP%:%ITCS_HTTP_PROXY_PORT%/",
    "ems_server/user_name=%ITCS_Line1AuthName%",
    "ems_server/user_password=%ITCS_Line1AuthPassword%",
)

WEB_USER = (
    "management/telnet/enabled=0",
    "system/user_name=%ITCS_IPPhoneUsername%",
    "system/password=%ITCS_IPPhonePassword%",
)

LANGUAGE = ("personal_settings/language=%ITCS_Language%",)

TIME = (
    "system/ntp/enabled=1",
    "system/ntp/primary_server_address=%ITCS_Primary_NTP%",
    "system/ntp/gmt_offset=%ITCS_TimeZoneLocation%",
)

VLAN = (
    "network/lan/vlan/mode=%ITCS_VLANMode%",
    "network/lan/vlan/id=%ITCS_VLANID%",
    "network/lan/vlan/priority=%ITCS_VLANPriority%",
    "network/lan/vlan/period=30",
)

LDAP = (
    "system/ldap/enabled=%ITCS_LDAPActive%",
    "system/ldap/server_address=%ITCS_LDAPServerAddress%",
    "system/ldap/port=%ITCS_LDAPPort%",
    "system/ldap/user_name=%ITCS_LDAPUserName%",
    "system/ldap/password=%ITCS_LDAPPassword%",
    "system/ldap/base=%ITCS_LDAPBase%",
    "system/ldap/name_filter=%ITCS_LDAPNameFilter%",
    "system/ldap/name_attrs=%ITCS_LDAPNameAttributes%",
    "system/ldap/number_filter=%ITCS_LDAPNumberFilter%",
    "system/ldap/number_attrs=%ITCS_LDAPNumberAttributes%",
    "system/ldap/display_name=%ITCS_LDAPDisplayName%",
    "system/ldap/max_hits=%ITCS_LDAPMaxHits%",
    "system/ldap/country_code=%ITCS_LDAPCountryCode%",
    "system/ldap/area_code=%ITCS_LDAPAreaCode%",
    "system/ldap/sorting_result=%ITCS_LDAPSortResult%",
    "system/ldap/search_timeout=%ITCS_LDAPSearchTimeout%",
    "system/ldap/call_lookup=%ITCS_LDAPCallLookup%",
)

FIRST_LINE = (
    "voip/line/0/enabled=1",
    "voip/line/0/id=%ITCS_Line1Id%",
    "voip/line/0/auth_name=%ITCS_Line1AuthName%",
    "voip/line/0/auth_password=%ITCS_Line1AuthPassword%",
    "voip/line/0/extension_display=%ITCS_DisplayName%",
)

MEDIA = ("voip/media/srtp/enabled=%ITCS_SRTP%",)

VOICE_MAIL = (
    "voip/services/msg_waiting_ind/enabled=1",
    "voip/services/msg_waiting_ind/voice_mail_number=%ITCS_MwiVmNumber%",
)

SIP_PROXY = (
    "voip/signalling/sip/port=5060",
    "voip/signalling/sip/use_proxy=1",
    "voip/signalling/sip/proxy_address=%ITCS_Proxy_address%",
    "voip/signalling/sip/proxy_gateway=%ITCS_Proxy_gateway%",
    "voip/signalling/sip/proxy_port=%ITCS_Proxy_port%",
    "voip/signalling/sip/digit_map=%ITCS_SipDigitMap%",
)

OUTBOUND_PROXY = (
    "voip/signalling/sip/sip_outbound_proxy/enabled=%ITCS_Outbound_proxy_enable%",
    "voip/signalling/sip/sip_outbound_proxy/addr=%ITCS_Outbound_proxy%",
    "voip/signalling/sip/sip_outbound_proxy/port=%ITCS_Outbound_proxy_port%",
    "voip/signalling/sip/redundant_outbound_proxy/enabled=%ITCS_Redundant_outbound_proxy_enable%",
    "voip/signalling/sip/redundant_outbound_proxy/address=%ITCS_Redundant_outbound_proxy%",
    "voip/signalling/sip/redundant_outbound_proxy/port=5060",
    "voip/signalling/sip/redundant_outbound_proxy/keepalive_period=60",
    "voip/signalling/sip/redundant_outbound_proxy/symmetric_mode=0",
)

# Sign-in, also by way of a One Voice Resiliency SBC (manual 11); speech encrypted where the other side can.
UC_SIGN_IN = (
    "lync/sign_in/use_hosting_outbound_proxy=%ITCS_OVR_Enable%",
    "lync/sign_in/fixed_outbound_proxy_address=%ITCS_OVR_Address%",
    "lync/sign_in/fixed_outbound_proxy_port=%ITCS_OVR_Port%",
    "lync/corporate_directory/enabled=1",
    "voip/media/srtp/mode=SupportEncryption",
)

UC_CALENDAR = ("lync/calendar/enabled=1",)

UC_BTOE = ("lync/btoe/enable=1",)

# The phone of a Huddle Room Solution loads the firmware of its speaker from here.
HRS_SPEAKER = (f"conferencePhone/FW_path_prefix={SERVER}/firmwarefiles/",)


def further_lines(count: int) -> tuple[str, ...]:
    """Return the lines that switch off all but the first of a phone's SIP lines."""
    return tuple(f"voip/line/{number}/enabled=0" for number in range(1, count))


def name_key(number: int | None) -> tuple[str, ...]:
    """Return the line that labels a function key with the user's name; None: the model has no such key."""
    if number is None:
        return ()
    return (f"personal_settings/functional_key/{number}/key_label=%ITCS_DisplayName%",)
