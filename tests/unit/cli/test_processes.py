"""`ssbtc` as a process: what it imports, its streams, its signals, the limits of the system."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
import resource
import signal
import struct
import subprocess
import sys
import termios
import time

import click
import pytest

from tests.unit.cli.conftest import named, replaced

pytestmark = pytest.mark.slow

START = "from ssbt.compiler.cli.main import main; main()"
SSBTC = (sys.executable, "-c", START)
IMPORTS = """
import sys
from ssbt.compiler.cli.main import run_command_line
code = run_command_line(sys.argv[1:])
print(*sys.modules, sep="\\n", file=sys.stderr)
sys.exit(code)
"""


def ssbtc(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    inputs = {"capture_output": True, "text": True, "timeout": 120, **options}
    return subprocess.run([*SSBTC, *arguments], **inputs)


def imported(*arguments: str) -> set[str]:
    """The modules that a command line has loaded in the end."""
    command = [sys.executable, "-c", IMPORTS, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return set(result.stderr.split("\n"))


def test_modules_are_imported_where_they_are_used(pipeline: Path):
    heavy = {"black", "jinja2", "lark", "pyspark", "rich", "ssbt.compiler.resolve.program"}
    assert not imported("--version") & {*heavy, "click", "dataclasses", "hashlib"}
    assert not imported("--help") & heavy
    assert not imported("explain", "101") & heavy
    assert not imported("doctor") & heavy
    assert "ssbt.compiler.resolve.program" in imported("compile")
    assert not imported("compile") & heavy, "nothing has changed"
    assert not imported("check") & heavy
    assert not imported("verify") & heavy


def test_a_batch_does_without_what_it_does_not_have(pipeline: Path):
    """Not only for the time: whoever adds an import to a common path is to know what it brings."""
    modules = imported("compile", "--no-cache")
    assert not modules & {"asyncio", "pygments", "rapidfuzz", "rich", "sqlglot", "zipfile"}
    if "jinja2" not in modules:  # It is there where the templates were not made to Python.
        assert not modules & {"http", "logging", "random", "shutil", "socket", "tempfile"}
    rooms = (
        *("compare", "formats.avro", "hocon", "ir.canonical", "ir.fingerprints", "lsp"),
        *("emit.checkpoints", "emit.passes", "syntax.habits", "syntax.syntax_errors", "testing"),
    )
    prefixes = tuple(f"ssbt.compiler.{room}" for room in rooms)
    assert [name for name in modules if name.startswith(prefixes)] == []
    # Looking for credentials in what is shown must not bring it either.
    replaced(pipeline, "= 'PAID'", "= 7")
    modules = imported("compile", "--no-cache")
    assert "ssbt.compiler.diagnostics.masking" in modules
    assert "rapidfuzz" not in modules
    replaced(pipeline, "amount >=", "amount > > ")
    assert "ssbt.compiler.syntax.habits" in imported("check")


def test_a_run_that_is_replayed_imports_next_to_nothing(pipeline: Path):
    imported("compile")
    modules = imported("compile")
    assert not modules & {"click", "msgspec", "inspect", "typing_extensions"}
    ours = {name for name in modules if name.startswith("ssbt.compiler.")}
    assert len(ours) < 12, ours


def test_what_is_to_happen_at_the_end_happens(pipeline: Path):
    """The process ends without freeing its objects, but not before what others registered."""
    registered = "import atexit; atexit.register(print, 'the end')"
    threads = "import threading; threading.Timer(0.5, print, ['a thread']).start()"
    for code, message in ((registered, "the end\n"), (threads, "a thread\n")):
        command = [sys.executable, "-c", f"{code}; {START}", "check"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert (result.returncode, result.stdout) == (0, message)
    replaced(pipeline, "amount >=", "amout >=")
    assert ssbtc("check").returncode == 1


def test_a_compile_does_without_pyspark(pipeline: Path):
    assert "pyspark" not in imported("compile")
    assert Path("build/ssbt_runtime.zip").exists()


def test_the_installed_command(pipeline: Path):
    command = Path(sys.executable).with_name("ssbtc")
    result = subprocess.run([command, "check"], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "1 pipeline is in order\n")


def test_the_reader_is_gone(pipeline: Path):
    replaced(pipeline, "amount >=", "amout >=")
    reading, writing = os.pipe()
    os.close(reading)
    result = ssbtc("explain", stdout=writing, stderr=subprocess.PIPE, capture_output=False)
    assert (result.returncode, result.stderr) == (141, "")
    result = ssbtc("check", "--output-format", "json", stdout=writing, capture_output=False)
    os.close(writing)
    assert result.returncode == 141


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_standard_output_is_full(pipeline: Path):
    with open("/dev/full", "w") as full:
        result = ssbtc("explain", stdout=full, stderr=subprocess.PIPE, capture_output=False)
    assert result.returncode == 2
    assert result.stderr == "error: cannot write to standard output: No space left on device\n"


def test_closed_streams(pipeline: Path):
    for closed in (">&-", "2>&-", "<&-", ">&- 2>&-"):
        command = f'exec "$0" -c "$1" compile {closed}'
        result = subprocess.run(["sh", "-c", command, sys.executable, START], timeout=60)
        assert result.returncode == 0, closed


def test_an_ascii_terminal(pipeline: Path):
    replaced(pipeline, "PAID", "BEZAHLT€")
    replaced(pipeline, "amount >=", "amout >=")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    result = ssbtc("check", env=environment)
    assert result.returncode == 1
    assert "BEZAHLT\\u20ac" in result.stdout
    replaced(pipeline, "amout >=", "amount >=")
    assert "compiled pipeline.ssbt -> build/" in ssbtc("compile", env=environment).stderr


def test_a_terminal_has_colours_and_a_width(pipeline: Path):
    replaced(pipeline, "amount >=", "an_amount_that_nobody_has_heard_of >=")
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 50, 0, 0))
    environment = {**os.environ, "TERM": "xterm"}
    result = ssbtc("check", stdout=theirs, stderr=theirs, capture_output=False, env=environment)
    os.close(theirs)
    text = os.read(ours, 100_000).decode()
    os.close(ours)
    assert result.returncode == 1
    assert text.startswith("\x1b[1;31merror[SSBT0202]\x1b[0m")
    assert 40 < max(map(len, click.unstyle(text).splitlines())) <= 50


def test_any_locale_hash_seed_and_folder_give_the_same_bytes(pipeline: Path):
    results = set()
    for number, (locale, seed) in enumerate((("C", "1"), ("C.UTF-8", "2"), ("de_DE.UTF-8", "3"))):
        environment = {**os.environ, "LC_ALL": locale, "PYTHONHASHSEED": seed}
        out = f"out{number}"
        assert ssbtc("compile", "--no-cache", "-o", out, env=environment).returncode == 0
        results.add(tuple(path.read_bytes() for path in sorted(Path(out).iterdir())))
    assert len(results) == 1


def test_a_limit_on_the_size_of_files_leaves_nothing_behind(pipeline: Path):
    """The limit stands for a full disk: the kernel refuses the rest of a file."""

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))

    assert ssbtc("compile", "-o", "elsewhere").returncode == 0
    result = ssbtc("compile", preexec_fn=limited)
    assert result.returncode == 2
    assert "error: cannot write `build/ssbt_runtime.zip`: file too large" in result.stderr
    assert list(Path("build").iterdir()) == []
    assert ssbtc("compile").returncode == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to(pipeline: Path):
    Path("build").mkdir(mode=0o500)
    result = ssbtc("compile")
    assert result.returncode == 2
    assert result.stderr.startswith("error: cannot write `build/revenue_by_country.py`: permission")


def test_interrupted(project: Path):
    """Ctrl-C while many pipelines are compiled: quiet, and nothing half-written."""
    for number in range(1000):
        Path(f"p{number}.ssbt").write_text(named(f"p{number}"))
    running = subprocess.Popen([*SSBTC, "compile"], stdout=-1, stderr=-1, text=True)
    time.sleep(2)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert (out, err.strip()) == ("", "")
    assert not Path("build").exists()


def test_two_at_once(project: Path):
    for number in range(4):
        Path(f"p{number}.ssbt").write_text(named(f"p{number}"))
    both = [subprocess.Popen([*SSBTC, "compile"], stderr=-1, text=True) for _ in range(2)]
    assert [(p.communicate()[1], p.returncode)[1] for p in both] == [0, 0]
    assert ssbtc("verify").returncode == 0
    assert len(list(Path("build").iterdir())) == 13


def test_completion_of_a_shell():
    environment = {**os.environ, "_SSBTC_COMPLETE": "bash_source"}
    result = ssbtc(env=environment)
    assert result.returncode == 0
    assert "_ssbtc_completion" in result.stdout
