"""What PyTorch has and minitorch has not, and what to use instead: for error messages and for the coverage page."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any, NoReturn

from minitorch.errors import NotSupportedNameError

EAGER = "minitorch runs eagerly; call the function or the module itself"
GPU = "minitorch computes on the CPU and on NVIDIA GPUs"
NVIDIA = "an interface to NVIDIA's tools or to PyTorch's own memory management; see minitorch.cuda for what there is"
LATER = "not built yet"
DENSE = "all tensors are dense and strided; use a dense tensor, or gather and index_add"
QUANTIZED = "there are no quantized tensors; work in float32 or float16"
INTERNAL = (
    "a kernel or helper inside PyTorch that its documentation does not offer; use the documented function"
)
PROCESSES = "training with several processes is not built yet; train in one process"
MEASURE = "everything here is Python: measure with cProfile, py-spy or timeit"
PAD = "pad the sequences with nn.utils.rnn.pad_sequence, and mask"
PARTS = "use checkpoint() on the parts that shall be computed again"
COMPLEX32 = "NumPy has no complex number of two halves; use complex64"

# Paths below `torch`, as patterns; the first that fits counts.
WHY: dict[str, str] = {
    # whole rooms
    "compile": EAGER,
    "compiler*": EAGER,
    "jit*": EAGER,
    "export*": EAGER,
    "fx*": EAGER,
    "package*": "save a state_dict with minitorch.save instead",
    "onnx*": LATER,
    "cuda.ipc_collect": PROCESSES,
    "cuda.comm*": PROCESSES,
    "cuda.nccl*": PROCESSES,
    "cuda*": NVIDIA,
    "mps*": GPU,
    "xpu*": GPU,
    "mtia*": GPU,
    "Stream": "use cuda.Stream",
    "Event": "use cuda.Event",
    "distributed*": PROCESSES,
    "multiprocessing*": PROCESSES,
    "nn.parallel.DistributedDataParallel": PROCESSES,
    "nn.parallel.scatter": "there is one device; nothing needs scattering",
    "profiler.itt*": MEASURE,
    "profiler.DeviceType": GPU,
    "profiler.ExecutionTraceObserver": MEASURE,
    "profiler*": INTERNAL,
    "autograd.profiler.*nvt*": GPU,
    "autograd.profiler.emit_itt": INTERNAL,
    "autograd.profiler*": INTERNAL,
    "utils.benchmark*": "measure with timeit, or `make bench` in a checkout",
    "utils.tensorboard.FileWriter": "use SummaryWriter",
    "utils.tensorboard.RecordWriter": "use SummaryWriter",
    "utils.cpp_extension*": "operations are written in Python: see autograd.Function",
    "utils.dlpack*": "use from_dlpack(x), and x.__dlpack__()",
    "utils.model_zoo*": "use hub.load_state_dict_from_url",
    "types*": INTERNAL,
    "overrides*": INTERNAL,
    "nested*": PAD,
    "jagged": PAD,
    "sparse*": DENSE,
    "ao*": QUANTIZED,
    "quantization*": QUANTIZED,
    "optim.SparseAdam": "sparse gradients do not exist here; use Adam",
    # distributions
    "distributions.*ExponentialFamily": "derive from Distribution",
    "distributions.*LKJCholesky": "draw from a Beta for each partial correlation",
    "distributions.*Wishart": "use sums of outer products of draws of MultivariateNormal",
    # methods of tensors
    "Tensor.to_sparse*": DENSE,
    "Tensor.*indices": DENSE,
    "Tensor.values": DENSE,
    "Tensor.*coalesce*": DENSE,
    "Tensor.sparse*": DENSE,
    "Tensor.dense_dim": DENSE,
    "Tensor.s*mm": DENSE,
    "Tensor.to_mkldnn": DENSE,
    "Tensor.to_padded_tensor": "pad the sequences with nn.utils.rnn.pad_sequence",
    "Tensor.q_*": QUANTIZED,
    "Tensor.qscheme": QUANTIZED,
    "Tensor.int_repr": QUANTIZED,
    "Tensor.dequantize": QUANTIZED,
    "Tensor.share_memory_": PROCESSES,
    "Tensor.record_stream": GPU,
    "Tensor.*pu": GPU,
    "Tensor.mtia": GPU,
    "Tensor.as_subclass": "tensors are not subclassed; write a module, or a function",
    "Tensor.module_load": INTERNAL,
    "Tensor.set_": "give the data another tensor: x.data = y",
    "Tensor.eig": "removed from PyTorch; use linalg.eig",
    "Tensor.symeig": "removed from PyTorch; use linalg.eigh",
    "Tensor.solve": "removed from PyTorch; use linalg.solve",
    "Tensor.lstsq": "removed from PyTorch; use linalg.lstsq",
    "Tensor.reinforce": "removed from PyTorch; use distributions, and log_prob(action)",
    "Tensor.resize": "PyTorch's old name; use reshape(), or resize_()",
    "Tensor.resize_as": "PyTorch's old name; use reshape_as(), or resize_as_()",
    "Tensor.volatile": "removed from PyTorch; use `with minitorch.no_grad():`",
    # what `torch` shows of its inside
    "*cudnn*": INTERNAL,
    "*miopen*": INTERNAL,
    "*mkldnn*": INTERNAL,
    "*fbgemm*": INTERNAL,
    "native_*": INTERNAL,
    "fused_*": INTERNAL,
    "*fake_quant*": QUANTIZED,
    "*quantize*": QUANTIZED,
    "q_*": QUANTIZED,
    "q*int*": QUANTIZED,
    "qscheme": QUANTIZED,
    "int_repr": QUANTIZED,
    "choose_qparams_optimized": QUANTIZED,
    "sym_*": EAGER,
    "Sym*": EAGER,
    "cond": "write `if`: minitorch runs eagerly",
    "*script*": EAGER,
    "Script*": EAGER,
    "import_ir*": EAGER,
    "parse_*": EAGER,
    "fork": EAGER,
    "wait": EAGER,
    "*_indices_copy": DENSE,
    "indices_copy": DENSE,
    "values_copy": DENSE,
    "*smm": DENSE,
    "saddmm": DENSE,
    "sspaddmm": DENSE,
    "spmm": DENSE,
    "autocast_*crement_nesting": "blocks with autocast count themselves",
    "*autocast_xla*": "there is no such device",
    "*autocast_ipu*": "there is no such device",
    "*autocast_cpu*": 'ask with the name of the device, as in is_autocast_enabled("cpu")',
    "*autocast_gpu*": 'ask with the name of the device, as in is_autocast_enabled("cuda")',
    "*Storage": "old names of typed memory; x.storage() and x.untyped_storage() show it",
    "*num_interop_threads": "operations run one after the other; set_num_threads shares each among threads",
    "get_device_module": GPU,
    "AcceleratorError": GPU,
    "OutOfMemoryError": GPU,
    "*batch_norm*": "use nn.functional.batch_norm",
    "instance_norm": "use nn.functional.instance_norm",
    "*_cell": "use nn.LSTMCell, nn.GRUCell or nn.RNNCell",
    "gru": "use nn.GRU",
    "lstm": "use nn.LSTM",
    "rnn_*": "use nn.RNN",
    "grid_sampler*": "use nn.functional.grid_sample",
    "affine_grid_generator": "use nn.functional.affine_grid",
    "embedding*": "use nn.functional.embedding, or embedding_bag",
    "feature_dropout*": "use nn.functional.dropout2d",
    "lobpcg": "use linalg.eigh, which finds all eigenvalues",
    "from_file": "use numpy.memmap, and from_numpy",
    "hash_tensor": "use hashlib on x.numpy().tobytes()",
    "thread_safe_generator": "give each thread a Generator of its own",
    "convolution": "use nn.functional.conv1d, conv2d or conv3d",
    "hspmm": DENSE,
    "*resize_as_sparse_": DENSE,
    "is_vulkan_available": GPU,
    "norm_except_dim": "use nn.utils.parametrizations.weight_norm",
    "*slice_inverse": INTERNAL,
    "detach_copy": "use x.detach().clone()",
    "view_as_*_copy": "use view_as_real or view_as_complex, and clone()",
    "bit": QUANTIZED,
    "*dropout_": "use nn.functional.dropout and its like with inplace=True",
    "serialization.*safe_globals": "load() runs no code and makes only tensors and containers: nothing needs allowing",
    "Tensor.const_data_ptr": "use data_ptr()",
    "Tensor.grad_dtype": "a gradient has the dtype of its tensor",
    "Tensor.hash_tensor": "use hashlib on x.numpy().tobytes()",
    "Tensor.map2_": "use map_(), or operations on whole tensors",
    "Tensor.storage_type": "use type(x.storage())",
    "masked*": "a mask travels beside its tensor: pass mask= to the functions of minitorch.masked",
    "optim.swap_in_optimizer_params_and_state": INTERNAL,
    "nn.factory_kwargs": INTERNAL,
    "nn.Container": "removed from PyTorch; use Module",
    "nn.CrossMapLRN2d": "use nn.LocalResponseNorm",
    "nn.SyncBatchNorm": PROCESSES,
    "nn.functional.*scaled*mm": QUANTIZED,
    "nn.functional.grouped_mm": "use a loop over the groups, or bmm",
    "nn.attention.*flash*": GPU,
    "nn.attention.WARN_FOR_UNFUSED_KERNELS": INTERNAL,
    "utils.data.*DataPipe*": "removed from PyTorch's documentation; use Dataset or IterableDataset",
    "utils.data.argument_validation": INTERNAL,
    "utils.data.functional_datapipe": INTERNAL,
    "utils.data.*deterministic": INTERNAL,
    "utils.data.*determinism": INTERNAL,
    "utils.data.runtime_validation*": INTERNAL,
    "utils.data.DataChunk": INTERNAL,
    "utils.checkpoint.check_backward_validity": INTERNAL,
    "utils.checkpoint.detach_variable": INTERNAL,
    "utils.checkpoint.*device_states": GPU,
    "utils.checkpoint.*electiveCheckpoint*": PARTS,
    "utils.checkpoint.*selective*": PARTS,
    "utils.checkpoint.CheckpointPolicy": PARTS,
    "utils.checkpoint.SAC_IGNORED_OPS": PARTS,
    "utils.checkpoint.set_checkpoint_debug_enabled": "use autograd.detect_anomaly()",
    "autograd.NestedIOFunction": INTERNAL,
    "autograd.enforce_grad_layout_policy": INTERNAL,
    "autograd.variable": "use autograd.Variable, or tensors as they are",
    "func.functionalize": EAGER,
    "func.rearrange": "use einsum, permute and reshape, or einops",
    "func.debug_unwrap": "print the tensor: minitorch has nothing wrapped to look into",
    # torchvision's
    "vision.datasets.*": "not among the published data sets that are read; make a utils.data.Dataset of your files",
    "vision.models.*": LATER,
    "vision.ops*": LATER,
    "vision.io*": "open images with Pillow, and make tensors of them with vision.transforms",
    # dtypes and layouts
    "chalf": COMPLEX32,
    "complex32": COMPLEX32,
    "Tensor.chalf": COMPLEX32,
    "float8*": "there are no dtypes of 8 bits and fewer; use float16 or int8",
    "float4*": "there are no dtypes of 8 bits and fewer; use float16 or int8",
    "int[1-7]": "there are no dtypes of less than 8 bits; use int8",
    "uint[1-7]": "there are no dtypes of less than 8 bits; use uint8",
    "bits*": "there are no dtypes of less than 8 bits; use uint8",
    "uint16": "PyTorch barely supports it, too; use int32",
    "uint32": "PyTorch barely supports it, too; use int64",
    "uint64": "PyTorch barely supports it, too; use int64",
}


def why(path: str) -> str | None:
    """Why minitorch does not have a name of PyTorch, and what to use instead; None where nothing is known.

    >>> from minitorch.absent import why
    >>> why("compile")
    'minitorch runs eagerly; call the function or the module itself'
    """
    known = next((reason for pattern, reason in WHY.items() if fnmatchcase(path, pattern)), None)
    if known is None and "." not in path:
        from minitorch.nn import functional

        if path in vars(functional):
            return f"use nn.functional.{path}"
    return known


def missing(room: str, name: str, owner: Any = None) -> AttributeError:
    """The error for a name that a room (`""`, `"nn.functional"`, `"Tensor"`) does not have."""
    path = f"{room}.{name}".lstrip(".")
    reason = why(path)
    where = f"minitorch.{room}".rstrip(".")
    if reason is not None:
        return NotSupportedNameError(f"{where} has no {name!r}: {reason}")
    return AttributeError(
        f"{where} has no attribute {name!r}; if it is a name of PyTorch, minitorch does not have it (yet)",
        name=name,
        obj=owner,
    )


def refuser(room: str) -> Callable[[str], NoReturn]:
    """The `__getattr__` of a room that has no more names than it defines."""

    def refuse(name: str) -> NoReturn:
        raise AttributeError(name) if name.startswith("__") else missing(room, name)

    return refuse
