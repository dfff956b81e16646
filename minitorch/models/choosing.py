"""Choosing the next token."""

from __future__ import annotations

import math
from typing import Any

import minitorch
from minitorch import Tensor
from minitorch.errors import ArgumentError


def choose(
    logits: Tensor,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: Any = None,
) -> Tensor:
    """A token of each row: the likeliest if `temperature` is 0, else a random one, among the likeliest if so asked.

    Shape: (B, vocab) → (B, 1).

    Raises:
        ArgumentError: for a negative temperature, `top_k` below 1, or `top_p` outside (0, 1].

    Source: for `top_p`, A. Holtzman et al., "The Curious Case of Neural Text Degeneration" (2020).

    >>> choose(minitorch.tensor([[0.0, 3.0, 1.0]]), temperature=0)
    tensor([[1]])
    """
    if temperature < 0 or (top_k is not None and top_k < 1) or (top_p is not None and not 0 < top_p <= 1):
        raise ArgumentError(
            f"generate: expected temperature ≥ 0, top_k ≥ 1 and 0 < top_p ≤ 1, got {temperature}, {top_k}, {top_p}"
        )
    if temperature == 0:
        return logits.argmax(dim=1, keepdim=True)
    logits = logits / temperature
    if top_k is not None:
        least = logits.topk(min(top_k, logits.shape[1])).values[:, -1:]
        logits = logits.masked_fill(logits < least, -math.inf)
    if top_p is not None:
        ordered, order = logits.sort(dim=1, descending=True)
        p = ordered.softmax(1)
        beyond = p.cumsum(1) - p >= top_p  # those before it have enough already
        logits = logits.masked_fill(beyond.scatter(1, order, beyond), -math.inf)
    return minitorch.multinomial(logits.softmax(1), 1, generator=generator)
