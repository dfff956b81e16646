"""What `check_wheel.py` runs in a fresh environment: one gradient and one checkpoint."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points, version
from pathlib import Path

import minitorch

folder = Path(sys.argv[1])
assert "site-packages" in minitorch.__file__, f"imported from {minitorch.__file__}"
assert minitorch.__version__ == version("minitorch-edu"), minitorch.__version__

# y = x Wᵀ + b = [1·3 + 2·4 + 5, 1·(−1) + 2·0 + 6] = [16, 5], and d(Σ y²)/dW = 2 yᵀ x.
x = minitorch.tensor([[1.0, 2.0]])
w = minitorch.tensor([[3.0, 4.0], [-1.0, 0.0]], requires_grad=True)
b = minitorch.tensor([5.0, 6.0], requires_grad=True)
loss = ((x @ w.T + b) ** 2).sum()
loss.backward()
assert loss.item() == 16**2 + 5**2, loss
assert w.grad is not None
assert w.grad.tolist() == [[32.0, 64.0], [10.0, 20.0]], w.grad
assert b.grad is not None
assert b.grad.tolist() == [32.0, 10.0], b.grad

path = folder / "smoke.ckpt"
minitorch.save({"model": {"w": w.detach(), "b": b.detach()}, "epoch": 3}, path)
back = minitorch.load(path)
assert back["epoch"] == 3, back
assert back["model"]["w"].tolist() == w.tolist(), back
assert back["model"]["b"].tolist() == b.tolist(), back

(numpy_backend,) = (p for p in entry_points(group="minitorch.backends") if p.name == "numpy")
assert numpy_backend.load().__name__ == "NumpyBackend"
print(f"minitorch {minitorch.__version__}, Python {sys.version.split()[0]}")
