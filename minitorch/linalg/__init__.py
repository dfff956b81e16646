"""Linear algebra: factorizations, solutions of equations, spectra and norms, of matrices and batches of them."""

from minitorch.absent import refuser as _refuser
from minitorch.errors import LinAlgError as LinAlgError
from minitorch.linalg.cholesky import (
    cholesky as cholesky,
    cholesky_ex as cholesky_ex,
)
from minitorch.linalg.determinants import det as det, slogdet as slogdet
from minitorch.linalg.exponential import matrix_exp as matrix_exp
from minitorch.linalg.ldl import (
    ldl_factor as ldl_factor,
    ldl_factor_ex as ldl_factor_ex,
    ldl_solve as ldl_solve,
)
from minitorch.linalg.lu import (
    lu as lu,
    lu_factor as lu_factor,
    lu_factor_ex as lu_factor_ex,
    lu_solve as lu_solve,
)
from minitorch.linalg.norms import (
    cond as cond,
    matrix_norm as matrix_norm,
    norm as norm,
    vector_norm as vector_norm,
)
from minitorch.linalg.others import cross as cross, diagonal as diagonal, vander as vander
from minitorch.linalg.pseudo import lstsq as lstsq, matrix_rank as matrix_rank, pinv as pinv
from minitorch.linalg.qr import householder_product as householder_product, qr as qr
from minitorch.linalg.solve import (
    inv as inv,
    inv_ex as inv_ex,
    solve as solve,
    solve_ex as solve_ex,
    solve_triangular as solve_triangular,
    tensorinv as tensorinv,
    tensorsolve as tensorsolve,
)
from minitorch.linalg.spectral import (
    eig as eig,
    eigh as eigh,
    eigvals as eigvals,
    eigvalsh as eigvalsh,
    svd as svd,
    svdvals as svdvals,
)
from minitorch.ops.linalg import matmul as matmul
from minitorch.ops.products import (
    matrix_power as matrix_power,
    multi_dot as multi_dot,
    vecdot as vecdot,
)

__getattr__ = _refuser("linalg")
