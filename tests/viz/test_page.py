"""The page, SVG, PNG and DOT: well formed, complete, and without a request to anywhere."""

from __future__ import annotations

import html
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import minitorch
from minitorch import nn, viz
from minitorch.errors import ArgumentError, MissingDependencyError

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def picture() -> viz.Picture:
    minitorch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Sequential(nn.Tanh(), nn.Linear(4, 2)))
    with viz.watch():
        loss = model(minitorch.randn(5, 3)).square().sum()
    return viz.step(loss)


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="graph">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])  # type: ignore[no-any-return]


class Tags(HTMLParser):
    """Collects the tags of a page, and checks that they are closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_holds_what_the_walk_found(picture: viz.Picture) -> None:
    data = data_of(picture.to_html())
    assert data == json.loads(json.dumps(picture.to_dict()))
    assert data["steps"] is True
    for node, drawn in zip(picture.trace.nodes, data["nodes"], strict=True):
        assert drawn["values"] == node.values
        assert drawn.get("grads", [None] * len(node.grads)) == node.grads
        sent = [entry.get("sent") for entry in drawn.get("inputs", [])]
        assert sent == [entry.sent for entry in node.inputs]
        assert len(drawn["lines"]) == len(drawn["roles"])


def test_nothing_is_asked_of_other_hosts(picture: viz.Picture) -> None:
    page = picture.to_html()
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"'`)]*", page.split("<script type")[0]))
    addresses |= set(re.findall(r"https?://[^\s\"'`)]*", page + picture.to_svg()))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert not {"src", "href", "action"} & {name for _, attrs in Tags(page).tags for name in attrs}
    assert not re.search(r"@import|url\((?!#)|\bfetch\(|XMLHttpRequest|import\(|innerHTML|\beval\(", page)


def test_every_control_has_a_name(picture: viz.Picture) -> None:
    tags = Tags(picture.to_html()).tags
    controls = [attrs for tag, attrs in tags if tag in ("button", "input")]
    assert len(controls) == 11
    assert all(attrs.get("aria-label") or attrs.get("title") for attrs in controls)
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    wanted = set(re.findall(r'get\("(\w+)"\)', picture.to_html()))
    assert wanted <= set(ids)


def test_a_notebook_gets_the_page_in_a_frame_of_its_own(picture: viz.Picture) -> None:
    shown = picture._repr_html_()
    ((tag, attrs),) = Tags(shown).tags
    assert (tag, attrs["sandbox"]) == ("iframe", "allow-scripts")
    assert attrs["srcdoc"] == picture.to_html()
    assert attrs["title"]


def test_texts_of_the_user_cannot_break_out() -> None:
    x = minitorch.tensor(1.0, requires_grad=True)
    picture = viz.step(x.exp(), names={'</script><b a="1">': x})
    page = picture.to_html()
    assert "</script><b" not in page
    assert not any(tag == "b" for tag, _ in Tags(page).tags)
    assert data_of(page)["nodes"][0]["name"] == '</script><b a="1">'
    texts = [text.text for text in ElementTree.fromstring(picture.to_svg()).iter(f"{SVG}text")]
    assert '</script><b a="1">' in texts
    assert '\\"1\\"' in picture.to_dot()


def test_the_svg_shows_each_node(picture: viz.Picture) -> None:
    root = ElementTree.fromstring(picture.to_svg())
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert {"linear", "tanh", "loss = sum", "weight", "bias", "Sequential"} <= set(texts)
    assert sum(text == "linear" for text in texts) == 2
    groups = list(root.iter(f"{SVG}g"))
    assert len(groups) == len(picture.trace.nodes)
    assert all(g.find(f"{SVG}title") is not None for g in groups)
    assert "prefers-color-scheme: dark" in picture.to_svg()


def test_folded_modules_are_one_box() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    with viz.watch():
        loss = model(minitorch.ones(1, 3)).sum()
    root = ElementTree.fromstring(viz.graph(loss, depth=0).to_svg())
    boxes = [g.get("class") for g in root.iter(f"{SVG}g")]
    assert boxes == ["constant", "group", "op"]


def test_dot_has_clusters_and_edges(picture: viz.Picture) -> None:
    text = picture.to_dot()
    assert text.startswith("digraph {")
    assert text.count("{") == text.count("}")
    assert text.count("subgraph cluster_") == 4
    assert text.count(" -> ") == sum(len(node.inputs) for node in picture.trace.nodes) - 1  # y·y is one edge


@pytest.mark.parametrize(
    ("name", "start"),
    [("x.html", b"<!doctype html>"), ("x.svg", b"<svg"), ("x.PNG", b"\x89PNG\r\n"), ("x.dot", b"digraph")],
)
def test_files_by_their_ending(picture: viz.Picture, tmp_path: Path, name: str, start: bytes) -> None:
    picture.save(tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(start)


def test_another_ending_is_refused(picture: viz.Picture, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"x\.jpg.*\.html, \.svg, \.png, \.dot"):
        picture.save(tmp_path / "x.jpg")
    assert not list(tmp_path.iterdir())


def test_png_without_matplotlib_says_what_to_install(
    picture: viz.Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'minitorch-edu\[viz\]'"):
        picture.to_png()
    assert picture.to_svg()


def test_graph_shows_no_steps() -> None:
    x = minitorch.tensor(1.0, requires_grad=True)
    data = viz.graph(x.exp()).to_dict()
    assert data["steps"] is False
    assert all("grads" not in node for node in data["nodes"])


def test_escaping_keeps_the_page_whole(picture: viz.Picture) -> None:
    source = re.search(r'srcdoc="([^"]*)"', picture._repr_html_())
    assert source is not None
    assert html.unescape(source[1]) == picture.to_html()
