"""The page in a real browser: it steps, folds and answers to keys, without an error or a request."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import minitorch
from minitorch import nn, viz

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]


def run(page: str, script: str, folder: Path) -> Any:
    """What a script that runs at the end of the page collects in `found`."""
    before = "<script>const errors = []; addEventListener('error', (e) => errors.push(e.message));</script>"
    asked = "performance.getEntriesByType('resource').map((entry) => entry.name)"
    after = f"""<script>{{
      const found = [];
      const press = (key, at = document) => at.dispatchEvent(new KeyboardEvent("keydown", {{key, bubbles: true}}));
      const status = () => document.getElementById("status").textContent;
      const shown = () => [...document.querySelectorAll("svg text")].filter((t) => t.style.visibility === "")
        .map((t) => t.textContent);
      {script}
      const result = document.createElement("pre");
      result.id = "found";
      result.textContent = JSON.stringify([errors, {asked}, found]);
      document.body.append(result);
    }}</script>"""
    file = folder / "page.html"
    file.write_text(page.replace("<body>", "<body>" + before).replace("</body>", after + "</body>"), "utf-8")
    command = [
        str(CHROMIUM),
        *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
        *("--disable-component-update", "--disable-sync", f"--user-data-dir={folder / 'profile'}"),
        *("--window-size=1000,700", "--dump-dom", file.as_uri()),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    match = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)
    assert match is not None, done.stderr
    errors, requests, found = json.loads(unescape(match[1]))
    assert errors == []
    assert requests == []
    return found


def test_stepping_shows_values_first_and_gradients_after(tmp_path: Path) -> None:
    w = minitorch.tensor(-0.5, requires_grad=True)
    x = minitorch.tensor(2.0)
    with viz.watch():
        h = (w * x).exp()
        loss = h * 3.0
    page = viz.step(loss, names={"w": w, "x": x, "h": h, "loss": loss}).to_html()
    script = """
      found.push([status(), shown()]);
      for (let i = 0; i < 7; i++) { press("ArrowRight"); found.push([status(), shown()]); }
    """
    found = run(page, script, tmp_path)
    assert [status for status, _ in found] == [
        "start: 3 steps forward, 3 back",
        "forward 1 of 3: mul",
        "forward 2 of 3: h = exp",
        "forward 3 of 3: loss = mul",
        "backward 1 of 3: loss = mul",
        "backward 2 of 3: h = exp",
        "backward 3 of 3: mul",
        "backward 3 of 3: mul",  # the end
    ]
    (dw,) = minitorch.autograd.grad(loss, w, retain_graph=True)
    news = [set(after) - set(before) for (_, before), (_, after) in pairwise(found)]
    assert news == [
        {"−1"},
        {f"{h.item():.4g}"},
        {f"{loss.item():.4g}"},
        {"∇ 1"},
        {"∇ 3"},
        {f"∇ {loss.item():.4g}", f"∇ {dw.item():.4g}"},
        set(),
    ]


def test_modules_fold_and_unfold_while_the_step_stays(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    with viz.watch():
        loss = model(minitorch.ones(1, 2)).sum()
    script = """
      const items = () => document.querySelectorAll("svg g[role=button]").length;
      found.push([items(), status()]);
      press("ArrowRight"); press("ArrowRight");
      found.push([items(), status()]);
      document.getElementById("fold").click();
      found.push([items(), status()]);
      press("Enter", document.querySelector("svg g.group"));
      found.push([items(), status()]);
      document.getElementById("unfold").click();
      found.push([items(), status()]);
      document.querySelector("svg text.name").dispatchEvent(new MouseEvent("click", {bubbles: true}));
      found.push([items(), status()]);
    """
    assert run(viz.step(loss).to_html(), script, tmp_path) == [
        [9, "start: 4 steps forward, 4 back"],
        [9, "forward 2 of 4: tanh"],
        [3, "forward 1 of 2: Sequential"],
        [5, "forward 3 of 4: 2"],
        [9, "forward 3 of 4: linear"],
        [3, "forward 1 of 2: Sequential"],
    ]


def test_the_panel_tells_formula_line_and_derivative(tmp_path: Path) -> None:
    x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    with viz.watch():
        loss = (x**2).sum()  # seen in the panel
    script = 'press("End"); found.push(document.getElementById("details").innerText);'
    (text,) = run(viz.step(loss).to_html(), script, tmp_path)
    for part in (
        "z = xʸ\n",
        "test_browser.py",
        "loss = (x**2).sum()  # seen in the panel",
        "2  4",
        "arithmetic.py:",
    ):
        assert part in text


def test_a_graph_without_a_walk_has_no_steps(tmp_path: Path) -> None:
    loss = minitorch.ones(2, requires_grad=True).exp().sum()
    script = 'press("ArrowRight"); found.push(status(), document.getElementById("steps").hidden);'
    assert run(viz.graph(loss).to_html(), script, tmp_path) == ["2 ops", True]
