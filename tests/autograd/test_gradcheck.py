import math

import numpy as np
import pytest

import minitorch
from minitorch.autograd import Function, gradcheck, gradgradcheck
from minitorch.errors import ArgumentError, GradcheckError


def leaf(values, dtype=minitorch.float64):
    return minitorch.tensor(values, dtype=dtype, requires_grad=True)


def scaled_gradient(factor):
    """The identity, with a gradient that is wrong by `factor`."""

    class Wrong(Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, g):
            return g * factor

    return Wrong.apply


@pytest.mark.parametrize("fast_mode", [False, True])
def test_right_gradients_pass(fast_mode):
    x, y = leaf([[0.5, -1.0, 2.0]]), leaf([[1.5], [0.3]])
    assert gradcheck(lambda x, y: (x * y).sin(), (x, y), fast_mode=fast_mode)
    assert gradgradcheck(lambda x, y: (x * y).sin(), (x, y), fast_mode=fast_mode)


@pytest.mark.parametrize("fast_mode", [False, True])
def test_complex_inputs_and_outputs(fast_mode):
    z = leaf([0.5 + 1j, -0.3 + 0.2j], minitorch.complex128)
    r = leaf([1.5, 0.4])
    for function in (
        lambda z, r: z * r,
        lambda z, r: (z * z.conj()).real + r,
        lambda z, r: (z * r).exp().imag,
        lambda z, r: z.abs() * r,
    ):
        assert gradcheck(function, (z, r), fast_mode=fast_mode)
        assert gradgradcheck(function, (z, r), fast_mode=fast_mode)


@pytest.mark.parametrize("fast_mode", [False, True])
def test_a_wrong_gradient_is_found_and_both_numbers_are_given(fast_mode):
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    wrong = scaled_gradient(1.5)
    with pytest.raises(GradcheckError) as caught:
        gradcheck(lambda c, x: wrong(x), (minitorch.ones(1), x), fast_mode=fast_mode)
    message = str(caught.value)
    assert "output 0 of shape (2, 2) by input 1 of shape (2, 2) is wrong in 4 of 16" in message
    assert "backward gives 1.5" in message
    assert "differences give 1" in message
    assert gradcheck(lambda x: wrong(x), x, raise_exception=False, fast_mode=fast_mode) is False


def test_one_wrong_entry_is_named():
    mask = minitorch.tensor([[1.0, 1.0], [-2.0, 1.0]], dtype=minitorch.float64)
    wrong = scaled_gradient(mask)
    with pytest.raises(
        GradcheckError, match=r"element \(1, 0\) by input element \(1, 0\).*gives -2, .*give 1"
    ):
        gradcheck(wrong, leaf([[1.0, 2.0], [3.0, 4.0]]))


def test_the_part_of_a_complex_entry_is_named():
    class Mirror(Function):
        @staticmethod
        def forward(ctx, z):
            return z * 1

        @staticmethod
        def backward(ctx, g):
            return g.conj()

    with pytest.raises(GradcheckError, match=r"\(0,\) \(imaginary part\).*\(0,\) \(imaginary part\)"):
        gradcheck(Mirror.apply, leaf([1 + 2j], minitorch.complex128))


def test_a_gradient_of_nan_is_wrong():
    with pytest.raises(GradcheckError, match="nan"):
        gradcheck(scaled_gradient(math.nan), leaf([1.0]))


def test_a_right_first_and_wrong_second_derivative():
    class Square(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * 2 * x.detach()

    x = leaf([1.0, 2.0])
    assert gradcheck(Square.apply, x)
    with pytest.raises(GradcheckError):
        gradgradcheck(Square.apply, x)
    assert not gradgradcheck(Square.apply, x, raise_exception=False)


def test_gradgradcheck_with_given_grad_outputs():
    x = leaf([1.0, 2.0])
    assert gradgradcheck(lambda x: (x**3, x.sin()), x, (leaf([0.5, 1.0]), leaf([1.0, -1.0])))
    assert gradgradcheck(lambda x: x**3, x, leaf([0.5, 1.0]))
    assert gradgradcheck(lambda x: x**3, x, gen_non_contig_grad_outputs=True)


def test_inputs_are_restored_even_after_an_error():
    x = leaf([1.0, 2.0])
    calls = []

    def breaks(x):
        calls.append(x.tolist())
        if len(calls) == 3:
            raise ZeroDivisionError
        return x * 2

    with pytest.raises(ZeroDivisionError):
        gradcheck(breaks, x)
    assert x.tolist() == [1.0, 2.0]
    assert calls[1] == pytest.approx([1.0 + 1e-6, 2.0], abs=1e-12)


def test_other_arguments_are_left_alone():
    x, constant = leaf([1.0]), minitorch.ones(1, dtype=minitorch.float64)
    assert gradcheck(lambda x, c, n: x * c * n, (x, constant, 3))
    with pytest.raises(ArgumentError, match="no input requires grad"):
        gradcheck(lambda c: c * 2, constant)


def test_several_outputs_unused_inputs_and_integers():
    x, unused = leaf([3.0, 1.0, 2.0]), leaf([1.0])
    assert gradcheck(lambda x, u: (x * 2, (x.sin(), x.argmax())[0]), (x, unused))
    assert gradcheck(lambda x, u: x.max(dim=0), (x, unused))


def test_an_output_that_only_seems_constant():
    x = leaf([1.0, 2.0])
    assert gradcheck(lambda x: (x > 0).double(), x)
    with pytest.raises(GradcheckError, match=r"does not require grad.*differences give 2"):
        gradcheck(lambda x: (x * 2).detach(), x)


def test_non_contiguous_0d_and_empty_inputs():
    base = minitorch.tensor(np.arange(6.0).reshape(2, 3).T[::2])
    assert gradcheck(lambda x: x.exp(), base.requires_grad_())
    assert gradcheck(lambda x: x.exp(), leaf(0.5))
    assert gradgradcheck(lambda x: x.exp(), leaf(0.5))
    assert gradcheck(lambda x: x.exp(), minitorch.zeros(0, 2, dtype=minitorch.float64, requires_grad=True))


def test_expanded_inputs_are_refused():
    x = minitorch.ones(1, dtype=minitorch.float64).expand(3).requires_grad_()
    with pytest.raises(GradcheckError, match=r"input 0 of shape \(3,\) share a place"):
        gradcheck(lambda x: x * 2, x)


def test_a_nondeterministic_backward_is_found():
    factors = iter([1.0, 1.0 + 1e-7] * 100)

    class Noisy(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, g):
            return g * next(factors)

    with pytest.raises(GradcheckError, match="not deterministic"):
        gradcheck(Noisy.apply, leaf([1.0]))
    assert gradcheck(Noisy.apply, leaf([1.0]), nondet_tol=1e-5)


def test_single_precision_is_warned_about():
    x = leaf([1.0], minitorch.float32)
    with pytest.warns(UserWarning, match="float32.*double precision"):
        gradcheck(lambda x: x * 2, x, atol=1, raise_exception=False)


def test_batches_and_forward_mode_are_checked_on_demand():
    x = leaf([0.5, 2.0])
    everything = {"check_batched_grad": True, "check_forward_ad": True, "check_batched_forward_grad": True}
    assert gradcheck(lambda x: (x.sin() * x, x.sum()), x, **everything)
    assert gradcheck(lambda x: x.exp(), x, check_backward_ad=False, check_forward_ad=True)
    assert gradgradcheck(lambda x: x**3, x, check_fwd_over_rev=True, check_batched_grad=True)

    class Wrong(minitorch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 3

    with pytest.raises(GradcheckError, match="along a direction"):
        gradcheck(Wrong.apply, x, check_backward_ad=False, check_forward_ad=True)
    with pytest.raises(ValueError, match="check_forward_ad"):
        gradcheck(lambda x: x, x, check_batched_forward_grad=True)


def test_the_default_random_numbers_are_untouched():
    minitorch.manual_seed(3)
    expected = minitorch.rand(3).tolist()
    minitorch.manual_seed(3)
    gradgradcheck(lambda x: x * x, leaf([1.0]), fast_mode=True)
    assert minitorch.rand(3).tolist() == expected
