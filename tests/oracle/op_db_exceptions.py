"""What of PyTorch's operator test inputs minitorch does not take, and why.

`NOT_OFFERED`: operators that minitorch does not have by name.
`EXCEPTIONS`: for an operator that it has, the checks that fail, each with its reason.  A check is "values", "gradients"
(both in every dtype), "float64", "complex128" and so on (values and gradients in one dtype), "method", "in place", "out", "errors".
An entry that is no longer needed fails the tests.
"""

INTERNAL = "an internal function of PyTorch, not part of its documented interface"

NOT_OFFERED: dict[str, str] = {}

SCATTERED_0D = "for a 0-d region of a 1-element input PyTorch lets the gradient of what was replaced through"

OUT_OVERLAPS = "the result is complete before it is written into out=, so out may share memory with an input"

BESSEL = "PyTorch is wrong by up to 3e-7 around |x| = 5.5; minitorch agrees with SciPy"

ROUGH_EXP = "computed in double precision here; PyTorch's float32 result has errors beyond the tolerance"

EXCEPTIONS: dict[str, dict[str, str]] = {
    "matrix_exp": dict.fromkeys(("float32", "method"), ROUGH_EXP),
    "istft": {"complex128": "one window is a view made without grad, whose gradient PyTorch loses"},
    "special.bessel_j0": {"float64": BESSEL},
    "special.bessel_y1": {"float64": BESSEL},
    "kthvalue": {
        "errors": "the input itself may be an out=, since results are computed before they are written"
    },
    "cat": {
        "errors": "an out= that is too small gets memory of its own, even one that shares the memory of an array"
    },
    "gather": {"errors": "an out= of another dtype is cast to, as it is elsewhere"},
    "masked_select": {"errors": OUT_OVERLAPS},
    "take": {"errors": OUT_OVERLAPS},
    "as_strided_scatter": dict.fromkeys(("float64", "float32", "complex128"), SCATTERED_0D),
}
