"""`jacrev`, `jacfwd`, `hessian`: all derivatives of a function, from walks that run together under vmap."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from minitorch.autograd.functional import unit_vectors
from minitorch.errors import ArgumentError
from minitorch.func.enter import Inside
from minitorch.func.transforms import Argnums, Linear, chosen, split_aux, tensors_in
from minitorch.func.tree import unflatten
from minitorch.func.vectorize import vmap
from minitorch.modes import enable_grad

Function = Callable[..., Any]


class Evaluated:
    """A function evaluated at stand-ins for some of its arguments."""

    def __init__(
        self, name: str, func: Function, argnums: Argnums, has_aux: bool, args: Any, kwargs: Any
    ) -> None:
        self.inside = Inside(name)
        self.places, self.single = chosen(name, args, argnums), isinstance(argnums, int)
        given = list(args)
        for i in self.places:
            given[i] = self.inside.enter(args[i])
        try:
            with enable_grad():
                self.output, self.aux = split_aux(name, func(*given, **kwargs), has_aux)
        finally:
            self.inside.close()
        self.inputs = tuple(self.inside.entries)
        self.outputs = tensors_in(name, self.output)
        self.arguments = tuple(given[i] for i in self.places)
        self.has_aux = has_aux

    def finish(self, blocks: list[list[Any]]) -> Any:
        """Blocks, a row for each output and a column for each input, as trees of trees."""
        rows = []
        for row in blocks:
            trees = unflatten(self.arguments, row)
            rows.append(trees[0] if self.single else trees)
        result = self.inside.leave(unflatten(self.output, rows))
        return (result, self.inside.leave(self.aux)) if self.has_aux else result


def jacrev(
    func: Function,
    argnums: Argnums = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Function:
    """A function that computes the Jacobian of `func`, by a walk back from each element of the outputs.

    All walks run together. Best where there are fewer outputs than inputs.

    Args:
        func: returns a tensor or a tree of them; or a tuple of that and anything else, if `has_aux`.
        argnums: the argument to differentiate by, or several of them.
        has_aux: `func` returns something beside its outputs.
        chunk_size: how many walks to run together; None for all.

    Shape:
        For an output (M…) and an argument (N…): (M…, N…).

    >>> import minitorch
    >>> minitorch.func.jacrev(lambda x: x * x)(minitorch.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    if chunk_size is not None and chunk_size <= 0:
        raise ArgumentError(f"jacrev: chunk_size must be None or a positive number, got {chunk_size}")

    @wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        f = Evaluated("jacrev", func, argnums, has_aux, args, kwargs)
        blocks = []
        for y in f.outputs:

            def pull(v: Any, y: Any = y) -> Any:
                return f.inside.pull((y,), f.inputs, (v,))

            if y.numel():
                found = vmap(pull, chunk_size=chunk_size)(unit_vectors(y))
            else:
                found = tuple(x.new_zeros((0, *x.shape)) for x in f.inputs)
            blocks.append([g.reshape(*y.shape, *x.shape) for g, x in zip(found, f.inputs, strict=True)])
        return f.finish(blocks)

    return wrapped


def jacfwd(
    func: Function, argnums: Argnums = 0, has_aux: bool = False, *, randomness: str = "error"
) -> Function:
    """A function that computes the Jacobian of `func`, by its derivative along each element of the arguments.

    All directions run together. Best where there are fewer inputs than outputs.

    Args:
        func: returns a tensor or a tree of them; or a tuple of that and anything else, if `has_aux`.
        argnums: the argument to differentiate by, or several of them.
        has_aux: `func` returns something beside its outputs.
        randomness: as in `vmap`; `func` runs only once, so its random numbers are the same for all directions.

    Shape:
        For an output (M…) and an argument (N…): (M…, N…).

    >>> import minitorch
    >>> minitorch.func.jacfwd(lambda x: x * x)(minitorch.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """

    @wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        f = Evaluated("jacfwd", func, argnums, has_aux, args, kwargs)
        linear = Linear(f.inside, f.outputs)
        blocks: list[list[Any]] = [[] for _ in f.outputs]
        for k, x in enumerate(f.inputs):

            def push(t: Any, k: int = k) -> Any:
                return linear.push((t,), only=k)

            if x.numel():
                found = vmap(push, randomness=randomness)(unit_vectors(x))
            else:
                found = tuple(y.new_zeros((0, *y.shape)) for y in f.outputs)
            for block, y, columns in zip(blocks, f.outputs, found, strict=True):
                moved = columns.movedim(0, -1)
                block.append(moved.reshape(*y.shape, *x.shape))
        return f.finish(blocks)

    return wrapped


def hessian(func: Function, argnums: Argnums = 0) -> Function:
    """A function that computes the second derivatives of `func`: `jacfwd(jacrev(func))`.

    Args:
        func: returns a tensor, most often a single number.
        argnums: the argument to differentiate by, or several of them.

    >>> import minitorch
    >>> minitorch.func.hessian(lambda x: (x**3).sum())(minitorch.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    return jacfwd(jacrev(func, argnums), argnums)
