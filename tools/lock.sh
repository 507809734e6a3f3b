#!/usr/bin/env bash
# Pin everything that development needs, with hashes, in requirements-dev.lock, and what builds the
# site of the documentation in requirements-docs.lock.
# Arguments go to pip-compile: `--upgrade`, `--upgrade-package NAME`.
set -euo pipefail
cd "$(dirname "$0")/.."

# Hashes must be those of the index's files, not of wheels that a machine happens to hold.
unset PIP_FIND_LINKS

group='import sys, tomllib
print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"][sys.argv[1]], sep="\n")'

.venv/bin/python -c "$group" dev |
    CUSTOM_COMPILE_COMMAND="make lock" .venv/bin/pip-compile --quiet \
        --generate-hashes --strip-extras --allow-unsafe --no-annotate \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
        --output-file requirements-dev.lock "$@" pyproject.toml -

.venv/bin/python -c "$group" docs |
    CUSTOM_COMPILE_COMMAND="make lock" .venv/bin/pip-compile --quiet \
        --constraint requirements-dev.lock \
        --generate-hashes --strip-extras --allow-unsafe --no-annotate \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
        --output-file requirements-docs.lock "$@" -

# What `ssbtc` needs, in the same versions, and what it needs with Spark to run tests: for the Action
# of this repository and the workflow that `ssbtc init` writes. setuptools builds the Action's checkout.
starter_lock() {
    echo "setuptools>=77" |
        CUSTOM_COMPILE_COMMAND="make lock" .venv/bin/pip-compile --quiet "${@:2}" \
            --constraint requirements-dev.lock \
            --generate-hashes --strip-extras --allow-unsafe --no-annotate \
            --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
            --output-file "templates/starter/$1" pyproject.toml -
}
starter_lock check.lock
starter_lock test.lock --extra spark
