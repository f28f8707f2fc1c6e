"""The log: one entry for each event of a process, to the standard output and to a file per day (decision 0062)."""
