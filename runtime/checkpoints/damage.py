"""Damage to a checkpoint that Spark meets with an obscure message, or silently."""

from collections.abc import Iterator
import json
import re

from ssbt.runtime.files.stores import Files

WAY_OUT = (
    "bring it back from a copy of the folder; or start from scratch with an empty one, and let a"
    " file sink write to another folder or after what it has: --keep-output"
)
# Larger files, which only those ending in `.compact` are, are not read before Spark does.
_MAX_BYTES = 1_000_000


def checkpoint_damage(files: Files, folder: str, sources: int = 0) -> tuple[int | None, list[str]]:
    """The last batch that is done (None if none was ever begun), and what is wrong.

    `sources` is the number of sources, if it is known: of one that is used twice Spark writes two
    offsets, and keeps one log.
    """
    offsets, commits = (
        _list_numbers(files, f"{folder}/offsets"),
        _list_numbers(files, f"{folder}/commits"),
    )
    if not offsets and not commits:
        return None, []
    first, last, committed = (
        min(offsets, default=0),
        max(offsets, default=0),
        max(commits, default=-1),
    )
    # A crash leaves one batch without its commit, no more.
    paths = [f"{folder}/offsets/{n}" for n in {last - 1, last, committed} if n >= first]
    if last > first or committed >= 0:
        paths.append(f"{folder}/commits/{max(committed, last - 1)}")
    problems = [*_find_problems(files, [f"{folder}/metadata", *sorted(paths)])]
    if not problems:
        # How far each source had come; for one of files, by the number in its log.
        lines = files.content(f"{folder}/offsets/{last}").decode().splitlines()[2:]
        offset_matches = [re.fullmatch(r'\{"logOffset":(\d+)\}', line) for line in lines]
        if 0 < sources < len(lines):
            # Which offset is whose is not told.
            lowest = min(offset_matches, key=_offset_number) if all(offset_matches) else None
            offset_matches = [lowest] * sources
        for source, match in enumerate(offset_matches):
            if match:
                problems += log_damage(files, f"{folder}/sources/{source}", int(match[1]))
    return committed, problems


def last_batch(files: Files, folder: str) -> int:
    """The last batch that a checkpoint has planned, done or not; -1 if there is none."""
    return max(
        max(_list_numbers(files, f"{folder}/{log}"), default=-1) for log in ("offsets", "commits")
    )


def log_damage(files: Files, log: str, last: int) -> list[str]:
    """What is wrong with a log of files that were read or written, which must reach `last`."""
    names = files.names(log)
    compact_numbers = [int(name.split(".")[0]) for name in names if name.endswith(".compact")]
    numbers = range(max(compact_numbers, default=0), max([last, *_list_numbers(files, log)]) + 1)
    compacted = (f"{n}.compact" if f"{n}.compact" in names else str(n) for n in numbers)
    return [*_find_problems(files, [f"{log}/{name}" for name in compacted])]


def record_damage(files: Files, folder: str) -> list[str]:
    """What is wrong with the newest of our own records in a checkpoint."""
    identity = f"{folder}/_ssbt/identity"
    numbers = sorted(map(int, files.names(identity)))
    paths = [f"{identity}/{number}" for number in numbers[-1:]]
    if "topics" in files.names(f"{folder}/_ssbt"):
        paths.append(f"{folder}/_ssbt/topics")
    return [*_find_problems(files, paths)]


def _list_numbers(files: Files, log: str) -> list[int]:
    return [int(match[1]) for name in files.names(log) if (match := re.match(r"(\d+)", name))]


def _offset_number(offset: re.Match[str] | None) -> int:
    return int(offset[1]) if offset else -1


def _find_problems(files: Files, paths: list[str]) -> Iterator[str]:
    for path in paths:
        folder, _, name = path.rpartition("/")
        problem: str | None = "is missing"
        if name in files.names(folder):
            is_large = name.endswith(".compact") and files.size(path) > _MAX_BYTES
            problem = None if is_large else _find_file_problem(files, path)
        if problem:
            yield f"{path} {problem}; {WAY_OUT}"


def _find_file_problem(files: Files, path: str) -> str | None:
    """Why the file is none that Spark has written; None if it may be."""
    try:
        lines = files.content(path).decode().splitlines()
    except UnicodeDecodeError:
        return "is garbled"
    except Exception:
        return "cannot be read, its checksum may be wrong"
    if not lines:
        return "is empty"
    is_document = path.endswith("/metadata") or "/_ssbt/" in path
    if not is_document and not re.fullmatch(r"v\d+", lines.pop(0)):
        return "is garbled"
    for line in lines:
        # A source may write its offsets in any form, but most are JSON.
        if is_document or line[:1] in ("{", "["):
            try:
                json.loads(line)
            except ValueError:
                return "is cut off or garbled"
    return "is cut off" if "/offsets/" in path and len(lines) < 2 else None
