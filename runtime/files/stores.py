"""Small files on any store that Spark writes to, by Hadoop's FileSystem."""

from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
import re
from typing import Any
from uuid import uuid4

from pyspark.sql import SparkSession

from ssbt.runtime.errors.causes import find_cause

_NO_ROOM = re.compile(r"No space left on device|[Qq]uota")
_STORE = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://[^/]*)?")
_UNFINISHED = re.compile(r"\..*\.tmp")
# Of stores such as S3, where a file appears when it is closed and a rename copies it.
_APPEARS_WHOLE = "fs.capability.outputstream.abortable"


class NotWrittenError(Exception):
    """A file, of this `path`, cannot be written."""

    def __init__(self, path: str, error: Exception) -> None:
        super().__init__(f"cannot write {path}: {find_cause(error).message}")
        self.path = path


class Files:
    """The files that the session's JVM sees; there is none over Spark Connect."""

    def __init__(self, spark: SparkSession) -> None:
        self._hadoop = _Hadoop(spark)

    def names(self, folder: str) -> list[str]:
        """The names in a folder, without files that were only begun; none if it is missing."""
        store, path = self._locate(folder)
        if not store.exists(path):
            return []
        # All in one text: Py4J would ask the JVM about each name three times.
        paths = self._hadoop.wrap(self._hadoop.to_paths(store.listStatus(path))).mkString("\0")
        names = [each.rpartition("/")[2] for each in paths.split("\0") if each]
        return [name for name in names if not _UNFINISHED.fullmatch(name)]

    def size(self, path: str) -> int:
        """The bytes of a file; raises what the JVM does if there is none."""
        store, hadoop_path = self._locate(path)
        return int(store.getFileStatus(hadoop_path).getLen())

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
            return bytes(self._hadoop.read_all(stream))
        finally:
            stream.close()

    def create(self, path: str, text: str) -> bool:
        """Write a file unless it exists; of those who try one succeeds, if the store can tell.

        Raises NotWrittenError where nobody can.
        """
        store, hadoop_path = self._locate(path)
        try:
            self._write_in_place(path, text, overwrite=False)
        except Exception as error:
            not_written = NotWrittenError(path, error)
            if _NO_ROOM.search(str(not_written)):
                # The file that was begun would look like another's.
                with suppress(Exception):
                    store.delete(hadoop_path, False)
                raise not_written from error
            if not store.exists(hadoop_path):
                raise not_written from error
            return False
        return True

    def write(self, path: str, text: str) -> None:
        """Write a file, in place of what is there; raises NotWrittenError.

        A job that is killed meanwhile leaves the whole file or none, as Spark's checkpoints do.
        """
        store, hadoop_path = self._locate(path)
        folder, _, name = path.rpartition("/")
        unfinished = f"{folder}/.{name}.{uuid4().hex}.tmp"
        try:
            if store.hasPathCapability(hadoop_path, _APPEARS_WHOLE):
                self._write_in_place(path, text, overwrite=True)
                return
            self._write_in_place(unfinished, text, overwrite=True)
            # A local file renamed over another one has the checksum of the other for a moment.
            store.delete(hadoop_path, False)
            self.rename(unfinished, path)
        except NotWrittenError:
            raise
        except Exception as error:
            with suppress(Exception):
                self.delete(unfinished)
            raise NotWrittenError(path, error) from error

    def _write_in_place(self, path: str, text: str, *, overwrite: bool) -> None:
        store, hadoop_path = self._locate(path)
        stream = store.create(hadoop_path, overwrite)
        try:
            stream.write(text.encode())
        finally:
            stream.close()

    def delete(self, path: str, *, whole: bool = False) -> None:
        """Delete a file, or a `whole` folder, if it exists."""
        store, hadoop_path = self._locate(path)
        store.delete(hadoop_path, whole)

    def absolute(self, path: str) -> str:
        """The path with its store, below the working folder if it is a relative one."""
        store, hadoop_path = self._locate(path)
        return str(store.makeQualified(hadoop_path).toString())

    def snapshot(self) -> "Snapshot":
        """The files as they are now, for several looks at them."""
        return Snapshot(self._hadoop)

    def _locate(self, path: str) -> tuple[Any, Any]:
        hadoop_path = self._hadoop.path(path)
        return self._hadoop.find_store(path, hadoop_path), hadoop_path


class Snapshot(Files):
    """Files of which each folder is listed once and each file read once."""

    def __init__(self, hadoop: "_Hadoop") -> None:
        self._hadoop = hadoop
        self._names: dict[str, list[str]] = {}
        self._contents: dict[str, bytes] = {}

    def names(self, folder: str) -> list[str]:
        if folder not in self._names:
            self._names[folder] = super().names(folder)
        return self._names[folder]

    def content(self, path: str) -> bytes:
        if path not in self._contents:
            self._contents[path] = super().content(path)
        return self._contents[path]


class _Hadoop:
    """Classes of the JVM, each looked up once: Py4J asks about every part of a dotted name."""

    def __init__(self, spark: SparkSession) -> None:
        self._session: Any = spark
        self._stores: dict[str, Any] = {}

    def find_store(self, path: str, hadoop_path: Any) -> Any:
        """The file system that a path is of."""
        match = _STORE.match(path)
        name = match[0] if match else ""
        if name not in self._stores:
            settings = self._session._jsparkSession.sessionState().newHadoopConf()
            self._stores[name] = hadoop_path.getFileSystem(settings)
        return self._stores[name]

    @cached_property
    def path(self) -> Any:
        return self._session._jvm.org.apache.hadoop.fs.Path

    @cached_property
    def to_paths(self) -> Any:
        return self._session._jvm.org.apache.hadoop.fs.FileUtil.stat2Paths

    @cached_property
    def wrap(self) -> Any:
        return self._session._jvm.scala.Predef.genericWrapArray

    @cached_property
    def read_all(self) -> Any:
        return self._session._jvm.org.apache.commons.io.IOUtils.toByteArray
