"""A process that takes the steps that are due: `python -m tests.scheduler.escalating_process DATABASE_URL TIME`.

It says so before it commits, and commits when it is given a line.
"""

import sys
from datetime import datetime

from app.database import Database, make_engine
from app.security.tenant_scope import ALL_TENANTS
from app.services.alarms import due
from app.transaction import writing

if __name__ == "__main__":
    url, now = sys.argv[1], datetime.fromisoformat(sys.argv[2])
    with writing(Database(make_engine(url)), ALL_TENANTS) as session:
        due.settle(session, due.find_due(session, now=now), now=now)
        session.flush()
        sys.stdout.write("taken\n")
        sys.stdout.flush()
        sys.stdin.readline()
