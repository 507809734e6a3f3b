"""How long the language server takes for the findings of a keystroke, in CPU time.

    benchmarks/editor.py [--stages 27] [--strokes 60]

Keys are typed one by one at places all over a file of 461 lines or so, which does not parse half of
the time, as while somebody types. Two servers take turns: the one that there is, and one that
looks at the whole file each time and collects garbage as Python does by itself. Both are given as
ratios to a bare interpreter's start, which takes turns with them, and must find the same. The last
lines say where the time of a keystroke goes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
import cProfile
import gc
import pstats
import random
import resource
import subprocess
import sys
import time

from compile import pipeline

from ssbt.compiler.driver import Reader
from ssbt.compiler.lsp.analysis import analyze
from ssbt.compiler.lsp.checking import CheckedFile, IncrementalChecker
from ssbt.compiler.lsp.documents import path_of
from ssbt.compiler.lsp.editor import Editor
from ssbt.compiler.lsp.server_base import Server
from ssbt.compiler.lsp.workspace import _CheckedRoot

URI = "file:///nowhere/one.ssbt"
TYPED = ("\n  |> where amount > 1\n", " and year(placed_at) = 2", ", upper(status) as word")
# This many keys before it is the other's turn: what one of them has just cut into tokens would be
# there for the other.
TURN = 5
BEHIND = ("from orders\n", "status = 'PAID'", "as gross")
# What a keystroke consists of, by functions that the profiler knows.
PARTS = {
    "read and parse": ("files.py", "load_files"),
    "of that: lay out": ("padding.py", "pad_source"),
    "resolve datasets": ("datasets.py", "resolve_all"),
    "resolve sinks": ("sinks.py", "resolve_sinks"),
    "resolve sources": ("sources.py", "resolve_relation"),
    "check by rules": ("rules.py", "run_rules"),
    "meet other pipelines": ("projects.py", "with_project"),
    "convert to the protocol": ("conversion.py", "diagnostic"),
}


class FromScratch(IncrementalChecker):
    """Keeps nothing."""

    def check(self, path: str, read: Reader) -> CheckedFile:
        """The file, looked at as a whole."""
        return analyze(path, read)


def strokes(text: str, count: int) -> Iterator[str]:
    """The file after each of `count` keystrokes, at places that a seed decides."""
    generator = random.Random(1)
    typed = 0
    while typed < count:
        kind = generator.randrange(len(TYPED))
        places = [i for i in range(len(text)) if text.startswith(BEHIND[kind], i)]
        at = generator.choice(places) + len(BEHIND[kind])
        at -= BEHIND[kind].endswith("\n")
        for end in range(1, len(TYPED[kind]) + 1):
            yield text[:at] + TYPED[kind][:end] + text[at:]
            typed += 1
            if typed == count:
                return


def bare_start() -> float:
    """The CPU seconds of an interpreter that does nothing."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def stroke_time(editor: Editor, text: str) -> tuple[float, object]:
    """The CPU seconds until the findings of a text are there, and these."""
    path = editor.workspace.documents.open(URI, text)
    started = time.process_time()
    diagnostics = editor.diagnostics(path)
    return time.process_time() - started, diagnostics


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stages", type=int, default=27)
    parser.add_argument("--strokes", type=int, default=60)
    arguments = parser.parse_args()
    text = pipeline("one", arguments.stages)
    editor, plain, server = Editor(), Editor(), Server()
    plain.workspace._checked[path_of(URI)] = _CheckedRoot(FromScratch())
    thresholds = gc.get_threshold()
    for warm in strokes(text, 5):
        stroke_time(editor, warm)
        stroke_time(plain, warm)
    times: dict[str, list[float]] = {"from scratch": [], "the server": []}
    bare: list[float] = []
    versions = [*strokes(text, arguments.strokes)]
    for first in range(0, len(versions), TURN):
        turn = versions[first : first + TURN]
        bare.append(bare_start())
        gc.unfreeze()
        gc.set_threshold(*thresholds)
        expected = [stroke_time(plain, version) for version in turn]
        server.reduce_garbage_collection()
        results = [stroke_time(editor, version) for version in turn]
        times["from scratch"] += [taken for taken, _ in expected]
        times["the server"] += [taken for taken, _ in results]
        assert [findings for _, findings in results] == [findings for _, findings in expected], turn
    unit = sorted(bare)[len(bare) // 2]
    print(f"{text.count(chr(10))} lines, {arguments.strokes} strokes; in starts of an interpreter")
    for name, each in times.items():
        each.sort()
        middle, late = each[len(each) // 2], each[len(each) * 99 // 100]
        print(f"{name:28}p50 {middle / unit:6.1f}  p99 {late / unit:6.1f}", end="")
        print(f"   ({middle * 1000:.0f} and {late * 1000:.0f} ms)")
    print_parts(editor, text)


def print_parts(editor: Editor, text: str) -> None:
    """Where the time of an analysis goes, in percent."""
    profile = cProfile.Profile(time.process_time)
    profile.enable()
    for version in strokes(text, 10):
        stroke_time(editor, version)
    profile.disable()
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    cumulative = {
        (file.rpartition("/")[2], function): row[3] for (file, _, function), row in stats.items()
    }
    whole = cumulative["editor.py", "diagnostics"]
    for name, key in PARTS.items():
        print(f"{name:28}{100 * cumulative[key] / whole:5.0f} %")


if __name__ == "__main__":
    main()
