"""A courier in a process of its own, to be killed: `python -m tests.scheduler.courier_process DATABASE_URL`."""

import sys
import threading

from app.database import Database, make_engine
from app.scheduler.courier import Courier
from app.security.secrets import open_vault
from tests.databases import INSTALLATION_KEY

if __name__ == "__main__":
    open_vault(INSTALLATION_KEY)
    Courier(Database(make_engine(sys.argv[1])), leads=lambda: True, looks_every=0.05).start()
    threading.Event().wait()
