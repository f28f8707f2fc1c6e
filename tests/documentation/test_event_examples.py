"""The page about events shows a message as it is sent."""

import json
import re
from pathlib import Path

from app.rendering.notices.events import EventMessage, ToldEvent, body_of, from_payload, to_payload
from app.rules.events import Topic

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "events.md"


def test_the_example_is_what_is_sent():
    (example,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    said = json.loads(example)
    message = from_payload(
        {"key": said["delivery"], **{name: said[name] for name in ("number", "at", "events")}}
    )
    assert json.loads(body_of(message)) == said
    assert from_payload(to_payload(message)) == message
    assert isinstance(message, EventMessage)
    shown = {name for event in said["events"] for name in event}
    assert shown == set(ToldEvent.__struct_fields__)


def test_the_page_names_every_topic():
    named = set(re.findall(r"`([a-z_]+)`", PAGE.read_text()))
    assert named >= set(Topic)
