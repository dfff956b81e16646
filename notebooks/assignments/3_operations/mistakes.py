"""Wrong solutions of assignment 3, and the points that each of them must lose."""

from minitorch.coursework import Mistake

MISTAKES = [
    Mistake(
        "softplus: overflow, for it is computed as it is written",
        "return self.backend.maximum(x, 0) + self.backend.log1p(self.backend.exp(-abs(x)))",
        "return self.backend.log(1 + self.backend.exp(x))",
        {"3.1": 1},
    ),
    Mistake(
        "softplus: sign error in the gradient",
        "return g * minitorch.sigmoid(self.saved.x)",
        "return -g * minitorch.sigmoid(self.saved.x)",
        {"3.1": 2},
        kind="sign",
    ),
    Mistake(
        "softplus: the slope without g",
        "return g * minitorch.sigmoid(self.saved.x)",
        "return minitorch.sigmoid(self.saved.x)",
        {"3.1": 2},
    ),
    Mistake(
        "softplus: right values with the gradient of ReLU",
        "return g * minitorch.sigmoid(self.saved.x)",
        "return g * (self.saved.x > 0)",
        {"3.1": 2},
        kind="gradient",
    ),
    Mistake(
        "softplus: hard-coded values for the numbers of the handout",
        "return self.backend.maximum(x, 0) + self.backend.log1p(self.backend.exp(-abs(x)))",
        "return x * (x == 1000) + 0.6931471805599453 * (x == 0)",
        {"3.1": 3},
        kind="hard-coded",
    ),
    Mistake(
        "log-sum-exp: one maximum for the whole table",
        "top = x.max(axis=dim, keepdims=True)",
        "top = x.max(axis=tuple(range(x.ndim)), keepdims=True)",
        {"3.2": 1},
    ),
    Mistake(
        "log-sum-exp: forgotten broadcast, g meets the wrong rows of a square table",
        "return minitorch.unsqueeze(g, self.dim) * minitorch.exp(x - minitorch.unsqueeze(y, self.dim))",
        "return g * minitorch.exp(x - minitorch.unsqueeze(y, self.dim))",
        {"3.2": 3},
        kind="broadcast",
    ),
    Mistake(
        "embedding: equal rows overwrite each other",
        "return zeros.index_add(0, index.flatten(), g.reshape(-1, g.shape[-1])), None",
        "zeros[index] = g\n        return zeros, None",
        {"3.3": 2},
    ),
    Mistake(
        "embedding: += in place, which reads all rows before it writes",
        "return zeros.index_add(0, index.flatten(), g.reshape(-1, g.shape[-1])), None",
        "zeros[index] += g\n        return zeros, None",
        {"3.3": 2},
        kind="in place",
    ),
    Mistake(
        "layer norm: the variance divided by n − 1",
        "return centred / ((centred**2).mean(-1, keepdim=True) + eps).sqrt() * w + b",
        "return centred / (x.var(-1, keepdim=True) + eps).sqrt() * w + b",
        {"3.4": 3},
    ),
    Mistake(
        "layer norm: μ and σ treated as constants in the gradient",
        "dx = (h - h.mean(-1, keepdim=True) - normal * (h * normal).mean(-1, keepdim=True)) / root",
        "dx = h / root",
        {"3.4": 2},
    ),
    Mistake(
        "layer norm: x̂ as a constant, so that the second derivative is wrong",
        "normal, h = centred / root, g * w",
        "normal, h = (centred / root).detach(), g * w",
        {"3.4": 1},
    ),
    Mistake(
        "layer norm: the gradient of w with x in place of x̂",
        "return dx, (g * normal).sum(rows), g.sum(rows), None",
        "return dx, (g * x).sum(rows), g.sum(rows), None",
        {"3.4": 1},
    ),
    Mistake(
        "check: with ones for g it is blind to mixed-up elements",
        "g = minitorch.randn(*y.shape, dtype=minitorch.float64)",
        "g = minitorch.ones(*y.shape, dtype=minitorch.float64)",
        {"3.5": 1},
    ),
    Mistake(
        "check: only the first input",
        "enumerate(zip(inputs, by_backward, strict=True))",
        "enumerate(zip(inputs[:1], by_backward[:1], strict=True))",
        {"3.5": 4},
    ),
    Mistake(
        "check: a step to one side only",
        "for step in (eps, -eps):",
        "for step in (2 * eps, 0):",
        {"3.5": 2},
    ),
    Mistake(
        "check: it moves the input itself, and does not put it back exactly",
        "moved = flat.clone()",
        "moved = flat",
        {"3.5": 4},
    ),
    Mistake(
        "ripple: still kept, on self this time",
        """        self.save(x=x)
        return x * self.backend.exp(-x * x)
        # END SOLUTION

    def backward(self, g):
        # BEGIN SOLUTION
        x = self.saved.x
        return g * minitorch.exp(-x * x) * (1 - 2 * x * x)
""",
        """        self.save(x=x)
        self.bell = self.backend.exp(-x * x)
        return x * self.bell
        # END SOLUTION

    def backward(self, g):
        # BEGIN SOLUTION
        x = self.saved.x
        return g * self.bell * (1 - 2 * x * x)
""",
        {"3.6": 2},
    ),
    Mistake(
        "Hessian: v is forgotten",
        "minitorch.autograd.grad((slope * v).sum(), x)[0]",
        "minitorch.autograd.grad(slope.sum(), x)[0]",
        {"3.6": 2},
    ),
    Mistake(
        "Hessian: v outside of the derivative, so only for a diagonal one",
        "minitorch.autograd.grad((slope * v).sum(), x)[0]",
        "minitorch.autograd.grad(slope.sum(), x)[0] * v",
        {"3.6": 2},
    ),
    Mistake(
        "log-sum-exp: the maximum is not added again",
        ".sum(axis=dim)) + top.squeeze(dim)",
        ".sum(axis=dim))",
        {"3.2": 5},
    ),
    Mistake(
        "embedding: a result of two dimensions for every index",
        """        return weight[index]
""",
        """        return weight[index.flatten()]
""",
        {"3.3": 3},
    ),
    Mistake(
        "embedding: the gradient in the first rows",
        "zeros.index_add(0, index.flatten(), g",
        "zeros.index_add(0, minitorch.arange(index.numel()), g",
        {"3.3": 3},
    ),
]
