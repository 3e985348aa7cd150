"""The pages of a walk and a class in a real browser, wide and narrow, light and dark, English and Chinese."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from classroom.school import collection, page
from classroom.school.evidence import Judged
from classroom.walk import report
from classroom.walk.progress import Progress
from language import speech
from language.choice import ENGLISH
from tests.support.browser import Browser
from tests.support.class_bots import CHECKS, class_of, evidence_of, handed_in, put
from tests.support.walk_records import moved, nowhere, observed

pytestmark = pytest.mark.browser

LONG = "Maximiliane-Alexandra von und zu Hohenstein-Waldburg-Wolfegg"
NAMES = ["anna", "ben", LONG, "x" * 60, "张伟"]
WIDTHS = (1920, 1280, 400)
ASKED = ("escapes", "overlaps", "tiny", "broken", "pale")


def class_pages(folder: Path) -> Iterator[tuple[str, str]]:
    """Five students: two hand in their own file, one has another student's lab, two have no readable file."""
    class_, (anna, ben, long, unbroken, _) = class_of(NAMES, predictions=8)
    unfinished = [Judged(name, "FAIL" if name == "order" else "PASS") for name in CHECKS]
    put(folder / "in", "anna", handed_in(class_, anna))
    put(folder / "in", "ben", handed_in(class_, ben, checks=unfinished, records={}, drilled=[]))
    put(folder / "in", "long", handed_in(class_, long, lab=evidence_of(ben).lab))
    put(folder / "in", "cut", handed_in(class_, unbroken)[:500])
    put(folder / "in", "y" * 90, b"")
    students = (anna, ben, long, unbroken, _)
    yield "class", page.page(collection.collect(folder / "in", class_, students))
    yield "class without hand-ins", page.page(collection.collect(folder / "none", class_, students))


def walk_pages(folder: Path) -> Iterator[tuple[str, str]]:
    runs = folder / "runs"
    points = (
        observed("quorum-lost", nowhere(), runs, holder="nobody", answers="yes"),
        observed("stays", moved(), runs),
        observed("fails-back", moved(), runs, during="node2", end="node2"),
    )
    found = Progress(begun="2026-11-27T10:00:00+00:00", observed=(points[0], *points), solved={"own": "2026"})
    yield "walk", "".join(report.page(found, runs))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """The path of each page by its name and language."""
    paths = {}
    for code in (ENGLISH, "zh"):
        folder = tmp_path_factory.mktemp(code)
        speech.use(code)
        try:
            for made in (class_pages, walk_pages):
                for name, text in made(folder):
                    paths[name, code] = folder / f"{name}.html"
                    paths[name, code].write_text(text, encoding="utf-8")
        finally:
            speech.use(ENGLISH)
    return paths


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("code", [ENGLISH, "zh"])
@pytest.mark.parametrize("name", ["class", "class without hand-ins", "walk"])
def test_it_fits_is_legible_and_says_nothing_in_the_console(
    browser: Browser, pages: dict[tuple[str, str], Path], name: str, code: str, width: int
) -> None:
    for scheme, ground in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(20, 24, 29)")):
        browser.open(pages[name, code], width=width, scheme=scheme)
        assert browser.run("return getComputedStyle(document.body).backgroundColor") == ground
        assert {question: browser.ask(question) for question in ASKED} == {question: [] for question in ASKED}
        assert browser.complaints == [], "the page must not complain in the console"


@pytest.mark.parametrize("code", [ENGLISH, "zh"])
def test_the_fault_in_the_plot_of_a_walk_has_its_colour(
    browser: Browser, pages: dict[tuple[str, str], Path], code: str
) -> None:
    browser.open(pages["walk", code])
    colours = browser.run(
        "return ['.drawing .bar.fault', '.drawing .row.timeout, .drawing .bar.timeout', '.drawing .bar.held']"
        ".map((what) => getComputedStyle(document.querySelector(what)).color)"
    )
    assert colours[0] == "rgb(192, 31, 46)"
    assert len(set(colours)) == len(colours), "a fault, a failed request and a node differ"


def names(browser: Browser) -> list[str]:
    return [one.text for one in browser.all(".students td:first-child") if one.is_displayed()]


def test_a_heading_sorts_the_students(browser: Browser, pages: dict[tuple[str, str], Path]) -> None:
    browser.open(pages["class", ENGLISH])
    assert names(browser) == NAMES
    points = browser.driver.find_element(By.CSS_SELECTOR, ".students th:nth-child(2) button")
    points.click()
    assert names(browser)[:3] == [LONG, "ben", "anna"], "who has the fewest points is first"
    points.click()
    assert names(browser) == ["anna", "ben", *NAMES[2:]], "who has no points is last"
    head = browser.driver.find_element(By.CSS_SELECTOR, ".students th:nth-child(2)")
    assert head.get_attribute("aria-sort") == "descending"
    assert browser.complaints == []


def test_one_state_is_shown_at_a_time(browser: Browser, pages: dict[tuple[str, str], Path]) -> None:
    browser.open(pages["class", ENGLISH])
    browser.driver.find_element(By.CSS_SELECTOR, "button[data-show='look']").click()
    assert names(browser) == [LONG]
    assert len([one for one in browser.all("details.student") if one.is_displayed()]) == 1


def test_a_link_opens_what_a_student_did(browser: Browser, pages: dict[tuple[str, str], Path]) -> None:
    browser.open(pages["class", ENGLISH])
    browser.run("for (const one of document.querySelectorAll('details')) one.open = false")
    [link] = browser.all(".first a")
    link.click()
    target = browser.driver.find_element(By.ID, link.get_attribute("href").split("#")[1])
    browser.wait(lambda: target.get_attribute("open"))
    assert LONG in target.text
