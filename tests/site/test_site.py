"""The built site, as its readers have it: looked at in a real browser, and read file by file.

What is needed is `site/`, which `make docs` builds; MINITORCH_SITE names another folder.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

pytestmark = pytest.mark.site

ROOT = Path(__file__).resolve().parents[2]
SITE = Path(os.environ.get("MINITORCH_SITE", ROOT / "site"))
PHONE = {"width": 390, "height": 844}
# Code that is not cut off has a button that copies it; what a program printed is not for copying.
WITHOUT_BUTTON = """() => [...document.querySelectorAll(".md-content pre > code")]
    .filter((code) => !code.closest(".no-copy, .cell-output, .doc-signature"))
    .filter((code) => !code.parentElement.querySelector(".md-code__button, .md-clipboard"))
    .map((code) => code.textContent.slice(0, 60))"""
TOO_WIDE = """() => document.documentElement.scrollWidth > innerWidth &&
    [...document.querySelectorAll("body *")].filter((it) => it.getBoundingClientRect().right > innerWidth + 1)
        .map((it) => it.outerHTML.slice(0, 100)).slice(-3)"""


class Reader(HTMLParser):
    """What a page links to, what it loads, and what can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.unnamed: list[str] = []  # pictures and frames without words for those who do not see them
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.anchors.update(found[name] for name in ("id", "name") if name in found)
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag == "link" and found.get("rel") in ("stylesheet", "icon", "preload"):
            self.loads.append(found["href"])
        if "src" in found:
            self.loads.append(found["src"])
        if (tag == "img" and not found.get("alt")) or (tag == "iframe" and not found.get("title")):
            self.unnamed.append(found.get("src", tag))


@pytest.fixture(scope="module")
def pages() -> dict[Path, Reader]:
    """All pages, by their files."""
    if not (SITE / "index.html").exists():
        pytest.skip("there is no site: run `make docs`")
    files = [path for path in SITE.rglob("*.html") if path.name != "404.html"]
    return {path: Reader(path.read_text("utf-8")) for path in files}


@pytest.fixture(scope="module")
def address(pages: dict[Path, Reader], serve: Callable[..., str]) -> str:
    return serve(SITE)


def missing(pages: dict[Path, Reader], page: Path, link: str) -> str | None:
    """What a link of a page does not find."""
    if urlsplit(link).scheme in ("http", "https", "mailto", "data", "javascript"):
        return None
    address, anchor = urldefrag(link)
    target = (page.parent / unquote(urlsplit(address).path)).resolve() if address else page
    target = target / "index.html" if target.is_dir() else target
    if not target.exists():
        return f"{link}: no file"
    if anchor and target in pages and unquote(anchor) not in pages[target].anchors:
        return f"{link}: no anchor"
    return None


def test_every_link_and_every_picture_leads_somewhere(pages: dict[Path, Reader]) -> None:
    wrong = defaultdict(list)
    for path, page in pages.items():
        for link in dict.fromkeys((*page.links, *page.loads)):
            if problem := missing(pages, path, link):
                wrong[str(path.relative_to(SITE))].append(problem)
    assert not wrong


def test_pages_load_nothing_from_elsewhere_and_pictures_have_words(pages: dict[Path, Reader]) -> None:
    elsewhere = [src for page in pages.values() for src in page.loads if re.match(r"(https?:)?//", src)]
    assert not elsewhere
    unnamed = {path.name: page.unnamed for path, page in pages.items() if page.unnamed}
    assert not unnamed


def test_every_notebook_is_a_page_with_its_outputs(pages: dict[Path, Reader]) -> None:
    lessons = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    assert len(lessons) >= 20
    for path in lessons:
        text = (SITE / "lessons" / f"{path.stem}.html").read_text("utf-8")
        assert 'class="cell-output"' in text
        assert f'href="{path.stem}.ipynb"' in text
        assert (SITE / "lessons" / path.name).read_bytes() == path.read_bytes()


def watched(browser: Any, **settings: Any) -> tuple[Any, list[str]]:
    """A page, and a list that grows by whatever goes wrong on it."""
    page = browser.new_context(**settings).new_page()
    page.set_default_timeout(20_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"uncaught: {error}"))
    page.on("console", lambda it: wrong.append(it.text) if it.type in ("error", "warning") else None)
    own = re.compile(r"(http://127\.0\.0\.1[:/]|file:|data:|blob:|about:)")
    page.on("request", lambda it: None if own.match(it.url) else wrong.append(f"asked: {it.url}"))
    return page, wrong


def test_every_page_loads_on_a_phone(pages: dict[Path, Reader], browser: Any, address: str) -> None:
    page, wrong = watched(browser, viewport=PHONE)
    found = defaultdict(list)
    alike = sorted((SITE / "source").rglob("*.html"), key=lambda path: path.stat().st_size)[:-5]
    frames = (SITE / "pictures").glob("*.html")  # what stands in frames of other pages
    for path in sorted({*pages} - {*alike, *frames}):
        name = path.relative_to(SITE).as_posix()
        page.goto(f"{address}/{name}")
        if wide := page.evaluate(TOO_WIDE):
            found[name].append(f"wider than the screen: {wide}")
        if bare := page.evaluate(WITHOUT_BUTTON):
            found[name].append(f"not to be copied: {bare}")
        found[name] += wrong
        wrong.clear()
    page.context.close()
    assert not {name: problems for name, problems in found.items() if problems}


def search(page: Any, words: str, finds: str) -> None:
    page.locator("label.md-header__button[for=__search]").click()
    page.get_by_role("textbox", name="Search").press_sequentially(words)
    result = page.locator(".md-search-result__link", has_text=finds).first
    result.wait_for()
    result.click()
    page.locator("h1", has_text=finds).wait_for()


def test_search_finds_from_a_server_and_from_a_folder(browser: Any, address: str) -> None:
    for start in (f"{address}/index.html", (SITE / "index.html").as_uri()):
        page, wrong = watched(browser, viewport=PHONE)
        page.goto(start)
        search(page, "adversarial examples", "Adversarial examples")
        page.context.close()
        assert not wrong


def test_a_reader_chooses_the_dark(page: Any, address: str) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{address}/how-it-works.html")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.get_by_title("Switch to dark mode").click()
    page.locator("body[data-md-color-scheme=slate]").wait_for()
    assert page.evaluate(background) != light
    page.goto(f"{address}/models.html")
    assert page.locator("body[data-md-color-scheme=slate]").count() == 1


def test_formulas_and_diagrams_are_drawn(page: Any, address: str) -> None:
    page.goto(f"{address}/how-it-works.html")
    page.locator(".arithmatex .katex-display").first.wait_for()
    page.locator(".diagram.drawn svg").first.wait_for()
    assert "Exp.backward" in page.locator(".diagram svg").text_content()
    assert page.locator(".katex-error").count() == 0


def test_the_graph_is_stepped_through(page: Any, address: str) -> None:
    page.goto(f"{address}/looking-inside.html")
    frame = page.frame_locator('iframe[src="pictures/step.html"]')
    status, seen = frame.locator("#status"), []
    status.wait_for()
    for _ in range(7):
        seen.append(status.inner_text())
        frame.locator("#next").click()
    assert [text.split()[0].rstrip(":") for text in seen] == ["start", *["forward"] * 5, "backward"]
    frame.locator("#next").press("ArrowLeft")
    assert status.inner_text() == seen[-1]


def test_hints_and_solutions_are_folded(page: Any, address: str) -> None:
    page.goto(f"{address}/lessons/01_derivatives.html")
    solution = page.locator("details", has=page.locator("summary", has_text="Solution")).first
    code = solution.locator("code").first
    assert not code.is_visible()
    solution.locator("summary").click()
    code.wait_for()
    assert "def tanh(x):" in code.inner_text()


def test_copied_source_is_the_source(browser: Any, address: str) -> None:
    page, _ = watched(browser, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{address}/source/minitorch/op.py.html#Op.apply")
    assert page.locator("span:target").is_visible()
    page.locator(".source .md-code__button").first.click()
    page.locator(".md-dialog", has_text="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    page.context.close()
    assert copied.split() == (ROOT / "minitorch" / "op.py").read_text("utf-8").split()


def test_a_reader_comes_to_the_text_by_the_keyboard(page: Any, address: str) -> None:
    page.goto(f"{address}/lessons/index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("Boolean(document.activeElement.closest('article'))")
