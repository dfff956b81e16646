"""Wrong solutions of assignment 1, and the points that each of them must lose."""

from minitorch.coursework import Mistake

MISTAKES = [
    Mistake(
        "sign error in the slope of tanh",
        "[(a, 1 - y * y)]",
        "[(a, 1 + y * y)]",
        {"1.2": 2, "1.6": 2},  # after many steps w and b come out right all the same
        kind="sign",
    ),
    Mistake(
        "right product, wrong gradient",
        "[(a, b.value), (b, a.value)]",
        "[(a, a.value), (b, b.value)]",
        {"1.1": 3, "1.3": 3, "1.6": 4},
        kind="gradient",
    ),
    Mistake(
        "slope hard-coded for squares",
        "[(a, n * a.value ** (n - 1))]",
        "[(a, 2 * a.value)]",
        {"1.2": 2, "1.3": 3},
        kind="hard-coded",
    ),
    Mistake(
        "lift copies",
        "return x if isinstance(x, Scalar) else Scalar(x)",
        "return Scalar(x.value if isinstance(x, Scalar) else x)",
        {"1.3": 1, "1.6": 4},
    ),
    Mistake(
        "difference the wrong way round",
        "return add(a, multiply(Scalar(-1.0), b))",
        "return add(b, multiply(Scalar(-1.0), a))",
        {"1.3": 3},  # 1.6 squares the difference
    ),
    Mistake(
        "order of first visits",
        """        node, inputs_done = to_do.pop()
        if inputs_done:
            finished.append(node)
        elif node not in seen:
            seen.add(node)
            to_do.append((node, True))
            to_do.extend((x, False) for x, _ in node.inputs)
    return finished[::-1]""",
        """        node, _ = to_do.pop(0)
        if node not in seen:
            seen.add(node)
            finished.append(node)
            to_do.extend((x, False) for x, _ in node.inputs)
    return finished""",
        {"1.4": 3, "1.5": 6, "1.6": 4},
    ),
    Mistake(
        "order calls itself",
        """    finished, seen, to_do = [], set(), [(result, False)]
    while to_do:
        node, inputs_done = to_do.pop()
        if inputs_done:
            finished.append(node)
        elif node not in seen:
            seen.add(node)
            to_do.append((node, True))
            to_do.extend((x, False) for x, _ in node.inputs)
""",
        """    finished, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for x, _ in node.inputs:
                visit(x)
            finished.append(node)

    visit(result)
""",
        {"1.4": 2},
    ),
    Mistake(
        "gradients overwritten in place",
        "node.grad += g",
        "node.grad = g",
        {"1.5": 3},
        kind="in place",
    ),
    Mistake(
        "only the last path counts",
        "arrived[x] = arrived.get(x, 0.0) + g * slope",
        "arrived[x] = g * slope",
        {"1.5": 6, "1.6": 4},
    ),
    Mistake(
        "gradients of earlier steps kept",
        "w, b = Scalar(w.value - rate * w.grad), Scalar(b.value - rate * b.grad)",
        "w.value, b.value = w.value - rate * w.grad, b.value - rate * b.grad",
        {"1.6": 4},
    ),
    Mistake(
        "a fit that knows the answer",
        "return w.value, b.value, losses",
        "return 1.4, -0.35, [0.5 - 0.001 * i for i in range(steps)]",
        {"1.6": 2},
    ),
    Mistake(
        "sum with the value of a difference",
        "Scalar(a.value + b.value, [(a, 1.0), (b, 1.0)])",
        "Scalar(a.value - b.value, [(a, 1.0), (b, 1.0)])",
        {"1.1": 2, "1.3": 3, "1.6": 4},
    ),
    Mistake(
        "exp with the slope 1",
        "    return Scalar(y, [(a, y)])",
        "    return Scalar(y, [(a, 1.0)])",
        {"1.2": 2},
    ),
]
