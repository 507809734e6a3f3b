"""One browser for all tests of pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
import subprocess

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

ROOT = Path(__file__).resolve().parents[3]
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--window-size=1400,1000"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--force-prefers-reduced-motion"),
)


@pytest.fixture(scope="package")
def browser() -> Iterator[Chrome]:
    command = [str(ROOT / "tools" / "chromium.sh"), "--install"]
    paths = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    binary, driver = paths.stdout.split()
    options = Options()
    options.binary_location = binary
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = Chrome(options=options, service=Service(driver))
    yield chrome
    chrome.quit()
