"""Devices Status: the list of phones with what they last reported, filtered, sorted, paged and exported."""
