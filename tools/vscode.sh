#!/usr/bin/env bash
# Build, test and package the extension for VS Code; the result is editors/vscode/dist/ssbt.vsix.
# With --tests it only installs and tests.
set -euo pipefail
cd "$(dirname "$0")/../editors/vscode"

is_new_enough() {
    node -e 'process.exit(+(parseInt(process.versions.node) < 20))' 2>/dev/null
}

if ! is_new_enough || ! command -v npm >/dev/null; then
    cat >&2 <<'HELP'
The extension needs Node.js 20 or newer with npm. Install it, then run this again:
    Debian 13, Ubuntu 25.04 or newer    sudo apt-get install nodejs npm
    Fedora                              sudo dnf install nodejs
    Alpine                              sudo apk add nodejs npm
    macOS                               brew install node
    elsewhere                           a version manager such as fnm or nvm, for your user alone
Everything else of SSBT does without it.
HELP
    exit 3
fi

if ! cmp --silent package-lock.json node_modules/.installed-lock; then
    npm ci --no-audit --no-fund >&2
    cp package-lock.json node_modules/.installed-lock
fi
npm run --silent check
npm run --silent test
[[ "${1:-}" == --tests ]] || npm run --silent package
