"""What to look at first on a GPU, since much of the design hangs on it.

Each check is small and by itself: one that fails is noted, and the rest goes on.

What a check finds are numbers under names: `…_ms` a time on the GPU, `…_us` what a call costs the CPU, `…_error` the
largest difference from PyTorch or from NumPy in double precision, relative to the largest number.
"""

from __future__ import annotations

import importlib.metadata
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from gpu_measures import captured, microseconds, milliseconds, told
from gpu_programs import Sizes, adamw

Found = dict[str, Any]
SECONDS = 0.5  # of measuring, for each number


class Bench:
    """What checks need.

    Attributes:
        device: "cuda", or "cpu" for a rehearsal.
        sizes: of the programs: FULL or TINY.
        libraries: minitorch, and PyTorch if it is there.
    """

    def __init__(self, device: str, sizes: Sizes, libraries: dict[str, Any]) -> None:
        self.device, self.sizes, self.libraries = device, sizes, libraries
        self.small = sizes.texts < 8

    def ms(self, lib: Any, step: Callable[[], Any]) -> float:
        """Rounded milliseconds."""
        return round(milliseconds(lib, self.device, step, 0.01 if self.small else SECONDS), 4)

    def tensors(self, lib: Any, dtype: str, *shapes: tuple[int, ...]) -> list[Any]:
        """The same numbers in both libraries."""
        rng = np.random.default_rng(0)
        arrays = [rng.standard_normal(shape, dtype="float32") for shape in shapes]
        return [lib.from_numpy(a).to(self.device).to(getattr(lib, dtype)) for a in arrays]


def error_of(got: Any, expected: Any) -> float:
    """The largest difference, relative to the largest number."""
    a, b = (np.asarray(y.detach().float().cpu().numpy(), "float64") for y in (got, expected))
    return float(np.abs(a - b).max() / max(np.abs(b).max(), 1e-30))


def compared(bench: Bench, name: str, make: Callable[[Any], Callable[[], Any]]) -> Found:
    """Times and the difference of what both libraries compute, or why one of them did not."""
    results: Found = {}
    found: Found = {}
    for library, lib in bench.libraries.items():
        try:
            call = make(lib)
            results[library] = call()
            found[f"{name}_{library}_ms"] = bench.ms(lib, call)
        except Exception as error:  # the other library's time is still worth having
            found[f"{name}_{library}"] = told(error)
    if len(results) == 2:
        found[f"{name}_error"] = error_of(results["minitorch"], results["torch"])
    return found


# The checks ---------------------------------------------------------------------------------------------------


def loaded(bench: Bench) -> Found:
    """Which libraries are there, and which of them can be loaded."""
    found: Found = {"numpy": np.__version__}
    for name in sorted(set(importlib.metadata.packages_distributions().get("nvidia", []))):
        found[name] = importlib.metadata.version(name)
    try:
        import cudnn

        found["cudnn frontend"] = f"{cudnn.__version__} from {cudnn.__path__[0]}"
        found["cudnn"] = cudnn.backend_version()
    except Exception as error:  # an import may fail in any way, also in the middle of loading a library
        found["cudnn"] = told(error)
    if bench.device == "cuda":
        import cupy

        found["cupy"] = cupy.__version__
        for name, version in {
            "driver": cupy.cuda.runtime.driverGetVersion,
            "runtime": cupy.cuda.runtime.runtimeGetVersion,
            "nvrtc": lambda: ".".join(map(str, cupy.cuda.nvrtc.getVersion())),
            "cublas": lambda: cupy.cuda.cublas.getVersion(cupy.cuda.device.get_cublas_handle()),
        }.items():
            try:
                found[name] = version()
            except Exception as error:
                found[name] = told(error)
    return found


def kernels_compile(bench: Bench) -> Found:
    """How long it takes to compile every kernel for this GPU, in all dtypes; next to nothing once they are kept."""
    needs_gpu(bench)
    from minitorch_cupy import sources
    from minitorch_cupy.variants import VARIANTS, kernels, names

    found: Found = {}
    for file in names():
        began = time.perf_counter()
        for dtype in [None] if file == "random" else VARIANTS:
            for kernel in kernels(file):
                sources.function(f"{file}.cu" if dtype is None else file, kernel, dtype)
        found[f"{file}_seconds"] = round(time.perf_counter() - began, 2)
    return found


def batched_product(bench: Bench) -> Found:
    """bfloat16: the products of a linear layer and of attention, operands as they lie and transposed."""
    n, t, c = (4, 32, 16) if bench.small else (32, 1024, 1024)
    found = {}
    for name, shapes in {
        "linear": ((n, t, c), (c, c)),
        "batched": ((n, t, c), (n, c, t)),
        "heads": ((n * 4, t, 64), (n * 4, 64, t)),
    }.items():

        def make(lib: Any, shapes: Any = shapes, turned: bool = False) -> Callable[[], Any]:
            x, w = bench.tensors(lib, "bfloat16", *shapes)
            if turned:
                w = w.transpose(-1, -2).contiguous().transpose(-1, -2)
            return lambda: x @ w

        found |= compared(bench, name, make)
        found |= compared(bench, f"{name}_transposed", lambda lib, make=make: make(lib, turned=True))
    for name, inner in (("linear", c * c), ("batched", c * t)):
        if ms := found.get(f"{name}_minitorch_ms"):
            found[f"{name}_tflops"] = round(2 * n * t * inner / ms / 1e9, 1)
    return found


def convolution(bench: Bench) -> Found:
    """A 3 × 3 convolution of ResNet-50, forward and backward, by cuDNN (if it has a plan) and by our own kernels."""
    n, c, size = (2, 4, 8) if bench.small else (128, 128, 28)
    found: Found = {}
    for dtype in ("float32", "bfloat16"):
        for cudnn in (True, False):

            def make(lib: Any, dtype: str = dtype) -> Callable[[], Any]:
                x, w = bench.tensors(lib, dtype, (n, c, size, size), (c, c, 3, 3))
                x.requires_grad_()
                w.requires_grad_()

                def call() -> Any:
                    y = lib.nn.functional.conv2d(x, w, padding=1)
                    return lib.autograd.grad(y, (x, w), y.detach())[1]

                return call

            for lib in bench.libraries.values():
                lib.backends.cudnn.enabled = cudnn
            found |= compared(bench, f"{dtype}_{'cudnn' if cudnn else 'own'}", make)
    for lib in bench.libraries.values():
        lib.backends.cudnn.enabled = True
    return found | plans(bench)


def attention(bench: Bench) -> Found:
    """GPT-2's attention, forward and backward, by cuDNN (if it has a plan) and by our own kernels."""
    n, heads, t = (1, 2, 16) if bench.small else (8, 12, 1024)
    found: Found = {}
    for cudnn in (True, False):

        def make(lib: Any) -> Callable[[], Any]:
            tensors = bench.tensors(lib, "bfloat16", *[(n, heads, t, 64)] * 3)
            q, k, v = (x.requires_grad_() for x in tensors)

            def call() -> Any:
                y = lib.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
                return lib.autograd.grad(y, (q, k, v), y.detach())[0]

            return call

        bench.libraries["minitorch"].backends.cudnn.enabled = cudnn
        found |= compared(bench, "cudnn" if cudnn else "own", make)
    bench.libraries["minitorch"].backends.cudnn.enabled = True
    return found | plans(bench)


def plans(bench: Bench) -> Found:
    """For how many of the kinds of work that were asked for cuDNN had a plan."""
    if bench.device != "cuda":
        return {}
    from minitorch_cupy import frontend

    kept = list(frontend.plans._found.values())
    return {"plans_asked": len(kept), "plans_found": sum(plan is not None for plan in kept)}


def captured_step(bench: Bench) -> Found:
    """A whole step with dropout and AdamW in a graph with memory of its own: its losses are those of the steps."""
    needs_gpu(bench)
    found: Found = {}
    for library, lib in bench.libraries.items():
        histories = []
        for way in ("eager", "captured"):
            step, losses = small_step(lib)
            for _ in range(3):
                step()
            if way == "eager":
                for _ in range(3):  # which the other way takes before it captures
                    step()
            call = captured(lib, step) if way == "captured" else step
            for _ in range(8):
                call()
            histories.append(losses.clone())
            found[f"{library}_{way}_ms"] = bench.ms(lib, call)
            found[f"{library}_{way}_us"] = microseconds(lib, "cuda", call)
        found[f"{library}_losses_error"] = error_of(histories[1], histories[0])
    return found


def small_step(lib: Any) -> tuple[Callable[[], None], Any]:
    """A step of a small network, and where the last eight losses stand."""
    lib.manual_seed(0)
    nn = lib.nn
    net = nn.Sequential(nn.Linear(64, 128), nn.GELU(), nn.Dropout(0.1), nn.Linear(128, 10)).to("cuda")
    x, target = lib.randn(64, 64, device="cuda"), lib.randint(0, 10, (64,), device="cuda")
    optimizer, losses = adamw(lib, net.parameters()), lib.zeros(8, device="cuda")

    def step() -> None:
        loss = nn.functional.cross_entropy(net(x), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.copy_(lib.cat((losses[1:], loss.detach().reshape(1))))

    return step, losses


def launches(bench: Bench) -> Found:
    """What it costs the CPU to ask for something small: an operation, a function of CuPy, a kernel of our own."""
    found: Found = {}
    for library, lib in bench.libraries.items():
        x = lib.ones(8, device=bench.device)
        found[f"{library}_add_us"] = microseconds(lib, bench.device, lambda x=x: x + 1)
        relu = lib.nn.functional.relu
        found[f"{library}_relu_us"] = microseconds(lib, bench.device, lambda x=x, relu=relu: relu(x))
    if bench.device == "cuda":
        import cupy

        import minitorch
        from minitorch.registry import get_backend
        from minitorch_cupy import launch, sources

        a, backend = cupy.ones(8, "float32"), get_backend("cupy")
        kernel, empty = sources.function("activation", "relu_backward", a.dtype), cupy.empty_like(a)
        arguments, size = (a, a, 8, empty), launch.elements(8)
        for name, call in {
            "cupy_add": lambda: a + 1,
            "cupy_add_out": lambda: cupy.add(a, a, empty),
            "cupy_empty": lambda: cupy.empty(8, "float32"),
            "raw_kernel": lambda: kernel((1,), (256,), arguments),
            "our_launch": lambda: backend.launch("activation", "relu_backward", a.dtype, size, *arguments),
            "our_relu_array": lambda: backend.relu(a),
            "our_product_array": lambda: backend.matmul(a[None], a[:, None]),
        }.items():
            found[f"{name}_us"] = microseconds(minitorch, "cuda", call)
    return found


def needs_gpu(bench: Bench) -> None:
    """Ends a check where there is none."""
    if bench.device != "cuda":
        raise NotImplementedError("only on a GPU")


CHECKS = [loaded, launches, batched_product, captured_step, convolution, attention, kernels_compile]


def run(bench: Bench, done: set[str]) -> Iterator[tuple[str, Found]]:
    """What each check that is not done yet found, or the error that it ended with."""
    for check in CHECKS:
        if check.__name__ in done:
            continue
        began = time.perf_counter()
        try:
            found = check(bench)
        except NotImplementedError as error:
            found = {"left out": str(error)}
        except Exception as error:
            found = {"error": told(error)}
        yield check.__name__, {**found, "seconds": round(time.perf_counter() - began, 1)}
