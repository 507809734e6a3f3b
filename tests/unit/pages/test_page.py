"""`ssbtc docs`: the page in a real browser, from the file system, asking for nothing outside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from ssbt.compiler.cli.commands import ssbtc

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.slow
HOSTILE = """
pipeline p {
  description = "<script>document.title = 'taken'</script><!-- </script>"
}

schema S {
  `<img src=x onerror="document.title='taken'">`: int
  `</script><script>document.title='taken'</script>`: int
}

source `</h3><b>bold` from parquet {
  path   = "<i>in</i>"
  schema = S
}

let r =
  from `</h3><b>bold`
  # </pre><script>document.title = 'taken'</script>
  |> where `<img src=x onerror="document.title='taken'">` > 1

sink r to parquet {
  path = "out"
}
"""


OpenPage = Callable[[str], Chrome]


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("pages") / "page.html", ROOT / "examples", "Examples")


def write_page(page: Path, pipelines: Path, title: str) -> Path:
    """A page that the command has written."""
    arguments = ["docs", str(pipelines), "-o", str(page), "--title", title]
    done = CliRunner().invoke(ssbtc, arguments)
    assert done.exit_code == 0, done.output
    return page


@pytest.fixture
def open_page(browser: Chrome, examples: Path) -> OpenPage:
    """Opens the page of the examples at a pipeline."""

    def opened(name: str) -> Chrome:
        browser.get("about:blank")
        browser.get(examples.as_uri())
        browser.find_element(By.LINK_TEXT, name).click()
        # The page hears of its new address after the click.
        until(browser, lambda: [each.text for each in elements(browser, "h1")] == [name])
        return browser

    return opened


def test_it_is_shown_without_errors_and_asks_for_nothing(open_page: OpenPage, examples: Path):
    browser = open_page("quickstart")
    requests = [
        entry["message"]
        for entry in browser.get_log("performance")
        if "Network.requestWillBeSent" in entry["message"]
        and '"url":"file:' not in entry["message"]
    ]
    assert [entry for entry in requests if "about:blank" not in entry] == []
    assert browser.get_log("browser") == []
    assert browser.find_element(By.CSS_SELECTOR, "article.active h1").text == "quickstart"
    assert "//" not in examples.read_text().partition("<body>")[0]


def test_every_dataset_and_sink_has_a_box_and_can_be_seen(open_page: OpenPage):
    browser = open_page("quickstart")
    titles = [each.text.split("\n")[0] for each in elements(browser, ".box h4")]
    assert titles == ["orders", "customers", "paid", "revenue", "rejected", "revenue", "rejected"]
    view = rect(browser, ".view")
    for place in range(len(titles)):
        box = rect(browser, ".box", place)
        assert view["left"] <= box["left"] <= box["right"] <= view["right"]
        assert view["top"] <= box["top"] <= box["bottom"] <= view["bottom"]


def test_a_column_lights_up_what_it_is_made_from(open_page: OpenPage):
    browser = open_page("quickstart")
    column(browser, "revenue", "revenue").click()
    assert lit(browser, "up") == {"amount", "quantity", "unit_price"}
    assert {"status", "ordered_on", "country"} <= lit(browser, "rows")
    assert lit(browser, "chosen") == {"revenue"}
    out = [each.text.split("\n")[0] for each in elements(browser, ".box.out h4")]
    assert out == ["rejected", "rejected"]
    assert len(elements(browser, "svg.values path.up")) == 3
    reported = elements(browser, ".told")[0].text
    assert "made from paid.amount" in reported
    assert "written to revenue" in reported
    ActionChains(browser).send_keys_to_element(elements(browser, ".view")[0], Keys.ESCAPE).perform()
    assert lit(browser, "up") == set()


def test_a_column_lights_up_what_is_made_of_it(open_page: OpenPage):
    browser = open_page("quickstart")
    column(browser, "orders", "unit_price").click()
    assert lit(browser, "down") == {"unit_price", "amount", "revenue", "business_share"}


def test_the_picture_can_be_moved_and_enlarged(open_page: OpenPage):
    browser = open_page("quickstart")
    view, before = elements(browser, ".view")[0], rect(browser, ".box")

    def moved() -> tuple[float, float]:
        now = rect(browser, ".box")
        return now["left"] - before["left"], now["top"] - before["top"]

    def enlarged() -> float:
        return rect(browser, ".box")["width"] / before["width"]

    drag = ActionChains(browser).move_to_element_with_offset(view, 0, view.size["height"] // 2 - 5)
    drag.click_and_hold().move_by_offset(40, -30).move_by_offset(40, -30).release().perform()
    until(browser, lambda: moved() == pytest.approx((80, -60), abs=1))
    elements(browser, "[data-do=in]")[0].click()
    until(browser, lambda: enlarged() == pytest.approx(1.25, rel=0.01))
    elements(browser, "[data-do=fit]")[0].click()
    until(browser, lambda: rect(browser, ".box") == before)


def test_source_and_script_show_what_belongs_together(open_page: OpenPage):
    browser = open_page("quickstart")
    lines = elements(browser, ".pane [data-part]")
    next(each for each in lines if "let paid" in each.text).click()
    marked = [each.text for each in elements(browser, ".pane .marked")]
    assert any("let paid" in text for text in marked)
    assert any("def paid(" in text for text in marked)
    assert not any("def orders(" in text for text in marked)


def test_tests_are_listed(browser: Chrome, tmp_path: Path):
    text = (ROOT / "examples" / "quickstart" / "pipeline.ssbt").read_text()
    (tmp_path / "p.ssbt").write_text(
        f'{text}\ntest "none" {{\n  given orders {{}}\n  then paid {{}}\n}}\n'
    )
    browser.get(write_page(tmp_path / "page.html", tmp_path / "p.ssbt", "Tests").as_uri())
    row = next(each.text for each in elements(browser, "tbody tr") if each.text.startswith("none"))
    assert row.split() == ["none", "orders", "paid", row.split()[-1]]


def test_a_name_is_found_in_all_pipelines(open_page: OpenPage):
    browser = open_page("quickstart")
    browser.find_element(By.ID, "search").send_keys("business_share")
    visible = browser.find_elements(By.CSS_SELECTOR, "nav li li")
    assert [each.text for each in visible if each.is_displayed()] == ["revenue"]


def test_names_and_texts_are_never_markup(browser: Chrome, tmp_path: Path):
    (tmp_path / "p.ssbt").write_text(HOSTILE)
    page = write_page(tmp_path / "page.html", tmp_path / "p.ssbt", "<b>mine</b>")
    browser.get(page.as_uri())
    assert browser.title == "<b>mine</b>"
    assert elements(browser, ".box h4")[0].text.startswith("</h3><b>bold")
    for each in elements(browser, ".box button"):
        each.click()
    assert browser.title == "<b>mine</b>"
    assert browser.find_elements(By.CSS_SELECTOR, "img, b b, h3 b") == []


def elements(browser: Chrome, selector: str) -> list[Any]:
    """The elements of the pipeline that is shown."""
    return browser.find_elements(By.CSS_SELECTOR, f"article.active {selector}")


def rect(browser: Chrome, selector: str, place: int = 0) -> dict[str, float]:
    """Where an element is in the window, enlarged as it is; Selenium's own `rect` is not."""
    script = "return arguments[0].getBoundingClientRect().toJSON()"
    result: dict[str, float] = browser.execute_script(script, elements(browser, selector)[place])
    return result


def until(browser: Chrome, holds: Callable[[], bool]) -> None:
    """Wait for a busy machine, which hears of an event and draws later than Selenium returns."""
    WebDriverWait(browser, 30, poll_frequency=0.05).until(lambda _: holds())


def column(browser: Chrome, dataset: str, name: str) -> Any:
    boxes = [each for each in elements(browser, ".box") if each.text.split("\n")[0] == dataset]
    buttons = boxes[0].find_elements(By.TAG_NAME, "button")
    return next(each for each in buttons if each.text.split("\n")[0].split()[0] == name)


def lit(browser: Chrome, how: str) -> set[str]:
    return {each.text.split()[0] for each in elements(browser, f".box button.{how}")}
