"""Wrong solutions of assignment 6, and the points that each of them must lose."""

from minitorch.coursework import Mistake

MISTAKES = [
    Mistake(
        "right values, no gradient through the weights",
        "    return weights @ v, weights",
        "    return weights.detach() @ v, weights",
        {"6.2": 5, "6.3": 2},
        kind="gradient",
    ),
    Mistake(
        "a hard-coded loss",
        "return -p[test[:-1], test[1:]].log().mean().item()",
        "return 2.451",
        {"6.6": 1},
        kind="hard-coded",
    ),
    Mistake(
        "queries changed in place",
        "    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5",
        "    with minitorch.no_grad():\n        q /= q.shape[-1] ** 0.5\n    scores = q @ k.transpose(-1, -2)",
        {"6.2": 4, "6.3": 2},
        kind="in place",
    ),
    Mistake(
        "mask after the softmax",
        """        scores = scores.masked_fill(~allowed, float("-inf"))
    weights = softmax(scores, -1)
""",
        """    weights = softmax(scores, -1)
    if causal:
        weights = weights.masked_fill(~allowed, 0.0)
""",
        {"6.2": 4, "6.3": 2, "6.4": 1},
    ),
    Mistake(
        "heads and times mixed",
        "part.reshape(batch, steps, self.heads, -1).transpose(1, 2)",
        "part.reshape(batch, self.heads, steps, -1)",
        {"6.3": 4, "6.4": 1},
    ),
    Mistake(
        "softmax that overflows",
        "e = (x - x.amax(dim, keepdim=True)).exp()",
        "e = x.exp()",
        {"6.1": 1},
    ),
    Mistake(
        "softmax along the last dim only",
        "return e / e.sum(dim, keepdim=True)",
        "return e / e.sum(-1, keepdim=True)",
        {"6.1": 2},
    ),
    Mistake(
        "the library's softmax",
        "return e / e.sum(dim, keepdim=True)",
        "return F.softmax(x, dim=dim)",
        {"6.1": 1},
    ),
    Mistake(
        "scores that are not scaled",
        "q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5",
        "q @ k.transpose(-1, -2)",
        {"6.2": 4, "6.3": 2},
    ),
    Mistake(
        "one step into the future",
        "dtype=minitorch.bool).tril()",
        "dtype=minitorch.bool).tril(1)",
        {"6.2": 4, "6.3": 2, "6.4": 1},
    ),
    Mistake(
        "heads that see the future",
        "attention(*self.split(x), causal=True)",
        "attention(*self.split(x))",
        {"6.3": 2, "6.4": 1},
    ),
    Mistake(
        "norm after the sum",
        "x = x + self.attention(self.norm1(x))",
        "x = self.norm1(x + self.attention(x))",
        {"6.4": 2},
    ),
    Mistake(
        "no positions",
        "self.which(numbers) + self.where(minitorch.arange(numbers.shape[1]))",
        "self.which(numbers)",
        {"6.4": 3},
    ),
    Mistake(
        "temperature the wrong way round",
        "logits = logits / temperature",
        "logits = logits * temperature",
        {"6.5": 3},
    ),
    Mistake(
        "one too many for top-k",
        "least = logits.topk(top_k).values[-1]",
        "least = logits.topk(min(top_k + 1, len(logits))).values[-1]",
        {"6.5": 2},
    ),
    Mistake(
        "the likeliest instead of a draw",
        "minitorch.multinomial(probabilities(logits, temperature, top_k), 1)",
        "probabilities(logits, temperature, top_k).argmax(0, keepdim=True)",
        {"6.5": 1},
    ),
    Mistake(
        "the whole text as context",
        "numbers[None, -model.length :]",
        "numbers[None]",
        {"6.5": 2},
    ),
    Mistake(
        "targets that are not shifted",
        "return pieces[:, :-1], pieces[:, 1:]",
        "return pieces[:, :-1], pieces[:, :-1]",
        {"6.6": 3},
    ),
    Mistake(
        "gradients that add up",
        "        optimizer.zero_grad()\n",
        "",
        {"6.6": 2},
    ),
    Mistake(
        "the library's attention",
        "    return weights @ v, weights",
        "    return F.scaled_dot_product_attention(q, k, v, is_causal=causal), weights",
        {"6.2": 2},
    ),
    Mistake(
        "a loop over heads",
        """        result, _ = attention(*self.split(x), causal=True)
""",
        """        heads = zip(*(part.split(1, 1) for part in self.split(x)), strict=True)
        result = minitorch.cat([attention(*head, causal=True)[0] for head in heads], 1)
""",
        {"6.3": 1},
    ),
    Mistake(
        "sign of the scores",
        "    scores = q @ k.transpose(-1, -2) /",
        "    scores = -q @ k.transpose(-1, -2) /",
        {"6.2": 4, "6.3": 2},
        kind="sign",
    ),
    Mistake(
        "forgotten broadcast of the largest number",
        "x.amax(dim, keepdim=True)",
        "x.amax(dim)",
        {"6.1": 4, "6.2": 5, "6.3": 3, "6.4": 1, "6.6": 2},
        kind="broadcast",
    ),
]
