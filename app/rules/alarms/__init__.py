"""Alarms: which there are, what phones send, and what may become of one."""
