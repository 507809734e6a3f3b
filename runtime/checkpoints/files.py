"""Small files on any store that Spark writes to, by Hadoop's FileSystem."""

from collections.abc import Iterator
from contextlib import suppress
import re
from typing import Any

from pyspark.sql import SparkSession

from ssbt.runtime.errors.causes import find_cause

_NO_ROOM = re.compile(r"No space left on device|[Qq]uota")


class NotWrittenError(Exception):
    """A file, of this `path`, cannot be written."""

    def __init__(self, path: str, error: Exception) -> None:
        super().__init__(f"cannot write {path}: {find_cause(error).message}")
        self.path = path


class Files:
    """The files that the session's JVM sees; there is none over Spark Connect."""

    def __init__(self, spark: SparkSession) -> None:
        session: Any = spark
        self._jvm = session._jvm
        self._settings = session._jsparkSession.sessionState().newHadoopConf()

    def sizes(self, folder: str) -> dict[str, int]:
        """The names in a folder with their sizes; nothing if there is no such folder."""
        store, path = self._locate(folder)
        statuses = store.listStatus(path) if store.exists(path) else ()
        return {each.getPath().getName(): each.getLen() for each in statuses}

    def has_data(self, folder: str) -> bool:
        """Whether there is a file in a folder, or in one below it, that readers would take."""
        return next(self.data(folder), None) is not None

    def data(self, folder: str) -> Iterator[Any]:
        """Hadoop's status of each file that readers take: no name on the way begins with _ or `.`.

        As for Spark, a folder such as `_day=1` is one of a partition.
        """
        store, path = self._locate(folder)
        pending = [path] if store.exists(path) else []
        while pending:
            for each in store.listStatus(pending.pop()):
                name = each.getPath().getName()
                if name.startswith(".") or (name.startswith("_") and "=" not in name):
                    continue
                if each.isDirectory():
                    pending.append(each.getPath())
                else:
                    yield each

    def rename(self, old: str, new: str) -> None:
        """Give a file or folder another place; raises NotWrittenError."""
        store, source = self._locate(old)
        target = self._locate(new)[1]
        store.mkdirs(target.getParent())
        if not store.rename(source, target):
            raise NotWrittenError(new, OSError(f"{old} cannot be moved there"))

    def content(self, path: str) -> bytes:
        """What a file holds; raises what the JVM does if it cannot be read."""
        store, hadoop_path = self._locate(path)
        stream = store.open(hadoop_path)
        try:
            return bytes(self._jvm.org.apache.commons.io.IOUtils.toByteArray(stream))
        finally:
            stream.close()

    def create(self, path: str, text: str) -> bool:
        """Write a file unless it exists; of those who try one succeeds, if the store can tell.

        Raises NotWrittenError where nobody can.
        """
        try:
            self.write(path, text, overwrite=False)
        except NotWrittenError as error:
            store, hadoop_path = self._locate(path)
            if _NO_ROOM.search(str(error)):
                # The file that was begun would look like another's.
                with suppress(Exception):
                    store.delete(hadoop_path, False)
                raise
            if not store.exists(hadoop_path):
                raise
            return False
        return True

    def write(self, path: str, text: str, *, overwrite: bool = True) -> None:
        """Write a file, in place of what is there; raises NotWrittenError."""
        store, hadoop_path = self._locate(path)
        try:
            stream = store.create(hadoop_path, overwrite)
            try:
                stream.write(text.encode())
            finally:
                stream.close()
        except Exception as error:
            raise NotWrittenError(path, error) from error

    def delete(self, path: str, *, whole: bool = False) -> None:
        """Delete a file, or a `whole` folder, if it exists."""
        store, hadoop_path = self._locate(path)
        store.delete(hadoop_path, whole)

    def _locate(self, path: str) -> tuple[Any, Any]:
        hadoop_path = self._jvm.org.apache.hadoop.fs.Path(path)
        return hadoop_path.getFileSystem(self._settings), hadoop_path
