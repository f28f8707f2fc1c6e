"""One plain line for each event, on stderr, in every process: time in UTC, process, level, message."""

import logging
import time

# They tell at INFO what only their makers want to know.
_TALKATIVE = ("alembic", "apscheduler", "flask_appbuilder", "gunicorn")


def configure(process: str, level: str) -> None:
    """Let all that this process logs be written under its name, from this level on."""
    handler = logging.StreamHandler()
    handler.setFormatter(_OneLine(process))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.NOTSET if level == "DEBUG" else logging.WARNING)


class _OneLine(logging.Formatter):
    """Keeps a message on its line, whoever wrote a line break into it; a trace follows on lines of its own."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self, process: str) -> None:
        super().__init__(f"%(asctime)s {process} %(levelname)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        record.msg = record.getMessage().replace("\r", "\\r").replace("\n", "\\n")
        record.args = None
        return super().format(record)
