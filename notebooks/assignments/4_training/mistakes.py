"""Wrong solutions of assignment 4, and the points that each of them must lose."""

from minitorch.coursework import Mistake

MISTAKES = [
    Mistake(
        "module: inner modules are not looked through",
        """            elif isinstance(value, Module):
                for inner, attribute in vars(value).items():
                    look(attribute, f"{name}.{inner}" if name else inner)
""",
        """            elif isinstance(value, Module) and not name:
                for inner, attribute in vars(value).items():
                    look(attribute, inner)
""",
        {"4.1": 4},
    ),
    Mistake(
        "module: shared parameters are found twice",
        "if id(value) not in seen:",
        "if True:",
        {"4.1": 1},
    ),
    Mistake(
        "module: equal numbers are taken for the same parameter",
        "if id(value) not in seen:",
        "if not any(minitorch.equal(value, old) for _, old in found):",
        {"4.1": 2},
    ),
    Mistake(
        "module: whatever requires grad is taken for a parameter",
        "if isinstance(value, nn.Parameter):",
        "if isinstance(value, minitorch.Tensor) and value.requires_grad:",
        {"4.1": 3},
    ),
    Mistake(
        "module: eval does not reach modules in lists",
        "for inner in value if isinstance(value, list) else [value]:",
        "for inner in [value]:",
        {"4.1": 1},
    ),
    Mistake(
        "linear: the variance in place of the standard deviation",
        "math.sqrt(2 / inputs))",
        "2 / inputs)",
        {"4.2": 1},
    ),
    Mistake(
        "linear: a forgotten bias",
        "return y if self.bias is None else y + self.bias",
        "return y",
        {"4.2": 2},
    ),
    Mistake(
        "linear: the parameters are copied, so that no gradient arrives",
        "y = x @ self.weight.t()",
        "y = x @ self.weight.detach().t()",
        {"4.2": 1},
    ),
    Mistake(
        "dropout: what is left is not scaled",
        "return x * mask / (1 - self.p)",
        "return x * mask",
        {"4.3": 2},
    ),
    Mistake(
        "dropout: p is the share to keep",
        "mask = minitorch.rand_like(x) >= self.p",
        "mask = minitorch.rand_like(x) < self.p",
        {"4.3": 1},
    ),
    Mistake(
        "dropout: right values, but no gradient through the scale",
        "return x * mask / (1 - self.p)",
        "return x * mask + (x * mask * self.p / (1 - self.p)).detach()",
        {"4.3": 1},
        kind="gradient",
    ),
    Mistake(
        "dropout: x is changed in place",
        "return x * mask / (1 - self.p)",
        "x.data.mul_(mask / (1 - self.p))\n        return x * mask",
        {"4.3": 2},
        kind="in place",
    ),
    Mistake(
        "dropout: one mask for all rows, by broadcasting",
        "mask = minitorch.rand_like(x) >= self.p",
        "mask = minitorch.rand_like(x[:1]) >= self.p",
        {"4.3": 2},
        kind="broadcast",
    ),
    Mistake(
        "batch norm: statistics of the whole table",
        "mean = x.mean(0)\n",
        "mean = x.mean() + 0 * x.mean(0)\n",
        {"4.4": 3},
    ),
    Mistake(
        "batch norm: right values, but statistics without a gradient",
        "return (x - mean) / (var + self.eps).sqrt() * self.weight + self.bias",
        "return (x - mean.detach()) / (var.detach() + self.eps).sqrt() * self.weight + self.bias",
        {"4.4": 1},
    ),
    Mistake(
        "batch norm: momentum the wrong way round",
        "self.running_mean = old * self.running_mean + self.momentum * mean",
        "self.running_mean = self.momentum * self.running_mean + old * mean",
        {"4.4": 1},
    ),
    Mistake(
        "batch norm: the running variance divided by n",
        "self.momentum * var * n / (n - 1)",
        "self.momentum * var",
        {"4.4": 1},
    ),
    Mistake(
        "batch norm: running statistics keep the graph",
        "with minitorch.no_grad():\n                self.running_mean",
        "with minitorch.enable_grad():\n                self.running_mean",
        {"4.4": 1},
    ),
    Mistake(
        "batch norm: statistics of the batch in evaluation, too",
        "mean, var = self.running_mean, self.running_var",
        "mean, var = x.mean(0), x.var(0, correction=0)",
        {"4.4": 1},
    ),
    Mistake(
        "SGD: sign error",
        "p -= self.lr * self.b[i]",
        "p += self.lr * self.b[i]",
        {"4.5": 2},
        kind="sign",
    ),
    Mistake(
        "SGD: a new tensor in place of a change in place",
        "p -= self.lr * self.b[i]",
        "p = p - self.lr * self.b[i]",
        {"4.5": 3},
    ),
    Mistake(
        "SGD: the gradient itself is changed",
        "self.b[i] = self.momentum * self.b[i] + p.grad",
        "p.grad += self.momentum * self.b[i]\n                    self.b[i] = p.grad",
        {"4.5": 1},
    ),
    Mistake(
        "Adam: no correction of the first steps",
        "mean = self.m[i] / (1 - b1**self.t)",
        "mean = self.m[i]",
        {"4.5": 4},
    ),
    Mistake(
        "Adam: ε under the root",
        "p -= self.lr * mean / (square.sqrt() + self.eps)",
        "p -= self.lr * mean / (square + self.eps).sqrt()",
        {"4.5": 2},
    ),
    Mistake(
        "Adam: the betas are hard-coded",
        "b1, b2 = self.betas",
        "b1, b2 = 0.9, 0.999",
        {"4.5": 1},
        kind="hard-coded",
    ),
    Mistake(
        "schedule: warmup from 0",
        "return peak * (step + 1) / warmup",
        "return peak * step / warmup",
        {"4.6": 2},
    ),
    Mistake(
        "loop: forgotten zero_grad",
        "            optimizer.zero_grad()\n",
        "",
        {"4.6": 3},
    ),
    Mistake(
        "loop: the rows are not shuffled",
        "for batch in minitorch.randperm(len(x)).split(batch_size):",
        "for batch in minitorch.arange(len(x)).split(batch_size):",
        {"4.6": 1},
    ),
    Mistake(
        "loop: labels that do not belong to the pictures",
        "loss = F.cross_entropy(model(x[batch]), y[batch])",
        "loss = F.cross_entropy(model(x[batch]), y[batch.sort().values])",
        {"4.6": 3},
    ),
    Mistake(
        "linear: bias=False is ignored",
        "self.bias = nn.Parameter(minitorch.zeros(outputs)) if bias else None",
        "self.bias = nn.Parameter(minitorch.zeros(outputs))",
        {"4.2": 1},
    ),
    Mistake(
        "dropout: also in evaluation",
        """        if not self.training or self.p == 0:
            return x
""",
        """        if self.p == 0:
            return x
""",
        {"4.3": 1},
    ),
]
