"""The live view in a real browser: legible at three widths, quick, honest when the connection is lost, and closed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from selenium.webdriver.common.by import By

from drill.record.timeline import NodeReading, Sample
from drill.report import run_folder
from tests.support.browser import Browser
from tests.support.example_lab import NODE1, NODE2
from tests.support.watch_server import Labs, Served, serving
from tests.support.watched import (
    BOTH,
    StillHub,
    event,
    failover,
    healthy,
    judged,
    reading,
    sample,
    samples,
    up,
)
from watch.feed.hub import Hub
from watch.model.facts import DrillFact, Fact, NotUp, Reported
from watch.web.access import Access

pytestmark = pytest.mark.browser

WIDTHS = (1920, 1280, 400)
TOKEN = "right-and-long-enough-token"
WITHIN_S = 0.3
"""A change is on the page within this time."""
LONG = tuple(f"node{n}-with-a-long-name.of-a-long-domain.example" for n in range(1, 9))
NOW = 79.0


def all_lost() -> list[Fact]:
    return [
        *failover(70, 76), event("not_landed", 77, "freeze", NODE1, "it was not frozen"),
        DrillFact(0.0, "", ("freeze on node1", "partition on node2")),
        judged(78, "a drill was interrupted and left " + ", ".join(f"fault{n} on node1" for n in range(9))),
    ]  # fmt: skip


def two_owners() -> list[Fact]:
    readings = [reading(node, NOW, node, (node,)) for node in BOTH]
    return [
        up(),
        *samples(0, 40),
        *samples(40, NOW, page=NODE2),
        *readings,
        judged(NOW, "two owners"),
        Reported(NOW, "r"),
    ]


CASES: dict[str, list[Fact]] = {
    "nothing": [],
    "not up": [NotUp(0.0, "There is no lab in this folder. ./lab up makes the nodes.")],
    "healthy": [up(), *samples(0, NOW), *samples(0, NOW, client="keepalive"), *healthy(NOW)],
    "failover": failover(70, 76),
    "two owners": two_owners(),
    "left": all_lost(),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("lab")
    hubs = {number: StillHub(facts, NOW, control="") for number, facts in enumerate(CASES.values(), start=1)}
    with serving(Served(root, Labs(hubs), Access(TOKEN, control=True), single=None)) as one:
        yield one


def address(served: Served, path: str) -> str:
    return served.address.replace("/?", f"{path}?")


def live(browser: Browser) -> None:
    browser.wait(lambda: browser.text("#link") == "live", 10)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("case", ["tiles", *CASES])
def test_it_fits_is_legible_and_says_nothing_in_the_console(
    browser: Browser, served: Served, case: str, width: int
) -> None:
    path = "/" if case == "tiles" else f"/lab/{list(CASES).index(case) + 1}"
    browser.open(address(served, path), width=width)
    live(browser)
    assert browser.ask("overflows") == []
    assert browser.ask("overlaps") == []
    assert browser.ask("tiny") == []
    assert browser.ask("pale") == []
    assert browser.ask("broken") == []
    assert browser.complaints == [], "the page must not complain in the console"


def test_what_is_seen_is_on_the_page(browser: Browser, served: Served) -> None:
    browser.open(address(served, "/lab/4"))
    live(browser)
    for selector, text in {
        "#answer p": "node2", "#owner p": "node2", "#quorum p": "yes", "#dc p": "node2", "#health p": "not healthy",
        "#trouble": "node1.magedu.com does not answer", "#nodes": "no answer", "#resources": "-INFINITY",
        "#running": "the drill or heal of process 7", "#told": "fault injected freeze on node1",
    }.items():  # fmt: skip
        assert text in browser.text(selector), selector
    assert browser.all(".strip .failed")
    assert browser.all(".strip .fault")
    browser.open(address(served, "/lab/5"))
    live(browser)
    assert browser.text("#owner p") == "node1 and node2: TWO OWNERS"
    assert browser.text("#quorum p") == "PARTITIONS"
    browser.open(address(served, "/lab/2"))
    live(browser)
    assert browser.text("#down") == "Not up: There is no lab in this folder. ./lab up makes the nodes."
    assert [browser.text(f"#{one} p") for one in ("answer", "owner", "quorum", "dc", "health")] == [
        "unknown"
    ] * 5


def test_nothing_is_loaded_from_anywhere_else(browser: Browser, served: Served) -> None:
    for path in ("/", "/lab/4"):
        browser.open(address(served, path))
        live(browser)
        loaded = browser.run("return performance.getEntriesByType('resource').map((one) => one.name)")
        other = [one for one in loaded if not one.startswith(("data:", f"http://127.0.0.1:{served.port}/"))]
        assert other == []


def test_a_tile_opens_its_lab_and_leads_back(browser: Browser, served: Served) -> None:
    browser.open(address(served, "/"))
    live(browser)
    states = browser.run("return [...document.querySelectorAll('.tile .state')].map((one) => one.innerText)")
    assert states == ["health unknown", "not up", "healthy", "not healthy", "not healthy", "not healthy"]
    browser.driver.find_element(By.CSS_SELECTOR, ".tile[data-lab='3']").click()
    browser.wait(lambda: browser.text("#answer p") == "node1", 10)
    browser.driver.find_element(By.ID, "back").click()
    browser.wait(lambda: len(browser.all(".tile")) == len(CASES), 10)
    assert browser.complaints == []


WHEN = """
window.changed = {};
new MutationObserver(() => {
  const text = document.querySelector('#answer p').innerText;
  window.changed[text] ??= [Date.now(), document.querySelector('#owner p').innerText];
}).observe(document.querySelector('#answer'), { subtree: true, childList: true, characterData: true });
"""


def test_a_failover_is_on_the_page_within_three_tenths_of_a_second(browser: Browser, tmp_path: Path) -> None:
    """The event and the page have one clock. The median of five, because this machine may be busy."""
    hub = Hub()
    with serving(Served(tmp_path, Labs({1: hub}), Access())) as served:
        hub.take(replace(up(), at=hub.clock()))
        browser.open(served.address)
        live(browser)
        lags = []
        for node in (NODE1, NODE2, NODE1, NODE2, NODE1):
            alias = node.split(".")[0]
            browser.run(WHEN)
            now, began = hub.clock(), time.time()
            for one in BOTH:
                hub.reading(NodeReading(asked=now, at=now, node=one, owns_vip=one == node, members=BOTH))
            hub.sample(Sample(now, now, page=node))
            browser.wait(partial(browser.run, "return window.changed[arguments[0]]", alias))
            at, owner = browser.run("return window.changed[arguments[0]]", alias)
            assert owner == alias
            lags.append(at / 1000 - began)
        assert statistics.median(lags) < WITHIN_S, f"seconds until the page showed it: {lags}"
        assert browser.complaints == []


def test_a_lost_connection_is_told_and_ends_when_the_server_is_back(browser: Browser, tmp_path: Path) -> None:
    hub = StillHub(failover(20, 26), 29.0)
    served = Served(tmp_path, Labs({1: hub}), Access(TOKEN))
    with serving(served):
        browser.open(served.address)
        live(browser)
        assert browser.text("#answer p") == "node2"
    browser.wait(lambda: browser.text("#link").startswith("disconnected since "), 10)
    assert [browser.text(f"#{one} p") for one in ("answer", "owner", "quorum", "dc", "health")] == [
        "unknown"
    ] * 5
    assert "HOLDS" not in browser.text("#nodes").upper()
    assert "-INFINITY" not in browser.text("#resources")
    hub.take(sample(29.0, NODE1))
    with serving(Served(tmp_path, served.labs, served.access, port=served.port)):
        live(browser)
        browser.wait(lambda: browser.text("#answer p") == "node1")


STATES = """
window.states = [];
new MutationObserver(() => {
  window.states.push([document.body.className, document.querySelector('#answer p').innerText]);
}).observe(document.body, { attributes: true, attributeFilter: ['class'] });
"""


def test_a_server_that_says_nothing_any_more_is_a_lost_connection(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a phone sleeps, or a cable is pulled: the connection is open, and nothing comes."""
    hub = StillHub(failover(20, 26), 29.0)
    with serving(Served(tmp_path, Labs({1: hub}), Access())) as served:
        browser.open(served.address)
        live(browser)
        browser.run(STATES)
        monkeypatch.setattr("watch.web.events.BEAT_S", 3600.0)
        browser.wait(lambda: browser.run("return window.states.length > 1"), 15)
        [lost, again, *_] = browser.run("return window.states")
        assert lost == ["lost", "unknown"]
        assert again == ["live", "node2"], "it connects again by itself"


def test_a_scenario_is_started_by_the_page_that_may(browser: Browser, tmp_path: Path) -> None:
    hub = StillHub([up(), *healthy()], 1.0)
    with serving(Served(tmp_path, Labs({1: hub}), Access(TOKEN, control=True))) as served:
        hub.control = lambda: served.control(1).message
        browser.open(served.address, width=400)
        live(browser)
        browser.driver.find_element(By.ID, "choose").click()
        browser.wait(lambda: len(browser.all("#scenarios button")) == 2)
        browser.driver.find_element(By.ID, "part").send_keys("see each")
        browser.wait(lambda: len(browser.all("#scenarios button")) == 1)
        assert browser.ask("overflows") == []
        assert browser.ask("pale") == []
        browser.driver.find_element(By.CSS_SELECTOR, "#scenarios button").click()
        browser.wait(lambda: "partition runs" in browser.text("#said"))
        assert served.started == ["partition"]
        browser.driver.find_element(By.ID, "choose").click()
        browser.wait(lambda: len(browser.all("#scenarios button")) == 2)
        browser.driver.find_element(By.CSS_SELECTOR, "#scenarios button").click()
        browser.wait(lambda: "partition runs already" in browser.text("#said"))
        assert served.started == ["partition"]


def test_a_page_that_may_not_has_no_button(browser: Browser, tmp_path: Path) -> None:
    with serving(Served(tmp_path, Labs({1: StillHub([up(), *healthy()], 1.0)}), Access())) as served:
        browser.open(served.address)
        live(browser)
        assert browser.all("button") == []


STEAL = """
const [address, done] = arguments;
const tries = [
  fetch(`${address}start`, { method: "POST", body: "freeze" }),
  fetch(`${address}start`, { method: "POST", body: "freeze", mode: "no-cors" }),
  fetch(`${address}scenarios`).then((answer) => answer.text()),
];
Promise.allSettled(tries).then((found) => done(found.map((one) => one.value?.status ?? one.status)));
"""


def test_the_page_of_another_site_gets_and_starts_nothing(browser: Browser, tmp_path: Path) -> None:
    """Also without a token: a page on another port of this machine is another origin."""
    labs = Labs({1: StillHub([up(), *healthy()], 1.0)})
    (tmp_path / "runs" / "r").mkdir(parents=True)
    (tmp_path / "runs" / "r" / run_folder.REPORT).write_text(
        "<!doctype html><title>r</title><link rel=icon href='data:,'>"
    )
    foreign = tmp_path / "foreign.html"
    foreign.write_text("<!doctype html><title>foreign</title><link rel=icon href='data:,'>")
    for access in (Access("", control=True), Access(TOKEN, control=True)):
        with serving(Served(tmp_path, labs, access)) as served:
            browser.open(foreign)
            browser.driver.set_script_timeout(20)
            found = browser.driver.execute_async_script(STEAL, f"http://127.0.0.1:{served.port}/lab/1/")
            assert found == ["rejected"] * 3, "no answer can be read"
            assert served.started == []


def test_a_wrong_token_shows_why(browser: Browser, served: Served) -> None:
    browser.open(served.address.replace(TOKEN, "wrong"))
    assert "403: the token in the address is missing or wrong" in browser.text("body")


@pytest.mark.parametrize("width", WIDTHS)
def test_eight_nodes_with_long_names_fit(browser: Browser, tmp_path: Path, width: int) -> None:
    facts = up().lab
    many = replace(up(), lab=replace(facts, nodes={name: name.split(".")[0] for name in LONG}))
    readings = [reading(node, 1.0, LONG[2], LONG) for node in LONG]
    with serving(
        Served(tmp_path, Labs({1: StillHub([many, *readings, sample(0.9, LONG[2])], 1.0)}), Access())
    ) as served:
        browser.open(served.address, width=width)
        live(browser)
        assert browser.ask("overlaps") == []
        browser.wait(partial(browser.text, "#answer p"))
        wide = browser.run("return document.documentElement.scrollWidth")
        assert wide <= width, "only a table may be wider than the page, and it scrolls by itself"
        assert browser.ask("broken") == []
