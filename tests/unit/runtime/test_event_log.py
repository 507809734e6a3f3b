"""Values struck out of lines of JSON."""

from __future__ import annotations

import json
import re

from ssbt.runtime.redaction.event_log import redact_lines


def test_only_texts_are_changed() -> None:
    events = [
        {"Event": "End", "Time": 41234, "1234": ["1234", {"a\\": 'says "x1234\\"'}], "b": None},
        {"Event": "End", "Time": 1234, "Plan": json.dumps({"k": "1234", "n": 1})},
        {"Event": "Start", "Time": 5},
    ]
    lines = "".join(json.dumps(each) + "\n" for each in events).encode()
    first, second, third = map(json.loads, redact_lines(re.compile(b"1234"), lines).splitlines())
    assert first == {**events[0], "1234": ["***", {"a\\": 'says "x***\\"'}]}
    assert second == {**events[1], "Plan": '{"k": "***", "n": 1}'}
    assert third == events[2]
