"""The tests that every backend has to pass; whoever writes a backend runs them.

    python -m minitorch.testing.conformance --backend NAME

where NAME is a backend that `minitorch.use_backend` accepts, or `package.module:ClassName` for one that is
not registered anywhere. Further options go to pytest, which has to be installed. Without `--backend` all
backends that are installed are tested, as also by

    python -m pytest --pyargs minitorch.testing.conformance

Each primitive is compared with plain NumPy on awkward inputs (no dims, no elements, transposed, strided,
reversed, several dtypes), each composite that a backend replaces with its definition in `minitorch.backend`,
and random generators are held to their contract.
"""
