"""Activations that squash, shrink or gate their input, and softmax."""

from __future__ import annotations

from minitorch.errors import ArgumentError
from minitorch.nn import functional as F
from minitorch.nn.module import Module
from minitorch.nn.rectifier import InPlace
from minitorch.variable import Variable


class Hardsigmoid(InPlace):
    """min(max(x + 3, 0), 6) / 6.

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.Hardsigmoid()(minitorch.tensor([-4.0, 0.0, 4.0]))
    tensor([0.0000, 0.5000, 1.0000])
    """

    def forward(self, input: Variable) -> Variable:
        return F.hardsigmoid(input, self.inplace)

    def extra_repr(self) -> str:
        return ""


class Hardtanh(InPlace):
    """min(max(x, min_val), max_val).

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.Hardtanh(-2.0, 2.0)(minitorch.tensor([-3.0, 1.0, 3.0]))
    tensor([-2.,  1.,  2.])
    """

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        if not max_val > min_val:
            raise ArgumentError(
                f"Hardtanh: max_val must be greater than min_val, got {min_val} and {max_val}"
            )
        self.min_val, self.max_val = min_val, max_val

    def forward(self, input: Variable) -> Variable:
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        return self._with_inplace(f"min_val={self.min_val}, max_val={self.max_val}")


class Sigmoid(Module):
    """σ(x) = 1 / (1 + exp(−x)).

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.Sigmoid()(minitorch.tensor([-1.0, 0.0, 1.0]))
    tensor([0.2689, 0.5000, 0.7311])
    """

    def forward(self, input: Variable) -> Variable:
        return F.sigmoid(input)


class LogSigmoid(Module):
    """log σ(x).

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.LogSigmoid()(minitorch.tensor([-1000.0, 0.0]))
    tensor([-1.0000e+03, -6.9315e-01])
    """

    def forward(self, input: Variable) -> Variable:
        return F.logsigmoid(input)


class Tanh(Module):
    """tanh(x).

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.Tanh()(minitorch.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.7616,  0.0000,  0.7616])
    """

    def forward(self, input: Variable) -> Variable:
        return F.tanh(input)


class Tanhshrink(Module):
    """x − tanh(x).

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.Tanhshrink()(minitorch.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.2384,  0.0000,  0.2384])
    """

    def forward(self, input: Variable) -> Variable:
        return F.tanhshrink(input)


class Softsign(Module):
    """x / (1 + |x|).

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.Softsign()(minitorch.tensor([-1.0, 0.0, 3.0]))
    tensor([-0.5000,  0.0000,  0.7500])
    """

    def forward(self, input: Variable) -> Variable:
        return F.softsign(input)


class GLU(Module):
    """a · σ(b) for the two halves a, b of the input along `dim`.

    Shape: (…, 2·C, …) → (…, C, …), with 2·C the size of `dim`.

    >>> import minitorch
    >>> minitorch.nn.GLU()(minitorch.tensor([1.0, 2.0, 0.0, 0.0]))
    tensor([0.5000, 1.0000])
    """

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Variable) -> Variable:
        return F.glu(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Hardshrink(Module):
    """x where |x| > lambd, else 0.

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.Hardshrink()(minitorch.tensor([-1.0, 0.3, 1.0]))
    tensor([-1.,  0.,  1.])
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Variable) -> Variable:
        return F.hardshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return f"{self.lambd}"


class Softshrink(Hardshrink):
    """x moved towards 0 by lambd, and 0 where |x| ≤ lambd.

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.Softshrink()(minitorch.tensor([-1.0, 0.3, 1.0]))
    tensor([-0.5000,  0.0000,  0.5000])
    """

    def forward(self, input: Variable) -> Variable:
        return F.softshrink(input, self.lambd)


class Softmax(Module):
    """exp(x) / Σ exp(x) along `dim`.

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.Softmax(dim=0)(minitorch.zeros(2))
    tensor([0.5000, 0.5000])
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Variable) -> Variable:
        return F.softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Softmin(Softmax):
    """exp(−x) / Σ exp(−x) along `dim`.

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.Softmin(dim=0)(minitorch.tensor([0.0, 1.0]))
    tensor([0.7311, 0.2689])
    """

    def forward(self, input: Variable) -> Variable:
        return F.softmin(input, self.dim)


class LogSoftmax(Softmax):
    """log of `Softmax`, computed without overflow.

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.LogSoftmax(dim=0)(minitorch.tensor([0.0, 1000.0]))
    tensor([-1000.,     0.])
    """

    def forward(self, input: Variable) -> Variable:
        return F.log_softmax(input, self.dim)


class Softmax2d(Module):
    """Softmax over the channels of images, (N, C, H, W) or (C, H, W).

    Shape: (N, C, H, W) or (C, H, W), unchanged.

    >>> import minitorch
    >>> y = minitorch.nn.Softmax2d()(minitorch.zeros(1, 4, 2, 2))
    >>> y[0, :, 0, 0]
    tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """

    def forward(self, input: Variable) -> Variable:
        if input.ndim not in (3, 4):
            raise ArgumentError(
                f"Softmax2d: expected (N, C, H, W) or (C, H, W), got shape {tuple(input.shape)}"
            )
        return F.softmax(input, -3)
