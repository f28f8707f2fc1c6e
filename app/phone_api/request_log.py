"""A line of the log for each request of a phone, for whoever sets the log to all levels."""

import logging

from app.logs import context
from app.logs.levels import VERBOSE
from app.phone_api.messages import PhoneRequest, PhoneResponse

_LONGEST_PATH = 200

log = logging.getLogger(__name__)


def note(request: PhoneRequest, response: PhoneResponse) -> None:
    """Say who asked for what, and how it was answered; neither body nor headers are ever part of it."""
    if log.isEnabledFor(VERBOSE):
        with context.about(context.Request("", request.peer)):
            log.log(VERBOSE, "%s %s %d", request.method, request.path[:_LONGEST_PATH], response.status)
