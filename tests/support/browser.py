"""A headless Chromium for the tests of pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

TOP = "return arguments[0].getBoundingClientRect().top"
ASK = (Path(__file__).parents[1] / "browser" / "page.js").read_text(encoding="utf-8")


class Browser:
    """A headless Chromium with one page open; `ask` calls a function of page.js there."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(
        self, page: Path | str, *, width: int = 1280, scheme: str = "light", unfold: bool = True
    ) -> None:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.driver.get("about:blank")
        self.driver.get_log("browser")  # what earlier pages said
        self.driver.get(page.as_uri() if isinstance(page, Path) else page)
        if unfold:
            self.run("for (const one of document.querySelectorAll('details')) one.open = true")

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def ask(self, name: str) -> list[str]:
        return list(self.run(f"{ASK}\nreturn {name}()"))

    def all(self, selector: str) -> list[Any]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def wait(self, holds: Callable[[], Any], seconds: float = 5) -> None:
        WebDriverWait(self.driver, seconds, 0.05).until(lambda _: holds())

    def text(self, selector: str) -> str:
        """The text of the first element that matches, at one moment."""
        return str(self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector))

    def shows(self, element: Any) -> bool:
        """Whether the element's top is inside the window."""
        return bool(-1 <= self.run(TOP, element) < 850)

    @property
    def complaints(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser")]
