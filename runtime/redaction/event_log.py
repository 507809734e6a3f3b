"""The values of secrets struck out of Spark's event log, once it is complete.

Spark writes the text of a failed task into it as it is: `spark.redaction.regex` and its like look
at settings, options and plans only.
"""

from collections.abc import Collection, Iterator
from contextlib import closing, suppress
import logging
import re
from typing import Any

from pyspark.sql import SparkSession

from ssbt.runtime.errors.causes import find_cause

_LOG = logging.getLogger("ssbt.runtime")
_CHUNK = 4_000_000
_HIDDEN = b"***"
# A text of JSON, and the colon that follows if it is a key.
_TEXT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?')


class _EventLog:
    """The event log of a session that still runs; raises what py4j does where there is none."""

    def __init__(self, session: SparkSession) -> None:
        context: Any = session.sparkContext
        self._jvm, spark = context._jvm, context._jsc.sc()
        writer = spark.eventLogger().get().logWriter()
        self._root = self._jvm.org.apache.hadoop.fs.Path(writer.logPath())
        self._store = self._root.getFileSystem(spark.hadoopConfiguration())
        self._settings = spark.conf()

    def strike_out(self, values: Collection[str]) -> None:
        """Write those of its files again that hold one of the values; the session has ended."""
        alternatives = sorted((value.encode() for value in values), key=len, reverse=True)
        pattern = re.compile(b"|".join(map(re.escape, alternatives)))
        for file in list(self._files()):
            if any(pattern.search(lines) for lines in self._read_chunks(file)):
                self._rewrite(file, pattern)
                _LOG.info("secrets were struck out of Spark's event log %s", file.toString())

    def _files(self) -> Iterator[Any]:
        """The one file, or those of a log that is written in parts."""
        if not self._store.getFileStatus(self._root).isDirectory():
            yield self._root
            return
        for status in self._store.listStatus(self._root):
            if status.getPath().getName().startswith("events_"):
                yield status.getPath()

    def _read_chunks(self, file: Any) -> Iterator[bytes]:
        """The content, some whole lines at a time: a value has no line's end in JSON."""
        reader, rest = self._jvm.org.apache.spark.deploy.history.EventLogFileReader, b""
        with closing(reader.openEventLog(file, self._store)) as stream:
            while chunk := bytes(stream.readNBytes(_CHUNK)):
                lines, end, partial_line = (rest + chunk).rpartition(b"\n")
                yield lines + end
                rest = partial_line
        yield rest

    def _rewrite(self, file: Any, pattern: re.Pattern[bytes]) -> None:
        """Put a copy in the place of a file, compressed as it was, for the same readers."""
        # A hidden file is no event log to a history server.
        copy = self._jvm.org.apache.hadoop.fs.Path(file.getParent(), f".{file.getName()}.cleared")
        with closing(self._compress(file, self._store.create(copy, True))) as stream:
            for lines in self._read_chunks(file):
                stream.write(redact_lines(pattern, lines))
        self._store.setPermission(copy, self._store.getFileStatus(file).getPermission())
        self._store.delete(file, False)
        if not self._store.rename(copy, file):
            raise OSError(f"the cleared event log stays at {copy.toString()}")

    def _compress(self, file: Any, stream: Any) -> Any:
        codec = self._jvm.org.apache.spark.deploy.history.EventLogFileWriter.codecName(file)
        if codec.isEmpty():
            return stream
        codecs = getattr(self._jvm.org.apache.spark.io, "CompressionCodec$")
        codec_instance = getattr(codecs, "MODULE$").createCodec(self._settings, codec.get())
        return codec_instance.compressedOutputStream(stream)


def redact_lines(pattern: re.Pattern[bytes], lines: bytes) -> bytes:
    """Lines of JSON with stars for what matches in their texts; keys and numbers stay."""

    def clear_text(text: re.Match[bytes]) -> bytes:
        return text[0] if text[1] else pattern.sub(_HIDDEN, text[0])

    return b"".join(
        _TEXT.sub(clear_text, line) if pattern.search(line) else line
        for line in lines.splitlines(keepends=True)
    )


def end_session(session: SparkSession, values: Collection[str]) -> None:
    """Stop the session; then no `values` are in its event log any more, if Spark writes one."""
    log = None
    if values:
        # Most sessions have none, and those of Spark Connect are no JVM here.
        with suppress(Exception):
            log = _EventLog(session)
    session.stop()
    try:
        if log:
            log.strike_out(values)
    except Exception as error:
        _LOG.warning("Spark's event log may hold values of secrets: %s", find_cause(error).message)
