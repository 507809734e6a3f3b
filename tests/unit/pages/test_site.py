"""`make docs-site`: the documentation in a real browser, from the file system, offline."""

from __future__ import annotations

from pathlib import Path
import runpy
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from ssbt.compiler.emit.version import VERSION

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.slow
WIDE_PAGES = (
    *("connectors/kafka.html", "commands.html", "language.html"),
    *("guides/deploying.html", "errors/SSBT0202.html"),
)
# The search is a shadow of its own at the end of the page.
DIALOG = "[...document.querySelectorAll('body > div')].find(each => each.shadowRoot)?.shadowRoot"
# What sticks out of the window, but for what scrolls in a frame of its own.
OVERFLOW = """
const width = document.documentElement.clientWidth;
const sticking = [...document.querySelectorAll("article *")].filter(element =>
    element.getBoundingClientRect().right > width + 1
    && !element.closest("pre, .md-typeset__scrollwrap"));
return [document.documentElement.scrollWidth - width, sticking.map(each => each.outerHTML)];
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the site of this version, and the folder of an older one."""
    folder = tmp_path_factory.mktemp("site")
    older = folder / "0.0.9" / "index.html"
    older.parent.mkdir()
    older.write_text("<!doctype html><title>Older</title>")
    tool: dict[str, Any] = runpy.run_path(str(ROOT / "tools" / "docs_site.py"))
    return Path(tool["build"](folder, tmp_path_factory.mktemp("source") / "work"))


@pytest.fixture
def offline(browser: Chrome) -> Chrome:
    """The browser without a network; what it asks for is logged all the same."""
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["http://*", "https://*"]})
    browser.get_log("performance")
    browser.get_log("browser")
    return browser


def test_search_works_from_the_file_system_and_asks_for_nothing(site: Path, offline: Chrome):
    offline.get((site / "index.html").as_uri())
    offline.execute_script("document.querySelector('[data-md-toggle=search]').click()")
    wait = WebDriverWait(offline, 10)
    field = wait.until(lambda _: offline.execute_script(f"return {DIALOG}?.querySelector('input')"))
    field.send_keys("watermark")
    results = f"return [...{DIALOG}.querySelectorAll('a')].map(link => link.href)"
    links = wait.until(lambda _: offline.execute_script(results))
    assert any("language.html" in each and each.endswith("#watermark") for each in links)
    assert any("SSBT0616.html" in each for each in links)
    assert field.get_attribute("value") == "watermark"
    requests = [
        entry["message"]
        for entry in offline.get_log("performance")
        if "Network.requestWillBeSent" in entry["message"]
    ]
    assert len(requests) > 3
    assert [each for each in requests if '"url":"http' in each] == []
    assert offline.get_log("browser") == []


def test_the_header_leads_to_other_versions(site: Path, offline: Chrome):
    offline.get((site / "guides" / "streaming.html").as_uri())
    wait = WebDriverWait(offline, 10)
    choice = wait.until(lambda _: offline.find_element(By.CSS_SELECTOR, ".ssbt-versions"))
    assert choice.text.split() == [VERSION, "0.0.9"]
    assert choice.get_attribute("value") == VERSION
    choice.send_keys("0.0.9")
    wait.until(lambda _: offline.title == "Older")
    offline.get((site.parent / "index.html").as_uri())
    wait.until(lambda _: VERSION in offline.current_url)


def test_nothing_sticks_out_on_a_telephone(site: Path, offline: Chrome):
    telephone = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    offline.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", telephone)
    try:
        for page in WIDE_PAGES:
            offline.get((site / page).as_uri())
            assert offline.execute_script(OVERFLOW) == [0, []], page
    finally:
        offline.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_no_file_names_a_script_or_style_of_another_host(site: Path):
    outside = [
        f"{path.relative_to(site)}: {attribute}"
        for path in site.rglob("*.html")
        for attribute in _loaded(path.read_text("utf-8"))
    ]
    assert outside == []


def _loaded(html: str) -> list[str]:
    attributes = html.split("<")
    tags = [tag for tag in attributes if tag.startswith(("script", "link", "img", "iframe"))]
    return [tag for tag in tags if 'src="http' in tag or 'href="http' in tag or 'href="//' in tag]
