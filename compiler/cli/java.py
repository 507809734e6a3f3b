"""The Java on this machine that Spark runs on: 17 or 21, with the module its launcher needs."""

from __future__ import annotations

from collections.abc import Iterator
import glob
import os
import re
import shutil
import subprocess

from msgspec import Struct

SUITABLE = (17, 21)
_MODULE = "jdk.incubator.vector"
_USUAL_PLACES = (
    "/usr/lib/jvm/*",
    "/usr/java/*",
    "/opt/java/*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "/opt/homebrew/opt/openjdk@*/libexec/openjdk.jdk/Contents/Home",
    "/usr/local/opt/openjdk@*/libexec/openjdk.jdk/Contents/Home",
    "~/.sdkman/candidates/java/*",
    "~/.jdks/*",
)
_WAY_OUT = "install a JDK 17 or 21, or set JAVA_HOME to one"


class Java(Struct, frozen=True):
    """A Java: `found` says where it was looked for, `problem` why Spark cannot use it."""

    home: str
    version: str
    found: str
    problem: str = ""


def suitable_java() -> tuple[Java | None, tuple[Java, ...]]:
    """The first Java that will do, and those before it that will not."""
    passed: list[Java] = []
    seen: set[str] = set()
    for home, found in _candidates():
        place = os.path.realpath(home)
        if place in seen:
            continue
        seen.add(place)
        java = _java(home, found)
        if java is not None and not java.problem:
            return java, tuple(passed)
        if java is not None:
            passed.append(java)
    return None, tuple(passed)


def absence(passed: tuple[Java, ...]) -> str:
    """That there is no Java, what there is instead, and the way out."""
    there = "; ".join(
        f"{java.found} has {java.version or 'one'}: {java.problem}" for java in passed
    )
    return (
        f"Spark needs Java 17 or 21, and none was found{f' ({there})' if there else ''}: {_WAY_OUT}"
    )


def _candidates() -> Iterator[tuple[str, str]]:
    if home := os.environ.get("JAVA_HOME"):
        yield home, "JAVA_HOME"
    if command := shutil.which("java"):
        yield _home_of(command), "PATH"
    for pattern in _USUAL_PLACES:
        for home in sorted(glob.glob(os.path.expanduser(pattern))):
            yield home, home


def _home_of(command: str) -> str:
    """The home of a `java`; version managers put scripts in its place, which have to be asked."""
    home = os.path.dirname(os.path.dirname(os.path.realpath(command)))
    if os.path.isfile(os.path.join(home, "release")):
        return home
    answer = _answer(command, "-XshowSettings:properties", "-version")
    match = re.search(r"^ *java\.home = (.*)$", answer, re.MULTILINE)
    return match[1] if match else home


def _java(home: str, found: str) -> Java | None:
    """What is in a folder, if it is a Java at all."""
    command = os.path.join(home, "bin", "java")
    if not os.access(command, os.X_OK):
        if found != "JAVA_HOME":
            return None
        return Java(home, "", found, f"there is no bin/java in {home}")
    # The file saves starting a JVM, but not every system's packages have it.
    version, modules = _release(home)
    if not version:
        answer = _answer(command, "--add-modules", _MODULE, "-version")
        match = re.search(r'version "([^"]+)"', answer)
        version, modules = (match[1], _MODULE) if match else ("", "")
    if not version:
        return Java(home, "", found, "it does not start, or its modules were trimmed")
    major = int(re.findall(r"\d+", version)[0])
    if major not in SUITABLE:
        return Java(home, version, found, "Spark does not run on it")
    if modules and _MODULE not in modules.split():
        return Java(home, version, found, f"it lacks the module {_MODULE}")
    return Java(home, version, found)


def _release(home: str) -> tuple[str, str]:
    """The version and the modules that the file `release` names, as far as it does."""
    try:
        with open(os.path.join(home, "release"), encoding="utf-8", errors="replace") as file:
            known = dict(re.findall(r'^(\w+)="(.*)"$', file.read(), re.MULTILINE))
    except OSError:
        return "", ""
    version = known.get("JAVA_VERSION", "")
    return (version, known.get("MODULES", "")) if re.match(r"\d", version) else ("", "")


def _answer(*command: str) -> str:
    """What a Java says of itself, which it does on standard error; nothing if it fails."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stderr.decode(errors="replace")
