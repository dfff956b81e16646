"""Wrong solutions of assignment 5, and the points that each of them must lose."""

from minitorch.coursework import Mistake

MISTAKES = [
    Mistake(
        "loop: padding forgotten at the upper and left edge, where negative indices reach the last pixels",
        """                                r, q = i * stride + a - padding, j * stride + b - padding
                                if 0 <= r < height and 0 <= q < width:
                                    total""",
        """                                r, q = i * stride + a - padding, j * stride + b - padding
                                if r < height and q < width:
                                    total""",
        {"5.1": 2},
    ),
    Mistake(
        "loop: the filter turned round, as in mathematics",
        "                                    total += x[n, c, r, q] * w[o, c, a, b]",
        "                                    total += x[n, c, r, q] * w[o, c, rows - 1 - a, columns - 1 - b]",
        {"5.1": 3},
    ),
    Mistake(
        "size: one place too few",
        "return (size + 2 * padding - kernel) // stride + 1",
        "return (size + 2 * padding - kernel) // stride",
        {"5.1": 4, "5.2": 2},
    ),
    Mistake(
        "whole arrays: a reshape where dimensions have to be exchanged",
        "return product.reshape(n, i, j, o).transpose(0, 3, 1, 2)",
        "return product.reshape(n, o, i, j)",
        {"5.2": 2},
    ),
    Mistake(
        "whole arrays: columns in another order",
        "found.transpose(0, 2, 3, 1, 4, 5)",
        "found.transpose(0, 2, 3, 4, 5, 1)",
        {"5.2": 4},
    ),
    Mistake(
        "whole arrays: hard-coded stride",
        "[:, :, ::stride, ::stride]",
        "[:, :, ::1, ::1]",
        {"5.2": 4},
        kind="hard-coded",
    ),
    Mistake(
        "kernel: a race, for the channels are shared and all of them add to the same sums",
        """    for job in prange(len(x) * outputs):
        n, o = job // outputs, job % outputs
        for i in range(y.shape[2]):
            for j in range(y.shape[3]):
                total = 0.0
                for c in range(channels):
                    for a in range(rows):
                        for b in range(columns):
                            r, q = i * stride + a - padding, j * stride + b - padding
                            if 0 <= r < height and 0 <= q < width:
                                total += x[n, c, r, q] * w[o, c, a, b]
                y[n, o, i, j] = total
""",
        """    y[...] = 0.0
    for c in prange(channels):
        for n in range(len(x)):
            for o in range(outputs):
                for i in range(y.shape[2]):
                    for j in range(y.shape[3]):
                        for a in range(rows):
                            for b in range(columns):
                                r, q = i * stride + a - padding, j * stride + b - padding
                                if 0 <= r < height and 0 <= q < width:
                                    y[n, o, i, j] += x[n, c, r, q] * w[o, c, a, b]
""",
        {"5.3": 1},
    ),
    Mistake(
        "kernel: no loop is shared",
        "for job in prange(len(x) * outputs):",
        "for job in range(len(x) * outputs):",
        {"5.3": 1},
    ),
    Mistake(
        "kernel: adds to what stood in the result before",
        "                y[n, o, i, j] = total\n    # END",
        "                y[n, o, i, j] += total\n    # END",
        {"5.3": 3},
        kind="in place",
    ),
    Mistake(
        "gradient of the input: sign error in the padding",
        """                            r, q = i * stride + a - padding, j * stride + b - padding
                            if 0 <= r < height and 0 <= q < width:
                                dx""",
        """                            r, q = i * stride + a + padding, j * stride + b + padding
                            if 0 <= r < height and 0 <= q < width:
                                dx""",
        {"5.4": 4},
        kind="sign",
    ),
    Mistake(
        "gradient of the input: not set to zero first",
        "                dx[n, c, r, q] = 0.0\n",
        "                dx[n, c, r, q] += 0.0\n",
        {"5.4": 3},
    ),
    Mistake(
        "gradient of the input: a race, for the filters are shared and all of them add to the same pixels",
        """    for job in prange(len(dx) * channels):
        n, c = job // channels, job % channels
        for r in range(height):
            for q in range(width):
                dx[n, c, r, q] = 0.0
        for o in range(outputs):
            for i in range(g.shape[2]):
""",
        """    dx[...] = 0.0
    for o in prange(outputs):
        for n, c in np.ndindex(len(dx), channels):
            for i in range(g.shape[2]):
""",
        {"5.4": 2},
    ),
    Mistake(
        "gradient of the weights: right for one picture only",
        "                for n in range(pictures):\n                    for i in range(g.shape[2]):",
        "                for n in range(1):\n                    for i in range(g.shape[2]):",
        {"5.5": 5},
        kind="broadcast",
    ),
    Mistake(
        "gradient of the weights: a race, for the pictures are shared",
        """    for job in prange(len(dw) * channels):
        o, c = job // channels, job % channels
        for a in range(dw.shape[2]):
            for b in range(dw.shape[3]):
                total = 0.0
                for n in range(pictures):
                    for i in range(g.shape[2]):
                        for j in range(g.shape[3]):
                            r, q = i * stride + a - padding, j * stride + b - padding
                            if 0 <= r < height and 0 <= q < width:
                                total += g[n, o, i, j] * x[n, c, r, q]
                dw[o, c, a, b] = total
""",
        """    dw[...] = 0.0
    for n in prange(pictures):
        for o, c in np.ndindex(len(dw), channels):
            for a in range(dw.shape[2]):
                for b in range(dw.shape[3]):
                    for i in range(g.shape[2]):
                        for j in range(g.shape[3]):
                            r, q = i * stride + a - padding, j * stride + b - padding
                            if 0 <= r < height and 0 <= q < width:
                                dw[o, c, a, b] += g[n, o, i, j] * x[n, c, r, q]
""",
        {"5.5": 2},
    ),
    Mistake(
        "gradient of the weights: the stride is forgotten, so it is right for stride 1",
        """                            r, q = i * stride + a - padding, j * stride + b - padding
                            if 0 <= r < height and 0 <= q < width:
                                total += g""",
        """                            r, q = i + a - padding, j + b - padding
                            if 0 <= r < height and 0 <= q < width:
                                total += g""",
        {"5.5": 2},
    ),
    Mistake(
        "operation: right values with the gradient for stride 1",
        "input_kernel(g, w, ctx.stride, ctx.padding, dx)",
        "input_kernel(g, w, 1, ctx.padding, dx)",
        {"5.6": 2},
        kind="gradient",
    ),
    Mistake(
        "operation: computes what nobody wants",
        "if ctx.needs_input_grad[0]:",
        "if True:",
        {"5.6": 1},
    ),
    Mistake(
        "loop: always float64",
        "    y = np.zeros((pictures, outputs, places_down, places_right), x.dtype)",
        "    y = np.zeros((pictures, outputs, places_down, places_right))",
        {"5.1": 1},
    ),
    Mistake(
        "kernel: only the last product",
        """                                total += x[n, c, r, q] * w[o, c, a, b]
                y[n, o, i, j] = total""",
        """                                total = x[n, c, r, q] * w[o, c, a, b]
                y[n, o, i, j] = total""",
        {"5.3": 5},
    ),
]
