"""The report in a real browser: nothing fails, nothing overlaps, all is legible, wide and narrow, light and dark."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from drill.checks.verdict import Verdict
from drill.report.html.page import report
from drill.report.html.selection import MOST_NOT_PASSED
from drill.report.result import ScenarioResult
from drill.report.run import Run
from tests.support import sample_timelines
from tests.support.browser import Browser

pytestmark = pytest.mark.browser

FIVE = (
    ScenarioResult(
        sample_timelines.failover(), sample_timelines.passes("recovered", "one_owner", "outage_within_bounds")
    ),
    ScenarioResult(
        sample_timelines.split_brain(), (sample_timelines.TWO_OWNERS, *sample_timelines.passes("recovered"))
    ),
    ScenarioResult(sample_timelines.never(error="ssh to node2 was lost"), (sample_timelines.NOT_RECOVERED,)),
    ScenarioResult(sample_timelines.not_landed(), (sample_timelines.CANNOT_TELL,)),
    ScenarioResult(sample_timelines.graceful(), sample_timelines.passes("recovered", "colocated")),
)
LONG_NAME = "a-scenario-whose-name-is-much-longer-than-anybody-would-choose-by-hand-and-has-no-space"
MANY = (
    *(
        ScenarioResult(sample_timelines.graceful(outage=0.2 + n / 20), sample_timelines.passes("recovered"))
        for n in range(20)
    ),
    *(
        ScenarioResult(sample_timelines.failover(f"frozen-node-{n}"), sample_timelines.passes("recovered"))
        for n in range(15)
    ),
    *FIVE[1:4],
    ScenarioResult(
        sample_timelines.graceful(LONG_NAME, nodes=("a-node-with-a-long-alias.example", "other.example")), ()
    ),
    ScenarioResult(
        sample_timelines.graceful("words"),
        (Verdict("x" * 90, "FAIL", "y" * 400, ("z" * 300,), "w" * 200, "v" * 200),),
    ),
)
REPEATS = (
    *(
        ScenarioResult(sample_timelines.graceful(outage=0.2 + n / 20), sample_timelines.passes("recovered"))
        for n in range(40)
    ),
    *(
        ScenarioResult(sample_timelines.split_brain(), (sample_timelines.TWO_OWNERS,))
        for _ in range(MOST_NOT_PASSED + 4)
    ),
    *(
        ScenarioResult(sample_timelines.graceful(LONG_NAME, outage=0.5), sample_timelines.passes("recovered"))
        for _ in range(6)
    ),
    *FIVE[2:4],
)
"""Three folded scenarios, one of which never passed, and two alone."""
_ALL = sample_timelines.seen_by_all()
_NO_ROUTER = replace(
    _ALL,
    header=replace(
        _ALL.header, clients={"connecting": "", "routed": "only root can make network namespaces"}
    ),
    samples=tuple(one for one in _ALL.samples if one.client != "routed"),
)
CLIENTS = tuple(ScenarioResult(one, sample_timelines.passes("recovered")) for one in (_ALL, _NO_ROUTER))
RUNS = {"one": FIVE[:1], "five": FIVE, "clients": CLIENTS, "many": MANY, "repeats": REPEATS, "empty": ()}
SUMMARY = "table.summary:not(.clients)"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    paths = {name: folder / f"{name}.html" for name in RUNS}
    for name, entries in RUNS.items():
        paths[name].write_text("".join(report(Run.of("2024-05-06_07-08-09", entries))), encoding="utf-8")
    return paths


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("name", RUNS)
def test_it_fits_and_nothing_overlaps(
    browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    browser.open(pages[name], width=width)
    assert browser.ask("overflows") == []
    assert browser.ask("overlaps") == []
    assert browser.ask("tiny") == []
    assert browser.complaints == [], "the page must not complain in the console"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["five", "repeats", "empty"])
def test_text_stands_out_in_both_schemes(
    browser: Browser, pages: dict[str, Path], name: str, scheme: str
) -> None:
    browser.open(pages[name], scheme=scheme)
    ground = browser.run("return getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 29)"}[scheme]
    assert browser.ask("pale") == []


@pytest.mark.parametrize("width", [1280, 400])
def test_every_link_of_the_table_opens_its_scenario(
    browser: Browser, pages: dict[str, Path], width: int
) -> None:
    browser.open(pages["five"], width=width, unfold=False)
    links = browser.all(f"{SUMMARY} td.name a")
    assert len(links) == len(FIVE)
    for link in links:
        browser.run("arguments[0].scrollIntoView({block: 'center'})", link)
        link.click()
        target = browser.driver.find_element(By.ID, link.get_attribute("href").split("#")[1])
        browser.wait(partial(target.get_attribute, "open"))
        assert target.find_element(By.TAG_NAME, "h2").text == link.text
        browser.wait(partial(browser.shows, target))
    assert browser.complaints == []


def test_a_link_from_outside_opens_its_scenario(browser: Browser, pages: dict[str, Path]) -> None:
    path = pages["five"]
    browser.open(path, unfold=False)
    browser.driver.get("about:blank")
    browser.driver.get(f"{path.as_uri()}#s5-graceful-stop")
    assert browser.driver.find_element(By.ID, "s5-graceful-stop").get_attribute("open")


def test_the_filter_shows_one_status_at_a_time(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["many"])
    for status, rows, records in (("FAIL", 3, 3), ("UNKNOWN", 2, 2), ("PASS", 16, 18), ("", 21, 23)):
        browser.driver.find_element(By.CSS_SELECTOR, f"button[data-show='{status}']").click()
        for selector, count in ((f"{SUMMARY} tr[data-status]", rows), ("details[data-status]", records)):
            assert len([one for one in browser.all(selector) if one.is_displayed()]) == count
    assert browser.complaints == []


def test_a_folded_scenario_is_shown_for_each_status_of_its_records(
    browser: Browser, pages: dict[str, Path]
) -> None:
    browser.open(pages["repeats"])
    for status, sections in (("FAIL", 1), ("PASS", 2), ("", 3)):
        browser.driver.find_element(By.CSS_SELECTOR, f"button[data-show='{status}']").click()
        assert len([one for one in browser.all("section.repeats") if one.is_displayed()]) == sections


def test_the_distribution_tells_the_length_under_the_pointer(
    browser: Browser, pages: dict[str, Path]
) -> None:
    browser.open(pages["repeats"])
    bar = browser.driver.find_element(By.CSS_SELECTOR, ".ecdf .expected")
    browser.run("arguments[0].scrollIntoView({block: 'center'})", bar)
    ActionChains(browser.driver).move_to_element(bar).perform()
    told = browser.driver.find_element(By.CSS_SELECTOR, ".ecdf .readout").text
    assert told.split()[1] == "s"
    assert browser.ask("overlaps") == []


def test_pointing_at_a_plot_tells_what_is_there(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["one"])
    bar = browser.driver.find_element(By.CSS_SELECTOR, ".drawing rect.bar.fault")
    browser.run("arguments[0].scrollIntoView({block: 'center'})", bar)
    ActionChains(browser.driver).move_to_element(bar).perform()
    told = browser.driver.find_element(By.CSS_SELECTOR, ".readout").text.splitlines()
    assert 14.5 < float(told[0].split()[0]) < 15.5, "the middle of a fault from 8 to 22 s"
    assert told[1].startswith("node frozen on node1.magedu.com: in effect, 8.00 to 22.00 s")
    assert browser.ask("overlaps") == []


def test_the_drawing_has_the_width_that_the_page_gives(browser: Browser, pages: dict[str, Path]) -> None:
    for width, least in ((1280, 900), (400, 220)):
        browser.open(pages["five"], width=width)
        drawn = browser.run("return document.querySelector('.drawing').getBoundingClientRect().width")
        assert least < drawn < width
        [before, after] = browser.run(
            "const [one, other] = ['.drawing .bar.run', '.drawing .bar.fault'].map((what) =>"
            " document.querySelector(what).getBoundingClientRect()); return [one.right, other.left]"
        )
        assert abs(before - after) < drawn / 100, "the last answer stands where the fault begins"


def test_nothing_is_loaded_from_anywhere(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["five"])
    loaded = browser.run("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert [one for one in loaded if not one.startswith("data:")] == []


BAD = {
    "overlaps": "<p>one line of text</p><p style='margin-top: -2.2em'>another line of text</p>",
    "overflows": "<p style='width: 3000px'>" + "wide " * 200 + "</p>",
    "broken": "<p style='width: 3em; overflow-wrap: anywhere'>partitions</p>",
    "tiny": "<p style='font-size: 6px'>small print</p>",
    "pale": "<p style='color: #aaa; background: #fff'>grey on white</p>",
}


@pytest.mark.parametrize("name", BAD)
def test_the_questions_themselves_can_be_answered_badly(browser: Browser, tmp_path: Path, name: str) -> None:
    path = tmp_path / "bad.html"
    path.write_text(
        f"<!doctype html><title>bad</title><link rel=icon href='data:,'>{BAD[name]}", encoding="utf-8"
    )
    browser.open(path)
    assert browser.ask(name) != [], f"{name}() of page.js finds nothing on a page made to be found"


def test_a_script_error_would_be_seen(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "broken.html"
    path.write_text("<!doctype html><title>broken</title><script>absent.call()</script>", encoding="utf-8")
    browser.open(path)
    assert any("absent is not defined" in one for one in browser.complaints)
