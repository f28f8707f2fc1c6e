"""Starts Ringmaster: `python run.py` starts all of it, `gunicorn run:app` the screens alone."""

import sys

from app.cli.commands import main
from app.cli.servers import web_application
from config import load_settings

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
else:
    app = web_application(load_settings)
