"""One step of a recurrent layer: RNNCell, LSTMCell, GRUCell."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from minitorch import filled
from minitorch.errors import ArgumentError, ArgumentTypeError, ShapeError
from minitorch.nn import init
from minitorch.nn.module import Module
from minitorch.nn.parameter import Parameter, empty_parameter
from minitorch.nn.recurrent_layer import GATES, State, check_input, run_gated_cell, run_rnn
from minitorch.variable import Variable


class RNNCellBase(Module):
    """What the cells share: parameters, and the check of what goes in."""

    kind: ClassVar[str]
    states: ClassVar[int] = 1
    nonlinearity: str = "tanh"
    weight_ih: Parameter
    weight_hh: Parameter
    bias_ih: Parameter | None
    bias_hh: Parameter | None

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        gates = GATES[self.kind] * hidden_size
        self.weight_ih = empty_parameter(gates, input_size, device=device, dtype=dtype)
        self.weight_hh = empty_parameter(gates, hidden_size, device=device, dtype=dtype)
        for name in ("bias_ih", "bias_hh"):
            b = empty_parameter(gates, device=device, dtype=dtype) if bias else None
            self.register_parameter(name, b)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws the initial values anew: uniform on ±1/√hidden_size."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size else 0.0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def forward(self, input: Variable, hx: State = None) -> State:
        """The next state.

        Args:
            input: one step of the sequences.
            hx: the state before it; zeros by default.
        """
        name = type(self).__name__
        if input.ndim not in (1, 2):
            raise ArgumentError(
                f"{name}: expected an input of shape (batch, {self.input_size}) or ({self.input_size}), "
                f"got {tuple(input.shape)}"
            )
        check_input(name, input, self.input_size, self.weight_ih)
        x = input if input.ndim == 2 else input.unsqueeze(0)
        shape = (x.shape[0], self.hidden_size)
        if hx is None:
            first: tuple[Any, ...] = (filled.zeros(*shape, dtype=x.dtype, device=x.device),) * self.states
        else:
            if self.states == 2 and not (isinstance(hx, (tuple, list)) and len(hx) == 2):
                raise ArgumentTypeError(f"{name}: hx must be a pair (h, c), got {type(hx).__name__}")
            first = tuple(hx) if self.states == 2 else (hx,)
            for state in first:
                expected = shape if input.ndim == 2 else shape[1:]
                if tuple(state.shape) != expected:
                    raise ShapeError(f"{name}: the state has shape {tuple(state.shape)}, expected {expected}")
            if input.ndim == 1:
                first = tuple(state.unsqueeze(0) for state in first)
        weights = self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh, None
        step = x.unsqueeze(0), first, weights, False, self.nonlinearity
        sequences = run_rnn(*step) if self.kind == "RNN" else run_gated_cell(self.kind, *step)
        last = tuple(s[0] if input.ndim == 2 else s[0, 0] for s in sequences)
        return last[0] if self.states == 1 else last

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        if not self.bias:
            text += f", bias={self.bias}"
        return text + ("" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}")


class RNNCell(RNNCellBase):
    """h′ = tanh(W_ih·x + b_ih + W_hh·h + b_hh).

    Args:
        input_size: size of each input.
        hidden_size: size of each state.
        bias: whether biases are added.
        nonlinearity: `"tanh"` or `"relu"`.
        device, dtype: of the parameters.

    Shape: input (B, input_size), hx (B, hidden_size) → (B, hidden_size); all without B for one sequence.

    >>> import minitorch
    >>> minitorch.nn.RNNCell(10, 20)(minitorch.zeros(3, 10)).shape
    minitorch.Size([3, 20])
    """

    kind = "RNN"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ArgumentError(f"RNNCell: nonlinearity must be 'tanh' or 'relu', got {nonlinearity!r}")
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity


class LSTMCell(RNNCellBase):
    """One step of `LSTM`: takes x and the pair (h, c), returns the next pair.

    Shape: input (B, input_size), hx a pair of (B, hidden_size) → a pair of (B, hidden_size); all
        without B for one sequence.

    >>> import minitorch
    >>> h, c = minitorch.nn.LSTMCell(10, 20)(minitorch.zeros(3, 10))
    >>> h.shape, c.shape
    (minitorch.Size([3, 20]), minitorch.Size([3, 20]))
    """

    kind, states = "LSTM", 2


class GRUCell(RNNCellBase):
    """One step of `GRU`: takes x and h, returns the next h.

    Shape: input (B, input_size), hx (B, hidden_size) → (B, hidden_size); all without B for one
        sequence.

    >>> import minitorch
    >>> minitorch.nn.GRUCell(10, 20)(minitorch.zeros(3, 10)).shape
    minitorch.Size([3, 20])
    """

    kind = "GRU"
