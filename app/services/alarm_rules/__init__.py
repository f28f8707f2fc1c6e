"""Rules of administrators asked about alarms: which there are, what they say, and what comes of it."""
