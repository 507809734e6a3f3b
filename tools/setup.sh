#!/usr/bin/env bash
# Make .venv hold what requirements-dev.lock and requirements-docs.lock pin, and SSBT itself, editable. Does nothing when it
# already does: .venv/installed keeps what was installed last.
set -euo pipefail
cd "$(dirname "$0")/.."
export PIP_DISABLE_PIP_VERSION_CHECK=1

wanted() { cat requirements-dev.lock requirements-docs.lock pyproject.toml tools/setup.sh; }

# The first Python of at least 3.11 that can make a virtual environment. A name on the PATH proves
# nothing: version managers put names there that do not run.
find_python() {
    local name
    for name in python3.13 python3.12 python3.11 python3.14 python3 python; do
        if "$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
            2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    cat >&2 <<'HELP'
SSBT needs Python 3.11 or newer with its venv module, and found none. Install it, then run this again:
    Debian, Ubuntu    sudo apt-get install python3 python3-venv
    Fedora            sudo dnf install python3
    Alpine            sudo apk add python3
    macOS             brew install python@3.13
HELP
    return 1
}

# A virtual environment that was moved or copied has commands that run another one's Python.
venv_is_usable() {
    [[ "$(.venv/bin/pip --version 2>/dev/null)" == *" $PWD/.venv/"* ]] &&
        .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))'
}

if venv_is_usable; then
    wanted | cmp --silent - .venv/installed && exit
else
    python=$(find_python)
    echo "Making .venv with $("$python" --version)" >&2
    "$python" -m venv --clear .venv
fi

echo "Installing requirements-dev.lock into .venv; the first time takes minutes (PySpark: 450 MB)" >&2
.venv/bin/python -m pip install --quiet --require-hashes -r requirements-dev.lock -r requirements-docs.lock
PYTHONWARNINGS=ignore .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .

# The import package as a plain folder, for tools that cannot see through an editable install.
mkdir -p .venv/typing/ssbt
for part in compiler grammar runtime templates; do
    ln -sfn "../../../$part" ".venv/typing/ssbt/$part"
done

# Python leaves no bytecode behind where PYTHONDONTWRITEBYTECODE is set, and starts slowly.
.venv/bin/python -m compileall -q compiler grammar runtime

wanted >.venv/installed
