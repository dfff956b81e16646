"""Linear algebra beyond the op table: failures, named results, factors, older names."""

import subprocess
import sys

import numpy as np
import pytest
import scipy.linalg

import minitorch
from minitorch import linalg
from minitorch.autograd import gradcheck, gradgradcheck
from minitorch.errors import ArgumentError, DtypeError, GradientError, LinAlgError, ShapeError

rng = np.random.default_rng(0)


def random(*shape, complex=False):
    x = rng.standard_normal(shape)
    return minitorch.tensor(x + 1j * rng.standard_normal(shape) if complex else x)


def near(got, wanted, tolerance=1e-9):
    np.testing.assert_allclose(got.detach().numpy(), wanted, rtol=tolerance, atol=tolerance)


# Failures ------------------------------------------------------------


@pytest.mark.parametrize(
    "function", [linalg.inv, minitorch.inverse, lambda a: linalg.solve(a, a), linalg.lu_factor]
)
def test_singular_matrices_are_refused_by_name(function):
    with pytest.raises(LinAlgError, match=r"linalg\.\w+: matrix 1 of the batch .* 2"):
        function(minitorch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 2.0], [2.0, 4.0]]]))


def test_ex_forms_tell_which_matrix_failed():
    a = minitorch.stack([minitorch.eye(2), minitorch.zeros(2, 2)])
    inverse, info = linalg.inv_ex(a)
    assert info.tolist() == [0, 1]
    assert inverse[0].tolist() == [[1, 0], [0, 1]]
    assert inverse[1].isnan().all()
    assert linalg.solve_ex(a, a).info.tolist() == [0, 1]
    assert linalg.cholesky_ex(a).info.tolist() == [0, 1]
    assert linalg.lu_factor_ex(a).info.tolist() == [0, 1]
    assert linalg.ldl_factor_ex(a).info.tolist() == [0, 1]
    with pytest.raises(LinAlgError, match="leading minor of order 1"):
        linalg.cholesky(-minitorch.eye(2))
    with pytest.raises(LinAlgError):
        linalg.cholesky_ex(-minitorch.eye(2), check_errors=True)


def test_an_iteration_that_does_not_converge_is_an_error_of_ours():
    with pytest.raises(LinAlgError, match="isfinite"):
        linalg.svd(minitorch.full((2, 2), float("nan")))


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: linalg.inv(minitorch.ones(2, 3)), ShapeError, r"square matrices.*\(2, 3\)"),
        (lambda: linalg.det(minitorch.ones(2, 2).long()), DtypeError, "int64.*float"),
        (lambda: linalg.svd(minitorch.ones(2, 2).half()), DtypeError, "float16"),
        (lambda: linalg.solve(minitorch.eye(2), minitorch.ones(3, 1)), ShapeError, r"\(2, 2\).*\(3, 1\)"),
        (lambda: linalg.solve(minitorch.eye(2), minitorch.ones(2, 1).double()), DtypeError, "differ"),
        (lambda: linalg.qr(minitorch.eye(2), "full"), ArgumentError, "'full'"),
        (lambda: linalg.eigh(minitorch.eye(2), "X"), ArgumentError, "UPLO"),
        (lambda: linalg.matrix_norm(minitorch.eye(2), 3), ArgumentError, "ord"),
        (lambda: linalg.norm(minitorch.ones(2, 2, 2), 2), ShapeError, "vectors and matrices"),
        (lambda: linalg.lstsq(minitorch.eye(2), minitorch.eye(2), driver="best"), ArgumentError, "driver"),
        (lambda: linalg.multi_dot([minitorch.eye(2)]), ArgumentError, "at least two"),
        (lambda: minitorch.ones(2, 2).bool() @ minitorch.ones(2, 2).bool(), DtypeError, "booleans"),
    ],
)
def test_errors_say_what_was_got_and_expected(call, error, match):
    with pytest.raises(error, match=match):
        call()


def test_a_loss_that_depends_on_the_phase_has_no_gradient():
    x = random(3, 3, complex=True).requires_grad_()
    for vectors in (linalg.svd(x).U, linalg.eig(x).eigenvectors, linalg.eigh(x + x.mH).eigenvectors):
        with pytest.raises(GradientError, match="phase"):
            (vectors.real.sum() * 3).backward()


# Gradients at places that the op table avoids ----------------------------------


@pytest.mark.parametrize("matrix", [[[1.0, 2.0], [2.0, 4.0]], [[1.0, 2, 3], [2, 4, 6], [1, 1, 1]], [[0.0]]])
def test_the_determinant_of_a_singular_matrix_has_its_gradient(matrix):
    x = minitorch.tensor(matrix, dtype=minitorch.float64, requires_grad=True)
    assert gradcheck(linalg.det, [x])


def test_the_gradient_of_the_determinant_of_zero_is_zero():
    x = minitorch.zeros(3, 3, requires_grad=True)
    linalg.det(x).backward()
    assert not x.grad.any()


def test_equal_singular_values_have_gradients_if_vectors_do_not_count():
    x = minitorch.eye(3, dtype=minitorch.float64).requires_grad_()
    linalg.svd(x).S.sum().backward()
    near(x.grad, np.eye(3))


@pytest.mark.parametrize("upper", [False, True])
def test_gradients_of_the_older_functions(upper):
    a, b = random(3, 3).requires_grad_(), random(3, 2).requires_grad_()

    def solved(a, b):
        factor = linalg.cholesky(a @ a.mT + minitorch.eye(3, dtype=a.dtype), upper=upper)
        return (
            minitorch.cholesky_solve(b, factor, upper),
            minitorch.cholesky_inverse(factor, upper),
            minitorch.triangular_solve(b, a + 3 * minitorch.eye(3, dtype=a.dtype), upper).solution,
        )

    assert gradcheck(solved, [a, b])
    assert gradgradcheck(solved, [a, b], atol=1e-5, rtol=1e-4)


def test_gradients_through_reflectors():
    a, tau, c = random(4, 2).requires_grad_(), random(2).requires_grad_(), random(4, 3).requires_grad_()
    assert gradcheck(lambda a, tau, c: minitorch.ormqr(a, tau, c), [a, tau, c])
    assert gradcheck(lambda a, tau, c: minitorch.ormqr(a, tau, c.mT, False, True), [a, tau, c])


# Factors ------------------------------------------------------------


@pytest.mark.parametrize("complex", [False, True])
@pytest.mark.parametrize("shape", [(3, 3), (2, 5, 3), (2, 3, 5), (80, 80), (0, 3)])
def test_p_l_u_multiply_to_the_matrix(shape, complex):
    a = random(*shape, complex=complex)
    p, low, up = linalg.lu(a)
    near(p.to(a.dtype) @ low @ up, a.numpy())
    compact, pivots = linalg.lu_factor(a) if 0 not in shape else linalg.lu_factor_ex(a)[:2]
    for part, same in zip(minitorch.lu_unpack(compact, pivots), (p, low, up), strict=True):
        near(part, same.numpy())


def test_lu_agrees_with_scipy():
    a = random(40, 40)
    wanted, pivots = scipy.linalg.lu_factor(a.numpy())
    compact = linalg.lu_factor(a)
    near(compact.LU, wanted)
    assert compact.pivots.tolist() == (pivots + 1).tolist()
    assert "linalg_lu_factor(" in repr(compact)


@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize("adjoint", [True, False])
def test_solutions_by_lu(left, adjoint):
    a, b = random(2, 4, 4, complex=True), random(2, 4, 4, complex=True)
    x = linalg.lu_solve(*linalg.lu_factor(a), b, left=left, adjoint=adjoint)
    m = a.mH if adjoint else a
    near(m @ x if left else x @ m, b.numpy())


@pytest.mark.parametrize("hermitian", [False, True])
def test_solutions_by_ldl(hermitian):
    a = random(2, 7, 7, complex=True)
    a = a + (a.mH if hermitian else a.mT)
    b = random(7, 2, complex=True).requires_grad_()
    compact = linalg.ldl_factor(a, hermitian=hermitian)
    assert (compact.pivots < 0).any()  # blocks occur
    x = linalg.ldl_solve(*compact, b, hermitian=hermitian)
    near(a @ x, np.broadcast_to(b.detach().numpy(), (2, 7, 2)))
    assert gradcheck(lambda b: linalg.ldl_solve(*compact, b, hermitian=hermitian), [b])


def test_reflectors_make_up_q():
    a, c = random(2, 5, 3), random(2, 5, 2)
    compact, tau = minitorch.geqrf(a)
    q = linalg.householder_product(compact, tau)
    near(q @ compact[..., :3, :].triu(), a.numpy())
    near(minitorch.ormqr(compact, tau, c, transpose=True)[:, :3], (q.mT @ c).numpy())
    whole = minitorch.ormqr(compact, tau, minitorch.eye(5, dtype=a.dtype).expand(2, 5, 5))
    near(c.mT @ whole, minitorch.ormqr(compact, tau, c.mT, left=False).numpy())


def test_least_squares_tell_what_the_driver_tells():
    a, b = random(5, 2), random(5, 1)
    x, residuals, rank, _ = np.linalg.lstsq(a.numpy(), b.numpy(), rcond=None)
    for driver in ("gels", "gelsy", "gelsd", "gelss"):
        found = linalg.lstsq(a, b, driver=driver)
        near(found.solution, x)
        assert found.rank.tolist() == ([] if driver == "gels" else rank)
        assert found.singular_values.numel() == (2 if driver in ("gelsd", "gelss") else 0)
        if driver != "gelsy":
            near(found.residuals, residuals)


def test_the_rank_counts_singular_values_above_the_tolerance():
    a = minitorch.diag(minitorch.tensor([1.0, 0.1, 1e-9]))
    assert linalg.matrix_rank(a).item() == 2
    assert linalg.matrix_rank(a, atol=0.5).item() == 1
    assert linalg.matrix_rank(a, rtol=1e-12).item() == 3
    assert linalg.matrix_rank(a, hermitian=True).item() == 2
    assert linalg.matrix_rank(minitorch.stack([a, a]), atol=minitorch.tensor([0.5, 0.01])).tolist() == [1, 2]


def test_the_exponential_is_exact_for_large_and_single_precision_matrices():
    a = random(5, 5) * 10
    near(linalg.matrix_exp(a), scipy.linalg.expm(a.numpy()), 1e-8 * float(linalg.matrix_exp(a).abs().max()))
    single = linalg.matrix_exp(a.float())
    wanted = scipy.linalg.expm(a.float().double().numpy())
    np.testing.assert_allclose(single.numpy(), wanted, rtol=1e-6)


def test_approximate_factors_of_a_matrix_of_low_rank():
    minitorch.manual_seed(0)
    a = random(30, 3) @ random(3, 20)
    for x in (a, a.mT):
        u, s, v = minitorch.svd_lowrank(x, q=5)
        near(u @ s.diag() @ v.mT, x.numpy(), 1e-8)
    u, s, v = minitorch.pca_lowrank(a, q=4)
    near(u @ s.diag() @ v.mT, (a - a.mean(0)).numpy(), 1e-8)


# Names ------------------------------------------------------------


def test_older_names_give_what_the_newer_ones_give():
    a, b = random(3, 3), random(3, 2)
    u, s, v = minitorch.svd(a)
    near(u @ s.diag() @ v.mH, a.numpy())
    q, r = minitorch.qr(a)
    near(q @ r, a.numpy())
    near(minitorch.lu_solve(b, *minitorch.lu(a)), np.linalg.solve(a.numpy(), b.numpy()))
    near(minitorch.pinverse(a), np.linalg.inv(a.numpy()))
    near(minitorch.nuclear_norm(a), np.linalg.norm(a.numpy(), "nuc"))
    near(minitorch.frobenius_norm(a, (0, 1)), np.linalg.norm(a.numpy()))
    near(minitorch.norm(a, "nuc"), np.linalg.norm(a.numpy(), "nuc"))
    near(minitorch.chain_matmul(a, b), a.numpy() @ b.numpy())
    assert not minitorch.svd(a, compute_uv=False).U.any()


def test_methods_are_the_same_functions():
    a = random(3, 3) @ random(3, 3)
    near(a.det(), np.linalg.det(a.numpy()))
    near(a.inverse(), np.linalg.inv(a.numpy()))
    near(a.slogdet().logabsdet, np.linalg.slogdet(a.numpy())[1])
    near((a @ a.mT).cholesky(), np.linalg.cholesky(a.numpy() @ a.numpy().T))
    near(a.matrix_exp(), scipy.linalg.expm(a.numpy()))
    near(a.clone().addmm_(a, a), a.numpy() + a.numpy() @ a.numpy())
    near(a.clone().renorm_(2, 0, 1e-3).norm(dim=1), [1e-3] * 3)


def test_results_have_names():
    result = linalg.svd(minitorch.eye(2))
    assert result._fields == ("U", "S", "Vh")
    assert repr(result).startswith("minitorch.return_types.linalg_svd(\nU=tensor(")
    out = (minitorch.empty(0), minitorch.empty(0), minitorch.empty(0))
    assert linalg.svd(minitorch.eye(2), out=out).S is out[1]


def test_importing_minitorch_does_not_load_the_rooms():
    code = "import sys, minitorch; print([m for m in sys.modules if m.startswith('minitorch.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "minitorch.ops" in done.stdout
    assert not [room for room in ("linalg", "fft", "signal") if f"minitorch.{room}" in done.stdout]
