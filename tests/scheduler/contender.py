"""A scheduler process for the tests: `python -m tests.scheduler.contender DATABASE_URL SECONDS_OF_THE_LEASE`."""

import sys
from datetime import timedelta

from app.cli.stop_requests import StopRequests
from app.database import Database, make_engine
from app.logs import writing as logs
from app.scheduler import duty

if __name__ == "__main__":
    url, seconds = sys.argv[1:]
    logs.configure("contender", logs.Plan())
    with StopRequests() as requests:
        duty.serve(
            Database(make_engine(url)),
            is_asked_to_stop_within=requests.arrive_within,
            lease_lasts=timedelta(seconds=float(seconds)),
            chores=tuple,
        )
