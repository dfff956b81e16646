"""Training for a long time takes no more memory than training for a short one."""

from __future__ import annotations

import gc
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

import minitorch

SCRIPT = """
import gc, os
import minitorch as torch

def resident():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

torch.manual_seed(0)
w1, w2 = (torch.randn(a, b) / 10 for a, b in [(64, 128), (128, 10)])
parameters = [w1.requires_grad_(), w2.requires_grad_()]
moments = [torch.zeros_like(p) for p in parameters]
x, target = torch.randn(32, 64), torch.randint(10, (32,))
sizes = []
gc.disable()  # what only the garbage collector could free would show
for step in range(1050):
    hidden = (x @ w1).sin()
    hidden[:, 0] = 0.5
    logits = hidden @ w2
    loss = (logits.logsumexp(1) - logits[torch.arange(32), target]).mean()
    loss.backward()
    with torch.no_grad():
        for p, m in zip(parameters, moments):
            m.mul_(0.9).add_(p.grad)
            p -= 0.01 * m
            p.grad = None
    if step >= 50 and step % 50 == 0:
        sizes.append(resident())
print(max(sizes) - sizes[0], sizes[0])
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's /proc")
def test_resident_memory_is_flat_after_step_50() -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True)
    growth, _ = map(int, run.stdout.split())
    assert growth < 1 << 20


def training_step(x: Any, w: Any, create_graph: bool) -> None:
    h = x @ w
    h = h.sin()
    h.relu_() if hasattr(h, "relu_") else h.clamp_(0)
    h[0] = h[1] * 2
    h.register_hook(lambda g: g * 1)
    loss = h.sum()
    if create_graph:
        (g,) = minitorch.autograd.grad(loss, w, create_graph=True)
        loss = (g * g).sum()
    loss.backward()
    w.grad = None


@pytest.mark.parametrize("create_graph", [False, True])
def test_python_objects_do_not_pile_up(create_graph: bool) -> None:
    x, w = minitorch.ones(4, 3), minitorch.ones(3, 2, requires_grad=True)
    gc.collect()
    gc.disable()
    try:
        tracemalloc.start()
        for _ in range(2_500):  # Python keeps up to 2,000 freed tuples of each size for later
            training_step(x, w, create_graph)
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(300):
            training_step(x, w, create_graph)
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        gc.enable()
    assert after - before < 300


def test_an_error_keeps_no_graph_alive() -> None:
    x = minitorch.ones(3, requires_grad=True)
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(20):
        h = x.exp()
        with pytest.raises(RuntimeError):
            h.backward()
        del h
    gc.collect()
    assert len(gc.get_objects()) - before < 100
