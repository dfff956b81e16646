"""The random numbers of a batch depend on the epoch's seed and the batch's number, not on who loads it.

Before each batch the sources that datasets draw from start anew: minitorch's default generator, and Python's `random`
and NumPy's old global functions if the program has them. So any number of workers gives the same batches, and so does
none; there the program's own streams go on afterwards as if nothing had been drawn. (Only the second of a pair of
normal numbers that NumPy's old functions may have in store is lost: to keep it would take longer than all the rest.)

Threads share Python's and NumPy's streams with the whole program, so in threads these are left alone.
"""

from __future__ import annotations

import random
import sys
from typing import Any

from minitorch.random import Generator, use_generator

MASK = 2**64 - 1
SPARE: list[
    Any
] = []  # bit generators that take the place of NumPy's own; to make one takes longer than a small batch


def mixed(seed: int, number: int) -> int:
    """A seed for batch `number`, which has nothing to do with its neighbours, nor with `seed + number`.

    Source: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators" (2014), SplitMix64.
    """
    z = (seed + (number + 1) * 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def seed_process(seed: int) -> None:
    """Seeds what is global in this process, beside minitorch: Python's source, and NumPy's if it is there."""
    random.seed(seed)
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(seed & 0xFFFFFFFF)


class Seeded:
    """A context in which one seed decides about all random numbers; afterwards the process's own streams go on.

    Args:
        whole: Python's and NumPy's streams, too.
    """

    def __init__(self, seed: int, whole: bool = True) -> None:
        self._seed, self._whole = seed, whole

    def __enter__(self) -> None:
        self._scope = use_generator(Generator().manual_seed(self._seed))
        self._scope.__enter__()
        if self._whole:
            self._python = random.getstate()
            numpy_random: Any = sys.modules.get("numpy.random")
            self._numpy = numpy_random and (numpy_random, numpy_random.get_bit_generator())
            if numpy_random:
                numpy_random.set_bit_generator(SPARE.pop() if SPARE else numpy_random.MT19937())
            seed_process(self._seed)

    def __exit__(self, *_: Any) -> None:
        self._scope.__exit__(None, None, None)
        if self._whole:
            random.setstate(self._python)
            if self._numpy:
                numpy_random, own = self._numpy
                SPARE.append(numpy_random.get_bit_generator())
                numpy_random.set_bit_generator(own)
