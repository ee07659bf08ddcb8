"""A page of ours open in Chromium, with the network cut off."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
NEEDED = "FOOTPRINTS_NEEDS_BROWSER"
"""Where this is set, a browser that is missing fails the tests."""


class Opened:
    """A page that is open, and all that it asked for and complained of."""

    def __init__(self, browser, file: Path, **options: object) -> None:
        self.context = browser.new_context(offline=True, **options)
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.goto(file.as_uri())
        self.page.wait_for_selector(".footprints h1")
        self.own = file.as_uri()

    @property
    def shapes(self) -> int:
        """How many shapes can be pointed at."""
        return self.page.locator("path.leaflet-interactive").count()

    def middle_of(self, number: int) -> tuple[float, float]:
        """Return a place on the screen inside a shape."""
        return self.page.evaluate(
            """(number) => {
              const path = document.querySelectorAll("path.leaflet-interactive")[number];
              const box = path.getBoundingClientRect();
              for (let i = 1; i < 20; i++) for (let j = 1; j < 20; j++) {
                const x = box.x + box.width * i / 20, y = box.y + box.height * j / 20;
                if (document.elementFromPoint(x, y) === path) return [x, y];
              }
            }""",
            number,
        )

    def quiet(self) -> bool:
        """Tell whether it asked for nothing but itself and complained of nothing."""
        return self.asked == [self.own] and not self.complaints
