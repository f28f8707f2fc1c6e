"""Starts Ringmaster: `python run.py` starts all of it, `gunicorn run:app` the screens alone."""

import gc
import sys

# Nothing that is imported is garbage; to look for it takes a quarter of the start, and as long again at the end.
gc.disable()

from app.cli.commands import main
from app.cli.servers import web_application
from config import load_settings

gc.freeze()
gc.enable()

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
else:
    app = web_application(load_settings)
