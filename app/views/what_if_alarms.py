"""What drafts of rules for alarms would change, on its page and as a table."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, render_template, request
from sqlalchemy.orm import Session

from app.models import Simulation, SimulationAlarm
from app.rules.rule_kinds import SPECS
from app.security.tenant_scope import scope_of
from app.services.rule_sets.names import read_names
from app.services.what_if.alarms import rows
from app.services.what_if.alarms.changes import Change
from app.transaction import reading
from app.views.csv_files import in_chunks
from app.views.list_arguments import one_of, read_list_arguments
from app.views.web_session import database, db

_LONGEST_KEY = 40


def show(simulation: Simulation, around: Mapping[str, Any]) -> str:
    """Return the page of a simulation of rules for alarms; ``around`` is what the pages of all simulations show."""
    session = db.session()
    arguments = read_list_arguments(request.args)
    flag = one_of(request.args, "flag", {str(each.name).lower() for each in Change})
    rule = request.args.get("rule", "")[:_LONGEST_KEY]
    totals, names = simulation.totals, rows.destinations(session)
    page = rows.search(
        session,
        simulation,
        flag=Change[flag.upper()] if flag else None,
        rule=rule,
        words=arguments.words,
        number=arguments.number,
        size=arguments.size,
    )
    return render_template(
        "ringmaster/what_if_alarms.html",
        **around,
        names=read_names(session),
        totals=totals,
        messages=rows.messages_in(totals, names),
        sums=rows.sums_in(totals),
        rules=rows.rules_in(totals),
        titles={kind: spec.title for kind, spec in SPECS.items()},
        flags=[(str(each.name), title) for each, title in rows.FLAGS.items()],
        flag=flag,
        rule=rule,
        words=arguments.words,
        page=page,
        alarms=rows.shown(page.rows, names, totals.get("rules", {})),
    )


def export(simulation: Simulation) -> Response:
    """Send all alarms that something changes for."""
    scope, titles, simulation_id = (
        scope_of(db.session()), simulation.totals.get("rules", {}), simulation.id,
    )  # fmt: skip
    with reading(database(), scope) as session:
        names = rows.destinations(session)

    def read(session: Session, last: SimulationAlarm | None) -> Any:
        return rows.read_chunk(session, simulation_id, last.number if last else 0)

    lines: Iterator[str] = in_chunks(
        database(), scope, rows.header(), read=read, write=lambda found: rows.lines(found, names, titles)
    )
    headers = {"Content-Disposition": f'attachment; filename="what-if-{simulation_id}.csv"'}
    return Response(lines, mimetype="text/csv", headers=headers)
