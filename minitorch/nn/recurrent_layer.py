"""One recurrent layer in one direction: what RNN, LSTM and GRU, and their cells, have in common."""

from __future__ import annotations

from typing import Any

from minitorch import ops
from minitorch.autocasting import casts, kernel
from minitorch.errors import DtypeError, ShapeError
from minitorch.nn import functional as F
from minitorch.ops import recurrent
from minitorch.variable import Variable

State = Any  # a tensor; for LSTM a pair of tensors
Weights = tuple[Any, Any, Any, Any, Any]  # w_ih, w_hh, b_ih, b_hh, w_hr; the last three may be None


@kernel
def run_rnn(
    x: Variable, state: tuple[Variable, ...], weights: Weights, reverse: bool, nonlinearity: str
) -> tuple[Variable, ...]:
    """All states of one layer in one direction.  Shape: x (T, B, I), h (B, H) → (T, B, H)."""
    w_ih, w_hh, b_ih, b_hh, _ = weights
    bias = None if b_ih is None else b_ih + b_hh
    return (recurrent.rnn_layer(F.linear(x, w_ih, bias), state[0], w_hh, nonlinearity, reverse),)


@kernel
def run_lstm(
    x: Variable, state: tuple[Variable, ...], weights: Weights, reverse: bool, nonlinearity: str
) -> tuple[Variable, ...]:
    """As `run_rnn`; all states and all cells.

    A projection P shrinks the states that come out: h = P·u. Then W·h = (W·P)·u, so that the layer runs as one
    without projection, with W·P for W; only the first state, which is no P·u, is added to the first step's gates.
    """
    w_ih, w_hh, b_ih, b_hh, w_hr = weights
    bias = None if b_ih is None else b_ih + b_hh
    gates = F.linear(x, w_ih, bias)
    h, c = state
    if w_hr is None:
        return recurrent.lstm_layer(gates, h, c, w_hh, reverse)
    start, first = F.linear(h, w_hh).unsqueeze(0), len(gates) - 1 if reverse else 0
    gates = ops.cat([gates[:first], gates[first : first + 1] + start, gates[first + 1 :]])
    inner, cells = recurrent.lstm_layer(gates, c.new_zeros(c.shape), c, w_hh @ w_hr, reverse)
    return F.linear(inner, w_hr), cells


@kernel
def run_gru(
    x: Variable, state: tuple[Variable, ...], weights: Weights, reverse: bool, nonlinearity: str
) -> tuple[Variable, ...]:
    """As `run_rnn`."""
    w_ih, w_hh, b_ih, b_hh, _ = weights
    if b_hh is None:
        b_hh = w_hh.new_zeros(w_hh.shape[0])
    return (recurrent.gru_layer(F.linear(x, w_ih, b_ih), state[0], w_hh, b_hh, reverse),)


@kernel
def run_gated_cell(kind: str, *args: Any) -> tuple[Variable, ...]:
    """One step of an LSTM or a GRU; autocast may treat cells in another way than layers."""
    return RUN[kind](*args)


RUN = {"RNN": run_rnn, "LSTM": run_lstm, "GRU": run_gru}
GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}


def check_input(name: str, x: Any, input_size: int, weight: Any) -> None:
    """Refuses inputs of another size or dtype than the layer's."""
    if x.shape[-1] != input_size:
        raise ShapeError(
            f"{name}: an input of shape {tuple(x.shape)} does not fit input_size={input_size}: "
            f"its last size must be {input_size}, not {x.shape[-1]}"
        )
    if x.dtype is not weight.dtype and not casts(x.array):
        raise DtypeError(
            f"{name}: the input is {x.dtype}, the weights are {weight.dtype}; "
            f"convert one, as in x.to({weight.dtype}) or model.to({x.dtype})"
        )
