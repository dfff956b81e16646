"""What courses write about memory and sizes, without PyTorch to compare with."""

import numpy as np
import pytest

import minitorch
from minitorch.errors import ArgumentTypeError, InplaceError, ShapeError


@pytest.mark.parametrize(
    "pick",
    [
        lambda x: x[:, [0, 2]],
        lambda x: x[:, :, minitorch.tensor([1, 0])],
        lambda x: x.index_select(1, minitorch.tensor([0, 1])),
        lambda x: x.topk(2, dim=1).values,
        lambda x: x.topk(2, dim=1).indices,
        lambda x: x.kthvalue(2, dim=2).indices,
        lambda x: x[:, :, 0].ravel(),
        lambda x: minitorch.cat([x[0].T, x[0].T]),
        lambda x: x.nonzero(as_tuple=True)[0],
        lambda x: minitorch.nn.functional.interpolate(x, scale_factor=2),
        lambda x: minitorch.nn.functional.pad(x, (1, 1), "reflect"),
        lambda x: minitorch.linalg.solve_triangular(minitorch.eye(3), x, upper=True),
    ],
)
def test_results_can_be_viewed(pick):
    x = minitorch.arange(24.0).reshape(2, 3, 4) + 1
    assert pick(x).is_contiguous()
    assert pick(x).view(-1).shape == (pick(x).numel(),)


def test_one_element_of_an_expanded_tensor_can_be_set():
    x = minitorch.ones(1, 3)
    y = x.expand(2, 3)
    y[0, 0] = 5
    assert x.tolist() == [[5.0, 1.0, 1.0]]
    with pytest.raises(InplaceError, match="expanded"):
        y[:, 0] = 3
    w = minitorch.ones(1, 3, requires_grad=True)
    z = (w * 1).expand(2, 3)
    z[0, 0] = 5
    z.sum().backward()
    assert w.grad.tolist() == [[0.0, 2.0, 2.0]]


def test_sizes_and_data():
    assert minitorch.Tensor(minitorch.Size([2, 3])).shape == (2, 3)
    assert minitorch.FloatTensor(minitorch.Size([2, 3])).shape == (2, 3)
    assert minitorch.Tensor(np.arange(3)).dtype is minitorch.float32
    assert minitorch.Tensor(np.ones(3)).dtype is minitorch.float32
    assert minitorch.zeros(minitorch.tensor(2)).shape == (2,)
    assert minitorch.arange(np.int64(3)).dtype is minitorch.int64
    assert minitorch.tensor([minitorch.tensor([1.0]), 2]).tolist() == [1.0, 2.0]
    assert (4,).__add__(()) + minitorch.ones(2).shape == (4, 2)
    with pytest.raises(ShapeError, match="stack"):
        minitorch.tensor([minitorch.ones(2), minitorch.ones(2)])
    with pytest.raises(ArgumentTypeError, match="zeros_like: expected a Tensor, got list"):
        minitorch.zeros_like([1, 2])
    with pytest.raises(ArgumentTypeError, match="cannot be deleted"):
        del minitorch.ones(2)[0]


def test_old_paths():
    import minitorch.backends.cudnn as cudnn

    from minitorch.utils.data.dataloader import DataLoader
    from minitorch.utils.data.dataset import ConcatDataset

    assert cudnn is minitorch.backends.cudnn
    assert DataLoader is minitorch.utils.data.DataLoader
    assert ConcatDataset is minitorch.utils.data.ConcatDataset
    minitorch.cuda.empty_cache()


def test_assert_close():
    close = minitorch.testing.assert_close
    close([1, minitorch.ones(2)], [1, minitorch.ones(2) + 1e-7])
    close({"a": 1.0}, {"a": 1.0 + 1e-9})
    with pytest.raises(AssertionError, match=r"1 of 2 elements at \['a'\] differ, by up to 1 "):
        close({"a": minitorch.tensor([1.0, 2.0])}, {"a": minitorch.tensor([1.0, 3.0])})
    with pytest.raises(AssertionError, match="dtype"):
        close(minitorch.ones(1), minitorch.ones(1).double())
    with pytest.raises(AssertionError, match="of mine"):
        close(1, 2, msg="of mine")
