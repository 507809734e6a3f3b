"""What a run says to failures that Kafka's clients leave without a way out."""

from __future__ import annotations

import pytest

from ssbt.runtime.errors.helping import find_help

PRODUCER = "RecordTooLargeException: The message is 1100088 bytes when serialized which is larger"
BROKER = "RecordTooLargeException: The request included a message larger than the max message size"


@pytest.mark.parametrize("message", [PRODUCER, BROKER])
def test_a_record_that_is_too_large(message: str) -> None:
    text = find_help(f"org.apache.kafka.common.errors.{message}")
    assert text is not None
    assert "`max_request_size`" in text
    assert "`max.message.bytes`" in text
