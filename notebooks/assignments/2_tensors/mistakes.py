"""Wrong solutions of assignment 2, and the points that each of them must lose."""

from minitorch.coursework import Mistake

MISTAKES = [
    Mistake(
        "strides from the left",
        "reversed(shape):\n        strides.insert(0, step)",
        "shape:\n        strides.append(step)",
        {"2.1": 2},
    ),
    Mistake(
        "hard-coded for tables",
        "    strides, step = [], 1\n",
        "    return (shape[-1], 1)\n    strides, step = [], 1\n",
        {"2.1": 2},
        kind="hard-coded",
    ),
    Mistake("offset forgotten", "found = view.offset", "found = 0", {"2.1": 2}),
    Mistake("range not checked", "if not -size <= i < size:", "if False:", {"2.1": 2}),
    Mistake(
        "swaps the shape and not the strides",
        "strides = [view.strides[d] for d in order]",
        "strides = view.strides",
        {"2.2": 2},
    ),
    Mistake(
        "a copy in place of a view",
        "return View(view.storage, shape, strides, view.offset)\n    # END SOLUTION\n\n\ndef take",
        "return View(list(view.storage), shape, strides, view.offset)\n    # END SOLUTION\n\n\ndef take",
        {"2.2": 2},
    ),
    Mistake(
        "starts at the beginning",
        "view.offset + start * view.strides[dim]",
        "view.offset + start",
        {"2.2": 2},
    ),
    Mistake(
        "aligned on the left",
        "a, b = (1,) * (length - len(a)) + tuple(a), (1,) * (length - len(b)) + tuple(b)",
        "a, b = tuple(a) + (1,) * (length - len(a)), tuple(b) + (1,) * (length - len(b))",
        {"2.3": 3},
    ),
    Mistake("the larger size wins", "tuple(n if m == 1 else m for", "tuple(max(m, n) for", {"2.3": 3}),
    Mistake(
        "strides kept when stretched",
        "strides.append(stride if old == new else 0)",
        "strides.append(stride)",
        {"2.3": 3},
    ),
    Mistake(
        "forgets dimensions of size 1",
        "axis=(*range(extra), *stretched)",
        "axis=tuple(range(extra))",
        {"2.4": 2, "2.5": 2},
    ),
    Mistake(
        "forgotten broadcast",
        "[(a, lambda g: unbroadcast(g, a.data.shape)), (b, lambda g: unbroadcast(g, b.data.shape))]",
        "[(a, lambda g: g), (b, lambda g: g)]",
        {"2.5": 2, "2.6": 2},
        kind="broadcast",
    ),
    Mistake(
        "right product, wrong gradient",
        "(a, lambda g: unbroadcast(g * b.data, a.data.shape))",
        "(a, lambda g: unbroadcast(g * a.data, a.data.shape))",
        {"2.5": 4, "2.6": 2},
        kind="gradient",
    ),
    Mistake(
        "transpose forgotten",
        "(b, lambda g: a.data.T @ g)",
        "(b, lambda g: (g.T @ a.data).reshape(b.data.shape))",
        {"2.5": 3, "2.6": 2},
    ),
    Mistake(
        "sign error",
        "(a, lambda g: g @ b.data.T)",
        "(a, lambda g: -g @ b.data.T)",
        {"2.5": 3, "2.6": 2},
        kind="sign",
    ),
    Mistake(
        "gradient changed in place",
        "(b, lambda g: unbroadcast(g * a.data, b.data.shape))",
        "(b, lambda g: unbroadcast(np.multiply(g, a.data, out=g), b.data.shape))",
        {"2.5": 4},
        kind="in place",
    ),
    Mistake("mean forgets to divide", "g / a.data.size", "g", {"2.5": 1, "2.6": 2}),
    Mistake(
        "adds in place",
        "            arrived[x] = arrived[x] + piece if x in arrived else piece",
        """            if x in arrived:
                arrived[x] += piece
            else:
                arrived[x] = piece""",
        {"2.6": 2},
    ),
    Mistake(
        "the oldest first",
        "max(arrived, key=lambda tensor: tensor.serial)",
        "min(arrived, key=lambda tensor: tensor.serial)",
        {"2.6": 2},
    ),
    Mistake(
        "only one added dimension",
        "axis=(*range(extra), *stretched)",
        "axis=(*range(min(extra, 1)), *stretched)",
        {"2.4": 2, "2.5": 2, "2.6": 2},
    ),
]
