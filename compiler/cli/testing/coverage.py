"""`ssbtc test --coverage`: what it takes, and what it says at the end."""

from __future__ import annotations

from collections.abc import Callable
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ssbt.compiler.cli.writing import write_all

if TYPE_CHECKING:
    from ssbt.compiler.testing.coverage import Coverage

F = TypeVar("F", bound=Callable[..., Any])


def options(command: F) -> F:
    """`coverage`, `coverage_fail_under` and `coverage_json`; each of them asks for coverage."""
    show_option = click.option(
        "--coverage",
        is_flag=True,
        help="Tell which datasets, branches of `case` and sides of joins no test reaches.",
    )
    minimum_option = click.option(
        "--coverage-fail-under",
        type=click.IntRange(0, 100),
        metavar="N",
        help="Fail if the tests reach less than N percent.",
    )
    file_option = click.option(
        "--coverage-json",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="Write what the tests reach, as JSON.",
    )
    return show_option(minimum_option(file_option(command)))


def create_coverage(is_shown: bool, minimum: int | None, path: str | None) -> Coverage | None:
    """What takes the coverage, None where nobody asks for it."""
    from ssbt.compiler.testing.coverage import Coverage

    return Coverage() if is_shown or minimum is not None or path is not None else None


def report_coverage(coverage: Coverage | None, minimum: int | None, path: str | None) -> bool:
    """Write the file that is asked for, and say whether the coverage is high enough."""
    if coverage is None:
        return True
    if path is not None:
        write_all([(path, coverage.render_json())])
    if minimum is None or coverage.percent >= minimum:
        return True
    sys.stderr.write(f"the tests reach {coverage.percent}%, less than {minimum}%\n")
    return False
