"""Named results: what they are called, how they print, and that they can be pickled and copied."""

import copy
import pickle

import pytest

import minitorch
from minitorch.return_types import named

X = minitorch.tensor([[1.0, 3.0, 2.0]])


def test_results_are_tuples_with_names():
    values, indices = result = X.max(dim=1)
    assert values is result.values
    assert indices is result[1] is result.indices
    assert isinstance(result, minitorch.return_types.max)
    assert isinstance(result, tuple)


def test_they_print_like_what_they_are():
    assert repr(X.max(dim=1)) == ("minitorch.return_types.max(\nvalues=tensor([3.]),\nindices=tensor([1]))")


@pytest.mark.parametrize("again", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_they_can_be_copied_and_pickled(again):
    result = again(X.sort())
    assert type(result) is minitorch.return_types.sort
    assert result.values.tolist() == [[1, 2, 3]]
    assert result.indices.tolist() == [[0, 2, 1]]


def test_one_class_for_each_name():
    assert named("max", "values", "indices") is minitorch.return_types.max
    with pytest.raises(AttributeError, match="no function that was loaded"):
        _ = minitorch.return_types.nothing
