"""One search over all that is managed: phones, users, alarms, places, templates, firmware."""
