"""Our verdicts on changes of Avro schemas beside those of a real registry."""

from __future__ import annotations

import json

import pytest

from tests.avro_changes import CHANGES
from tests.registries import Registry

# A registry needs Java, as Spark does.
pytestmark = pytest.mark.spark


@pytest.mark.parametrize("name", CHANGES)
def test_verdicts_are_those_of_the_registry(name, registry: Registry):
    reader, writer, problems = CHANGES[name]
    subject = f"verdicts-{list(CHANGES).index(name)}"
    registry.register(subject, writer)
    path = f"/compatibility/subjects/{subject}/versions/latest"
    answer = registry.request("POST", path, {"schema": json.dumps(reader)})
    assert answer["is_compatible"] == (not problems)
