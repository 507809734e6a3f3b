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
_USUAL_HOMES = (
    "/usr/lib/jvm/*",
    "/usr/java/*",
    "/opt/java/*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "/opt/homebrew/opt/openjdk@*/libexec/openjdk.jdk/Contents/Home",
    "/usr/local/opt/openjdk@*/libexec/openjdk.jdk/Contents/Home",
    "~/.sdkman/candidates/java/*",
    "~/.jdks/*",
)
_REMEDY = "install a JDK 17 or 21, or set JAVA_HOME to one"


class Java(Struct, frozen=True):
    """A Java: `origin` says where it was looked for, `problem` why Spark cannot use it."""

    home: str
    version: str
    origin: str
    problem: str = ""


def find_java() -> tuple[Java | None, tuple[Java, ...]]:
    """The first Java that will do, and those before it that will not."""
    rejected: list[Java] = []
    visited: set[str] = set()
    for home, origin in _iterate_candidates():
        real_home = os.path.realpath(home)
        if real_home in visited:
            continue
        visited.add(real_home)
        java = _inspect_java(home, origin)
        if java is not None and not java.problem:
            return java, tuple(rejected)
        if java is not None:
            rejected.append(java)
    return None, tuple(rejected)


def describe_missing_java(rejected: tuple[Java, ...]) -> str:
    """That there is no Java, what there is instead, and the way out."""
    rejections = "; ".join(
        f"{java.origin} has {java.version or 'one'}: {java.problem}" for java in rejected
    )
    details = f" ({rejections})" if rejections else ""
    return f"Spark needs Java 17 or 21, and none was found{details}: {_REMEDY}"


def _iterate_candidates() -> Iterator[tuple[str, str]]:
    if home := os.environ.get("JAVA_HOME"):
        yield home, "JAVA_HOME"
    if command := shutil.which("java"):
        yield _find_home(command), "PATH"
    for pattern in _USUAL_HOMES:
        for home in sorted(glob.glob(os.path.expanduser(pattern))):
            yield home, home


def _find_home(command: str) -> str:
    """The home of a `java`; version managers put scripts in its place, which have to be asked."""
    home = os.path.dirname(os.path.dirname(os.path.realpath(command)))
    if os.path.isfile(os.path.join(home, "release")):
        return home
    answer = _ask_java(command, "-XshowSettings:properties", "-version")
    match = re.search(r"^ *java\.home = (.*)$", answer, re.MULTILINE)
    return match[1] if match else home


def _inspect_java(home: str, origin: str) -> Java | None:
    """What is in a folder, if it is a Java at all."""
    command = os.path.join(home, "bin", "java")
    if not os.access(command, os.X_OK):
        if origin != "JAVA_HOME":
            return None
        return Java(home, "", origin, f"there is no bin/java in {home}")
    # The file saves starting a JVM, but not every system's packages have it.
    version, modules = _read_release(home)
    if not version:
        answer = _ask_java(command, "--add-modules", _MODULE, "-version")
        match = re.search(r'version "([^"]+)"', answer)
        version, modules = (match[1], _MODULE) if match else ("", "")
    if not version:
        return Java(home, "", origin, "it does not start, or its modules were trimmed")
    major = int(re.findall(r"\d+", version)[0])
    if major not in SUITABLE:
        return Java(home, version, origin, "Spark does not run on it")
    if modules and _MODULE not in modules.split():
        return Java(home, version, origin, f"it lacks the module {_MODULE}")
    return Java(home, version, origin)


def _read_release(home: str) -> tuple[str, str]:
    """The version and the modules that the file `release` names, as far as it does."""
    try:
        with open(os.path.join(home, "release"), encoding="utf-8", errors="replace") as file:
            properties = dict(re.findall(r'^(\w+)="(.*)"$', file.read(), re.MULTILINE))
    except OSError:
        return "", ""
    version = properties.get("JAVA_VERSION", "")
    return (version, properties.get("MODULES", "")) if re.match(r"\d", version) else ("", "")


def _ask_java(*command: str) -> str:
    """What a Java says of itself, which it does on standard error; nothing if it fails."""
    try:
        process = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return process.stderr.decode(errors="replace")
