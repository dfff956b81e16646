"""Numbers that are moved as whole vectors: of loops as short as these the compiler makes one move after the other.

`move` copies a row of a tile, `transpose` turns a small square of rows into columns. `take_every` and `put_fourths`
serve windows that begin at every column, at every second, or at every fourth. Element j of windows that stand beside
each other is then at j, j + 4, j + 8, … of a row; the kernels want these numbers side by side, to compute with all of
the windows at once.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from minitorch.backend import Array
from minitorch_numba.tile import VECTOR, WIDTH, columns_of, lanes_of, real_of


def move(x: Array, at: int, z: Array, to: int) -> None:
    """z[to + t] = x[at + t] for as many numbers as a tile has columns."""
    z[to : to + columns_of(x)] = x[at : at + columns_of(x)]


def take_every(x: Array, at: int, step: int, count: int, z: Array, to: int) -> None:
    """z[to + s] = x[at + s·step] for s < count, both constants; x must have step·count numbers from `at` on."""
    z[to : to + count] = x[at : at + step * count : step]


def put_fourths(x: Array, at: int, step: int, shift: Any, count: int, z: Array, to: int) -> None:
    """z[to + 4·s + j] = x[at + j·step + s] + shift for s < count, a constant, and j < 4."""
    for j in range(4):
        z[to + j : to + 4 * count : 4] = x[at + j * step : at + j * step + count] + shift


def transpose(x: Array, at: int, step: int, z: Array, to: int, line: int) -> None:
    """z[to + j·line + i] = x[at + i·step + j] for i and j < `lanes_of(x)`."""
    for i in range(lanes_of(x)):
        for j in range(lanes_of(x)):
            z[to + j * line + i] = x[at + i * step + j]


@overload(transpose)  # type: ignore[untyped-decorator]
def transpose_in_kernels(x: Array, at: int, step: int, z: Array, to: int, line: int) -> Any:
    """In registers."""

    def call(x: Array, at: int, step: int, z: Array, to: int, line: int) -> None:
        transpose_vectors(x, at, step, z, to, line)

    return call


@overload(move)  # type: ignore[untyped-decorator]
def move_in_kernels(x: Array, at: int, z: Array, to: int) -> Any:
    """As one vector."""

    def call(x: Array, at: int, z: Array, to: int) -> None:
        move_vector(x, at, z, to)

    return call


@overload(take_every, prefer_literal=True)  # type: ignore[untyped-decorator]
def take_every_in_kernels(x: Array, at: int, step: int, count: int, z: Array, to: int) -> Any:
    """As vectors."""

    def call(x: Array, at: int, step: int, count: int, z: Array, to: int) -> None:
        load_every(x, at, step, count, z, to)

    constant = isinstance(step, types.IntegerLiteral) and isinstance(count, types.IntegerLiteral)
    return call if constant else None


@overload(put_fourths, prefer_literal=True)  # type: ignore[untyped-decorator]
def put_fourths_in_kernels(x: Array, at: int, step: int, shift: Any, count: int, z: Array, to: int) -> Any:
    """As vectors."""

    def call(x: Array, at: int, step: int, shift: Any, count: int, z: Array, to: int) -> None:
        store_fourths(x, at, step, shift, count, z, to)

    return call if isinstance(count, types.IntegerLiteral) else None


def pointer(context: Any, builder: Any, kind: Any, array: Any, at: Any, count: int) -> Any:
    """Where `count` numbers stand as a vector, from number `at` of an array on."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [at]), ir.VectorType(real_of(kind), count).as_pointer())


def shuffle(builder: Any, a: Any, b: Any, places: list[int]) -> Any:
    """The numbers at these places of a and b, thought one after the other."""
    return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(ir.IntType(32), len(places)), places))


@intrinsic  # type: ignore[untyped-decorator]
def move_vector(typing: Any, x: Any, at: Any, z: Any, to: Any) -> Any:
    """`move` in LLVM's language."""
    align = x.dtype.bitwidth // 8
    n = WIDTH // align

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        x, at, z, to = arguments
        row = builder.load(pointer(context, builder, signature.args[0], x, at, n), align=align)
        builder.store(row, pointer(context, builder, signature.args[2], z, to, n), align=align)
        return context.get_dummy_value()

    return types.void(x, types.intp, z, types.intp), generate


@intrinsic(prefer_literal=True)  # type: ignore[untyped-decorator]
def load_every(typing: Any, x: Any, at: Any, step: Any, count: Any, z: Any, to: Any) -> Any:
    """`take_every` in LLVM's language."""
    n, apart, align = count.literal_value, step.literal_value, x.dtype.bitwidth // 8

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        x, at, _, _, z, to = arguments
        row = builder.load(pointer(context, builder, signature.args[0], x, at, apart * n), align=align)
        some = shuffle(builder, row, row, [apart * s for s in range(n)])
        builder.store(some, pointer(context, builder, signature.args[4], z, to, n), align=align)
        return context.get_dummy_value()

    return types.void(x, types.intp, step, count, z, types.intp), generate


@intrinsic(prefer_literal=True)  # type: ignore[untyped-decorator]
def store_fourths(typing: Any, x: Any, at: Any, step: Any, shift: Any, count: Any, z: Any, to: Any) -> Any:
    """`put_fourths` in LLVM's language."""
    n, align = count.literal_value, x.dtype.bitwidth // 8

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        x, at, step, shift, _, z, to = arguments
        vector = ir.VectorType(real_of(signature.args[0]), n)
        first = builder.insert_element(ir.Constant(vector, ir.Undefined), shift, ir.IntType(32)(0))
        shifts, rows = shuffle(builder, first, first, [0] * n), []
        for _ in range(4):
            row = builder.load(pointer(context, builder, signature.args[0], x, at, n), align=align)
            rows.append(builder.fadd(row, shifts))
            at = builder.add(at, step)
        low, high = (shuffle(builder, rows[j], rows[j + 1], list(range(2 * n))) for j in (0, 2))
        whole = shuffle(builder, low, high, [j * n + s for s in range(n) for j in range(4)])
        builder.store(whole, pointer(context, builder, signature.args[5], z, to, 4 * n), align=align)
        return context.get_dummy_value()

    return types.void(x, types.intp, types.intp, x.dtype, count, z, types.intp), generate


@intrinsic  # type: ignore[untyped-decorator]
def transpose_vectors(typing: Any, x: Any, at: Any, step: Any, z: Any, to: Any, line: Any) -> Any:
    """`transpose` in LLVM's language.

    To merge each row of the first half with one of the second half, number by number, moves the bits of a number's
    place, (row, column) written in binary, on by one; after half of all bits rows and columns have changed roles.
    """
    align = x.dtype.bitwidth // 8
    n = VECTOR // align

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        x, at, step, z, to, line = arguments
        rows = []
        for _ in range(n):
            rows.append(builder.load(pointer(context, builder, signature.args[0], x, at, n), align=align))
            at = builder.add(at, step)
        merged = [[k // 2 + half * n // 2 + k % 2 * n for k in range(n)] for half in (0, 1)]
        for _ in range(n.bit_length() - 1):
            pairs = [(rows[i], rows[i + n // 2]) for i in range(n // 2)]
            rows = [shuffle(builder, a, b, places) for a, b in pairs for places in merged]
        for row in rows:
            builder.store(row, pointer(context, builder, signature.args[3], z, to, n), align=align)
            to = builder.add(to, line)
        return context.get_dummy_value()

    return types.void(x, types.intp, types.intp, z, types.intp, types.intp), generate
