"""Wrong solutions of assignment 7, and the points that each of them must lose."""

from minitorch.coursework import Mistake

MISTAKES = [
    Mistake(
        "sign of the update",
        "                x -= scratch",
        "                x += scratch",
        {"7.5": 7},
        kind="sign",
    ),
    Mistake(
        "a hard-coded count",
        "self.multiplications += np.size(product) * x.shape[-1]",
        "self.multiplications += 24",
        {"7.2": 4},
        kind="hard-coded",
    ),
    Mistake(
        "gradient used as scratch",
        "                np.multiply(g, g, out=scratch)",
        "                scratch = np.multiply(g, g, out=g)",
        {"7.5": 6},
        kind="in place",
    ),
    Mistake(
        "stacks that do not broadcast",
        "self.multiplications += np.size(product) * x.shape[-1]",
        "self.multiplications += x.size * (y.shape[-1] if y.ndim > 1 else 1)",
        {"7.2": 2},
        kind="broadcast",
    ),
    Mistake(
        "duplicates lost",
        "np.add.at(x, index, values)",
        "x[index] += values",
        {"7.3": 3},
        kind="gradient",
    ),
    Mistake(
        "the loop's variable in the method",
        "        setattr(Recorder, primitive, noting(primitive))",
        "        setattr(Recorder, primitive, lambda self, *a, **s: noting(primitive)(self, *a, **s))",
        {"7.1": 4},
    ),
    Mistake(
        "noted without a result",
        "            return getattr(super(Recorder, self), primitive)(*args, **settings)",
        "            getattr(super(Recorder, self), primitive)(*args, **settings)",
        {"7.1": 4},
    ),
    Mistake(
        "elementwise primitives only",
        "    for primitive in primitives():",
        "    for primitive in primitives()[:60]:",
        {"7.1": 5},
    ),
    Mistake(
        "matrices only",
        "self.multiplications += np.size(product) * x.shape[-1]",
        "self.multiplications += x.shape[0] * x.shape[-1] * y.shape[-1]",
        {"7.2": 2},
    ),
    Mistake(
        "additions instead of multiplications",
        "self.multiplications += np.size(product) * x.shape[-1]",
        "self.multiplications += np.size(product) * (x.shape[-1] - 1)",
        {"7.2": 4},
    ),
    Mistake(
        "negative widths ignored",
        "x = np.moveaxis(np.moveaxis(x, axis, 0)[max(-before, 0) : stop], 0, axis)",
        "stop = None",
        {"7.3": 3},
    ),
    Mistake(
        "zeros instead of the constant",
        "np.full(shape, value, x.dtype)",
        "np.zeros(shape, x.dtype)",
        {"7.3": 2},
    ),
    Mistake(
        "added to a copy",
        "np.add.at(x, index, values)",
        "np.add.at(x.copy(), index, values)",
        {"7.3": 3},
    ),
    Mistake(
        "windows that ignore dilation",
        "steps.append(x.strides[axis] * dilation)",
        "steps.append(x.strides[axis])",
        {"7.3": 3},
    ),
    Mistake(
        "windows as copies",
        "return np.lib.stride_tricks.as_strided(x, shape, steps)",
        "return np.lib.stride_tricks.as_strided(x, shape, steps).copy()",
        {"7.3": 2},
    ),
    Mistake(
        "windows of contiguous arrays only",
        "shape, steps = list(x.shape[:first]), list(x.strides[:first])",
        "x = np.ascontiguousarray(x)\n        shape, steps = list(x.shape[:first]), list(x.strides[:first])",
        {"7.3": 2},
    ),
    Mistake(
        "the group without quotes",
        '[project.entry-points."minitorch.backends"]',
        "[project.entry-points.minitorch.backends]",
        {"7.4": 2},
    ),
    Mistake(
        "options ignored",
        "if peaks is not None or weight_decay or maximize or not all(a.flags.c_contiguous for a in arrays):",
        "if not all(a.flags.c_contiguous for a in arrays):",
        {"7.5": 1},
    ),
    Mistake(
        "written into copies of what is not contiguous",
        "if peaks is not None or weight_decay or maximize or not all(a.flags.c_contiguous for a in arrays):",
        "if peaks is not None or weight_decay or maximize:",
        {"7.5": 1},
    ),
    Mistake(
        "the composite itself",
        "if peaks is not None or weight_decay or maximize or not all(a.flags.c_contiguous for a in arrays):",
        "if arrays:",
        {"7.5": 3},
    ),
    Mistake(
        "the kernel that is there already",
        "            super().adam_step(\n",
        "            pass\n        if arrays:\n            NumpyBackend.adam_step(\n                self,\n",
        {"7.5": 6},
    ),
    Mistake(
        "another version",
        'version = "0.1.0"',
        'version = "1.0"',
        {"7.4": 1},
    ),
]
