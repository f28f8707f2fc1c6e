"""The way out to receivers of messages about alarms: the only part that sends mail, SNMP, web hooks and syslog."""
