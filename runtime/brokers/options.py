"""The options of a source as a plan has them."""

import json
from typing import Any


def read_options(jvm: Any, options: Any) -> dict[str, str]:
    """A map of texts of Java's, as JSON: each entry by itself would take three calls of the JVM."""
    mapper = jvm.com.fasterxml.jackson.databind.ObjectMapper()
    texts: dict[str, str] = json.loads(mapper.writeValueAsString(options))
    return texts
