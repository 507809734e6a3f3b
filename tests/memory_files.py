"""Files that a test has only in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping


def read_files(files: Mapping[str, str | bytes]) -> Callable[[str], bytes]:
    """A reader of these files; of any other it says what the real one says.

    The compiler asks for files that need not be there, such as `pandas.py` of `import pandas`.
    """

    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(2, "No such file or directory", path)
        content = files[path]
        # Tests of hostile texts hold bytes that are no UTF-8.
        return content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")

    return read
