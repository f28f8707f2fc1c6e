"""Messages about alarms, as each kind of destination has them."""
