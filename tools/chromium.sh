#!/usr/bin/env bash
# Print the paths of Chromium (or Chrome) and of its driver, for the tests of pages; with --install,
# install them first where root may and they are not there.
set -euo pipefail

find_both() {
    local browser driver
    browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || return
    driver=$(command -v chromedriver) || return
    printf '%s\n%s\n' "$browser" "$driver"
}

install_command() {
    if command -v apt-get >/dev/null; then
        echo "apt-get install -y --no-install-recommends chromium chromium-driver fonts-dejavu-core"
    elif command -v dnf >/dev/null; then
        echo "dnf install -y chromium chromedriver"
    elif command -v apk >/dev/null; then
        echo "apk add chromium chromium-chromedriver font-dejavu"
    elif command -v brew >/dev/null; then
        echo "brew install --cask chromium chromedriver"
    fi
}

give_up() {
    echo "The tests of pages need Chromium and its driver. Install them, then run this again:" >&2
    echo "    ${command:-chromium and chromedriver of one version, on the PATH}" >&2
    exit 1
}

if ! find_both; then
    command=$(install_command)
    [[ ${1:-} == --install && $(id -u) -eq 0 && -n $command ]] || give_up
    echo "Installing Chromium, which shows pages in tests" >&2
    {
        if command -v apt-get >/dev/null; then
            apt-get update
        fi
        DEBIAN_FRONTEND=noninteractive $command </dev/null
    } >&2 || give_up
    find_both || give_up
fi
