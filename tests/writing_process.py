"""A process that writes: `python -m tests.writing_process DATABASE_URL`, a transaction for each line that it is given.

It begins the next transaction as soon as the last has ended, as the phone plane does in a storm, and tells each time
that it holds the write lock.
"""

import sys

from sqlalchemy import text

from app.database import Database, make_engine
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing

if __name__ == "__main__":
    database = Database(make_engine(sys.argv[1]))
    while True:
        with writing(database, ALL_TENANTS) as session:
            session.execute(text("INSERT INTO turns (who) VALUES ('the storm')"))
            sys.stdout.write("writing\n")
            sys.stdout.flush()
            if not sys.stdin.readline():
                break
