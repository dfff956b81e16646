"""How good a text is: perplexity of a language model, BLEU of a translation."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from minitorch.creation import tensor
from minitorch.dtypes import float64, int64
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.filled import zeros
from minitorch.metrics.base import Metric, State, result, undefined, warn_undefined
from minitorch.metrics.inputs import require_count, require_number, require_tensors, rows_of_scores, scores_of
from minitorch.ops import log_softmax, where
from minitorch.variable import Tensor

Text = str | Sequence[str]


class Perplexity(Metric):
    """exp of the mean of −log p(token): between how many tokens the model hesitates.

    p is the softmax over the last dim.

    Args:
        ignore_index: targets of this value do not count, such as padding.

    Shape:
        `update(preds, target)`: logits (or logarithms of probabilities) (N, …, V), tokens (N, …). Another order of
        dims than in `cross_entropy`. The value is a number; ∞ if a token has probability 0.

    Undefined (NaN, with a warning) before any token was seen that counts.

    Raises:
        ShapeError: if logits do not fit the tokens.
        DtypeError: for logits that are no floats, tokens that are no integers.
        ArgumentError: for NaN and +∞ among logits, and tokens below 0 or not below V.

    Source: F. Jelinek, R. Mercer, L. Bahl, J. Baker, Perplexity, a measure of the difficulty of speech recognition
    tasks, 1977.

    >>> import minitorch
    >>> from minitorch.metrics import perplexity
    >>> round(perplexity(minitorch.zeros(1, 3, 8), minitorch.tensor([[1, 5, 7]])).item(), 6)
    8.0
    """

    _name = "perplexity"

    def __init__(self, ignore_index: Any = None) -> None:
        super().__init__()
        if ignore_index is not None and (not isinstance(ignore_index, int) or isinstance(ignore_index, bool)):
            raise ArgumentTypeError(
                f"{self._name}: ignore_index is {ignore_index!r}, expected an int or None"
            )
        self.ignore_index = ignore_index

    def _measure(self, preds: Tensor, target: Tensor) -> State:
        name = self._name
        require_tensors(name, preds=preds, target=target)
        logits = scores_of(name, "preds", preds)
        counts = (target == target) if self.ignore_index is None else (target != self.ignore_index)
        tokens = where(counts, target.detach(), 0) if self.ignore_index is not None else target
        rows = logits.movedim(-1, 1) if logits.ndim > 1 else logits
        rows, tokens = rows_of_scores(name, rows, tokens)
        counts = counts.reshape(-1)
        rows, tokens = rows[counts].to(float64), tokens[counts]
        if len(rows) and not (rows.amax(1).isfinite()).all().item():
            raise ArgumentError(
                f"{name}: preds have +∞, or a row of −∞ only; expected finite logits, or −∞ for some"
            )
        losses = -log_softmax(rows, 1).gather(1, tokens.unsqueeze(1))
        return {"total": losses.sum(), "count": tensor(len(tokens))}

    def _layout(self) -> dict[str, Tensor]:
        return {"total": result(0.0), "count": tensor(0)}

    def _check_state(self, state: State) -> None:
        if not state["total"].item() >= 0 or state["count"].item() < 0:
            raise ArgumentError("total and count must not be negative")

    def _value(self, state: State) -> Tensor:
        if not state or not state["count"].item():
            return undefined(self._name, "no token was seen")
        mean = state["total"].item() / state["count"].item()
        return result(math.exp(mean) if mean < 709 else math.inf)


class Bleu(Metric):
    """BLEU of a corpus: BP · exp(Σ wₙ · log pₙ), with BP = min(1, exp(1 − r/c)).

    pₙ is the share of the candidates' n-grams that a reference has, where each n-gram counts no more often than in
    the reference that has it most often. c is the length of all candidates, r that of their references (of several
    the one nearest in length, the shorter of two as near). Counts are summed over the corpus before anything is
    divided, so this is no mean of BLEUs of sentences.

    Args:
        n_gram: the greatest n.
        weights: wₙ, `n_gram` numbers that sum to 1; equal ones if not given.
        smooth: add 1 to both counts of pₙ for n > 1, which suits single sentences.

    Shape:
        `update(preds, target)`: a list of candidates, and for each of them a list of references. A text is a list of
        tokens, or a string, which is split at white space: tokenize before, if anything else is meant.

    A pₙ of 0 makes BLEU 0. Undefined cases, with a warning: NaN before anything was seen; 0 if all candidates have
    fewer than `n_gram` tokens.

    Raises:
        ArgumentTypeError: for other things than lists of texts.
        ArgumentError: if there are not as many lists of references as candidates, or one of them is empty.

    Source: K. Papineni, S. Roukos, T. Ward, W.-J. Zhu, BLEU: a method for automatic evaluation of machine translation,
    2002; smoothing: C.-Y. Lin, F. J. Och, Automatic evaluation of machine translation quality, 2004.

    >>> from minitorch.metrics import bleu
    >>> bleu(["the cat is on the mat"], [["the cat is on the mat", "there is a cat on the mat"]]).item()
    1.0
    >>> round(bleu(["the the the the the the the"], [["the cat is on the mat"]], n_gram=1).item() * 7, 6)
    2.0
    """

    _name = "bleu"

    def __init__(self, n_gram: int = 4, weights: Sequence[float] | None = None, smooth: bool = False) -> None:
        super().__init__()
        require_count(self._name, "n_gram", n_gram)
        given = [1 / n_gram] * n_gram if weights is None else list(weights)
        for weight in given:
            require_number(self._name, "a weight", weight, 0, 1)
        if len(given) != n_gram or abs(sum(given) - 1) > 1e-6:
            raise ArgumentError(
                f"{self._name}: weights are {given}, expected {n_gram} numbers ≥ 0 that sum to 1"
            )
        self.n_gram = n_gram
        self.weights = given
        self.smooth = smooth

    def _measure(self, preds: Any, target: Any) -> State:
        for what, texts in (("preds", preds), ("target", target)):
            if isinstance(texts, str) or not isinstance(texts, Sequence):
                raise ArgumentTypeError(
                    f"{self._name}: {what} is {type(texts).__name__}, expected a list with one entry per candidate"
                )
        if len(preds) != len(target):
            raise ArgumentError(
                f"{self._name}: got {len(preds)} candidates and {len(target)} lists of references, expected as many"
            )
        matches, totals = [0] * self.n_gram, [0] * self.n_gram
        length = reference_length = 0
        for candidate, references in zip(preds, target, strict=True):
            tokens = tokens_of(candidate)
            others = references_of(references)
            length += len(tokens)
            reference_length += min((abs(len(o) - len(tokens)), len(o)) for o in others)[1]
            for n in range(1, self.n_gram + 1):
                grams = grams_of(tokens, n)
                most: Counter[tuple[str, ...]] = Counter()
                for other in others:
                    most |= grams_of(other, n)
                matches[n - 1] += (grams & most).total()
                totals[n - 1] += grams.total()
        return {
            "matches": tensor(matches),
            "totals": tensor(totals),
            "length": tensor(length),
            "reference_length": tensor(reference_length),
        }

    def _layout(self) -> dict[str, Tensor]:
        counts = zeros(self.n_gram, dtype=int64)
        return {"matches": counts, "totals": counts, "length": tensor(0), "reference_length": tensor(0)}

    def _check_state(self, state: State) -> None:
        if not ((state["matches"] >= 0) & (state["matches"] <= state["totals"])).all().item():
            raise ArgumentError("matches must be between 0 and totals")
        if min(state["length"].item(), state["reference_length"].item()) < 0:
            raise ArgumentError("lengths must not be negative")

    def _value(self, state: State) -> Tensor:
        if not state or not (state["length"] + state["reference_length"]).item():
            return undefined(self._name, "nothing was seen")
        logarithm = 0.0
        for n, w in enumerate(self.weights, 1):
            add = int(self.smooth and n > 1)
            match, total = (int(state[x][n - 1].item()) + add for x in ("matches", "totals"))
            if not w:
                continue
            if not total:
                warn_undefined(
                    f"{self._name}: no candidate has {n} tokens: 0 is taken; choose a smaller n_gram"
                )
            if not match:
                return result(0.0)
            logarithm += w * math.log(match / total)
        shortness = 1 - state["reference_length"].item() / state["length"].item()
        return result(math.exp(min(0.0, shortness) + logarithm))


def tokens_of(text: Any) -> list[str]:
    """The tokens of a text."""
    if isinstance(text, str):
        return text.split()
    if not isinstance(text, Sequence) or not all(isinstance(token, str) for token in text):
        raise ArgumentTypeError(
            f"bleu: a text is {type(text).__name__}, expected a string or a list of tokens, which are strings"
        )
    return list(text)


def references_of(texts: Any) -> list[list[str]]:
    """The tokens of each reference."""
    if isinstance(texts, str) or not isinstance(texts, Sequence):
        raise ArgumentTypeError(
            f"bleu: the references of a candidate are {type(texts).__name__}, expected a list of texts, if only of one"
        )
    if not texts:
        raise ArgumentError(
            "bleu: a candidate has no reference, expected at least one; leave the candidate out"
        )
    return [tokens_of(text) for text in texts]


def grams_of(tokens: list[str], n: int) -> Counter[tuple[str, ...]]:
    """How often each sequence of n tokens occurs."""
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def perplexity(preds: Tensor, target: Tensor, ignore_index: int | None = None) -> Tensor:
    """exp of the mean of −log p(token); see `Perplexity`.

    >>> import minitorch
    >>> from minitorch.metrics import perplexity
    >>> round(perplexity(minitorch.zeros(2, 4), minitorch.tensor([3, -100]), ignore_index=-100).item(), 6)
    4.0
    """
    return Perplexity(ignore_index).update(preds, target).compute()


def bleu(
    preds: Sequence[Text],
    target: Sequence[Sequence[Text]],
    n_gram: int = 4,
    weights: Sequence[float] | None = None,
    smooth: bool = False,
) -> Tensor:
    """BLEU of a corpus; see `Bleu`.

    >>> from minitorch.metrics import bleu
    >>> round(bleu([["a", "b", "c"]], [[["a", "b", "c", "d"]]], n_gram=2).item(), 4)
    0.7165
    """
    return Bleu(n_gram, weights, smooth).update(preds, target).compute()
