import itertools

import pytest

import minitorch

torch = pytest.importorskip("torch")
pytestmark = [
    pytest.mark.oracle,
    pytest.mark.filterwarnings("ignore:Casting complex values to real"),
]

NAMES = [t.name for t in minitorch.dtypes.ALL]
PAIRS = [pytest.param(a, b, id=f"{a}-{b}") for a in NAMES for b in NAMES]


def name(dtype):
    return str(dtype).split(".")[1]


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_promotion_and_casts(a, b):
    ours = minitorch.promote_types(getattr(minitorch, a), getattr(minitorch, b))
    theirs = torch.promote_types(getattr(torch, a), getattr(torch, b))
    assert name(ours) == name(theirs)
    assert minitorch.can_cast(getattr(minitorch, a), getattr(minitorch, b)) == torch.can_cast(
        getattr(torch, a), getattr(torch, b)
    )


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_result_types_of_tensors_with_and_without_dims(a, b):
    for first, second in itertools.product([(2,), ()], repeat=2):
        expected = torch.result_type(
            torch.ones(first, dtype=getattr(torch, a)), torch.ones(second, dtype=getattr(torch, b))
        )
        x = minitorch.ones(first, dtype=getattr(minitorch, a))
        y = minitorch.ones(second, dtype=getattr(minitorch, b))
        if expected is torch.complex32:
            continue  # which minitorch does not have
        assert name(minitorch.result_type(x, y)) == name(expected)
        assert name((x * y).dtype) == name(expected)


@pytest.mark.parametrize("number", [True, 2, 2.5, 1 + 2j], ids=str)
@pytest.mark.parametrize("a", NAMES)
def test_result_types_with_python_numbers(a, number):
    for shape in ((2,), ()):
        theirs = torch.ones(shape, dtype=getattr(torch, a))
        ours = minitorch.ones(shape, dtype=getattr(minitorch, a))
        expected = torch.result_type(theirs, number)
        if expected is torch.complex32:
            continue
        assert name(minitorch.result_type(ours, number)) == name(expected)
        assert name((ours * number).dtype) == name((theirs * number).dtype)
        assert name((number + ours).dtype) == name((number + theirs).dtype)


@pytest.mark.parametrize("default", ["float32", "float64"])
@pytest.mark.parametrize("a", NAMES)
def test_default_dtypes(a, default):
    try:
        minitorch.set_default_dtype(getattr(minitorch, default))
        torch.set_default_dtype(getattr(torch, default))
        for operation in (
            lambda x: x / 2,
            lambda x: x * 1.5,
            lambda x: x.exp(),
            lambda x: 1 / x,
            lambda x: x.sum(),
            lambda x: x.cumsum(0),
            lambda x: x.prod(),
            lambda x: x.sqrt(),
        ):
            expected = operation(torch.ones(2, dtype=getattr(torch, a))).dtype
            found = operation(minitorch.ones(2, dtype=getattr(minitorch, a))).dtype
            assert name(found) == name(expected)
    finally:
        minitorch.set_default_dtype(minitorch.float32)
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("values", [3, 2.5, 1j, True, [1, 2.5], [True, 2], [1, 2j], []], ids=str)
def test_dtypes_of_new_tensors(values):
    assert name(minitorch.tensor(values).dtype) == name(torch.tensor(values).dtype)


@pytest.mark.parametrize("a", NAMES)
def test_reductions_with_a_dtype(a):
    for kind, function in itertools.product(NAMES, ("sum", "prod", "cumsum", "mean")):
        args = (0,) if function == "cumsum" else ()
        x = torch.tensor([1, 0, 1]).to(getattr(torch, a))
        y = minitorch.tensor([1, 0, 1]).to(getattr(minitorch, a))
        try:
            expected = getattr(x, function)(*args, dtype=getattr(torch, kind))
        except RuntimeError:
            continue
        found = getattr(y, function)(*args, dtype=getattr(minitorch, kind))
        assert name(found.dtype) == name(expected.dtype)
        assert found.tolist() == pytest.approx(expected.tolist(), abs=1e-3)
