"""`multiply_tile`: the innermost loop of products and convolutions, a tile of the result held in registers.

A product of matrices reads each number many times, so what decides its speed is where the numbers are when they are
read. A tile of `ROWS` × `columns` sums stays in registers while the loop runs over the inner dim:

    for t in range(depth):
        for i in range(ROWS):
            for j in range(columns):
                c[i, j] += a[t, i] * b[t, j]

Each step loads `columns` numbers of b as two vectors, and spreads ROWS numbers of a over a vector each: on a processor
with 32 registers 26 vectors are multiplied and added for 15 loads, which keeps it busy. The compiler would
not find this form by itself: written as loops in Python, the sums would go back to memory at every step.

So that loads are from neighbouring places, b is copied into strips of as many columns before, and a mostly, too.

Source: K. Goto, R. van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008); F. Van Zee, R. van de
Geijn, "BLIS: A Framework for Rapidly Instantiating BLAS Functionality" (2015).
"""

from __future__ import annotations

from typing import Any

from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload

from minitorch.backend import Array
from minitorch_numba.jit import inlined


def registers() -> tuple[int, int]:
    """Bytes of a vector of this processor, and how many of them it has."""
    features = binding.get_host_cpu_features()
    if features.get("avx512f"):
        return 64, 32
    if features.get("avx2"):
        return 32, 16
    return 16, 32 if binding.get_process_triple().startswith(("aarch64", "arm64")) else 16


VECTOR, _registers = registers()
VECTORS = 2  # in a row of a tile
# Sums take 26 of 32 registers, or 12 of 16; what is read takes the rest. 64, 128, … rows fill such tiles well.
ROWS = 13 if _registers == 32 else 6
LOW = 8 if _registers == 32 else 4  # rows of a low tile, whose left factor is read where it is
WIDTH = VECTORS * VECTOR  # bytes of a row of a tile


def lanes_of(x: Array) -> int:
    """How many numbers such as those of x a vector holds: a constant for the compiler."""
    return VECTOR // int(x.itemsize)


@overload(lanes_of)  # type: ignore[untyped-decorator]
def lanes_in_kernels(x: Array) -> Any:
    """By the dtype alone."""
    count = VECTOR // (x.dtype.bitwidth // 8)

    def constant(x: Array) -> int:
        return count

    return constant


def real_of(array: Any) -> Any:
    """LLVM's type of the numbers of an array."""
    return ir.FloatType() if array.dtype == types.float32 else ir.DoubleType()


def columns_of(x: Array) -> int:
    """Columns of a tile of numbers such as those of x: a constant for the compiler."""
    return WIDTH // int(x.itemsize)


@overload(columns_of)  # type: ignore[untyped-decorator]
def columns_in_kernels(x: Array) -> Any:
    """By the dtype alone."""
    count = WIDTH // (x.dtype.bitwidth // 8)

    def constant(x: Array) -> int:
        return count

    return constant


def multiply_tile(a: Array, b: Array, depth: int, c: Array, add: bool) -> None:
    """c ← aᵀ·b, or c ← c + aᵀ·b.

    Shape: a (depth, ROWS or more), b (depth, columns); of c (or more than it) the first ROWS rows and columns are
    written. Rows of a and c may lie at any distance in memory, those of b one after the other.
    """
    columns = columns_of(c)
    product = a[:depth, :ROWS].T @ b[:depth]
    c[:ROWS, :columns] = c[:ROWS, :columns] + product if add else product


@overload(multiply_tile)  # type: ignore[untyped-decorator]
def multiply_tile_in_kernels(a: Array, b: Array, depth: int, c: Array, add: bool) -> Any:
    """The loop as instructions for vectors."""

    def call(a: Array, b: Array, depth: int, c: Array, add: bool) -> None:
        step, stride = a.strides[0] // a.itemsize, c.strides[0] // c.itemsize
        tile_loop(a, step, 1, b, depth, c, stride, add, ROWS)

    return call


def multiply_low_tile(a: Array, b: Array, depth: int, c: Array) -> None:
    """c ← a·b.

    A low tile reads as much of b for fewer multiplications, which is enough for the processor as long as b comes
    from the first cache; a is not packed, and there are fewer rows to waste where c has few.

    Shape: a (LOW or more, depth), b (depth, columns); of c the first LOW rows and columns are written.
    """
    c[:LOW, : columns_of(c)] = a[:LOW, :depth] @ b[:depth]


@overload(multiply_low_tile)  # type: ignore[untyped-decorator]
def multiply_low_tile_in_kernels(a: Array, b: Array, depth: int, c: Array) -> Any:
    """The loop as instructions for vectors."""

    def call(a: Array, b: Array, depth: int, c: Array) -> None:
        tile_loop(a, 1, a.strides[0] // a.itemsize, b, depth, c, c.strides[0] // c.itemsize, False, LOW)

    return call


@intrinsic(prefer_literal=True)  # type: ignore[untyped-decorator]
def tile_loop(
    typing: Any, a: Any, step: Any, line: Any, b: Any, depth: Any, c: Any, stride: Any, add: Any, rows: Any
) -> Any:
    """Writes the loop in LLVM's language; its variables `sums` become registers.

    Numbers of a lie `step` apart from one step of the loop to the next, and `line` from one row of c to the next.
    """
    count = rows.literal_value
    real, lanes = real_of(c), VECTOR // (c.dtype.bitwidth // 8)
    vector, index = ir.VectorType(real, lanes), ir.IntType(64)
    everywhere = ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes)
    undefined = ir.Constant(vector, ir.Undefined)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a_step, a_line, depth, stride, add = (arguments[i] for i in (1, 2, 4, 6, 7))
        a, b, c = (
            context.make_array(signature.args[i])(context, builder, arguments[i]).data for i in (0, 3, 5)
        )

        def place(start: Any, step: Any, row: Any, column: int) -> Any:
            offset = builder.add(builder.mul(step, row), ir.Constant(index, column))
            return builder.gep(start, [offset])

        def vector_at(pointer: Any) -> Any:
            return builder.bitcast(pointer, vector.as_pointer())

        zero = ir.Constant(vector, [0.0] * lanes)
        align = VECTOR // lanes
        sums = [[cgutils.alloca_once_value(builder, zero) for _ in range(VECTORS)] for _ in range(count)]
        b_step = ir.Constant(index, VECTORS * lanes)
        firsts = [builder.gep(a, [builder.mul(a_line, ir.Constant(index, i))]) for i in range(count)]
        with cgutils.for_range(builder, depth, intp=index) as loop:
            of_b = [
                builder.load(vector_at(place(b, b_step, loop.index, j * lanes)), align=align)
                for j in range(VECTORS)
            ]
            for i in range(count):
                number = builder.load(place(firsts[i], a_step, loop.index, 0))
                first = builder.insert_element(undefined, number, ir.Constant(ir.IntType(32), 0))
                spread = builder.shuffle_vector(first, undefined, everywhere)
                for j in range(VECTORS):
                    product = builder.fmul(spread, of_b[j], flags=["contract"])
                    total = builder.fadd(product, builder.load(sums[i][j]), flags=["contract"])
                    builder.store(total, sums[i][j])
        with builder.if_else(add) as (more, instead):
            for branch, adding in ((more, True), (instead, False)):
                with branch:
                    for i in range(count):
                        for j in range(VECTORS):
                            at = vector_at(place(c, stride, ir.Constant(index, i), j * lanes))
                            total = builder.load(sums[i][j])
                            if adding:
                                total = builder.fadd(total, builder.load(at, align=align))
                            builder.store(total, at, align=align)
        return context.get_dummy_value()

    whole = types.intp
    return types.void(a, whole, whole, b, whole, c, whole, types.boolean, rows), generate


@inlined
def multiply_low(a: Array, strips: Array, c: Array) -> None:
    """c = a·b for packed strips of b; the last tile of rows overlaps the one before.

    Shape: a (LOW or more rows, depth), strips (strips, depth, columns), c (rows of a, strips·columns).
    """
    columns = strips.shape[2]
    for q in range(len(strips)):
        for p in range((len(a) + LOW - 1) // LOW):
            i = min(p * LOW, len(a) - LOW)
            multiply_low_tile(a[i:], strips[q], strips.shape[1], c[i:, q * columns :])
