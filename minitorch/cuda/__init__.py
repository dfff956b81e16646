"""`minitorch.cuda`: which GPUs there are, streams and events, memory, random numbers, and graphs of whole steps.

Tensors get to a GPU by `x.to("cuda")`, modules by `model.to("cuda")`; everything else stays as it is. What computes
there is the backend `minitorch_cupy`, which is loaded when a GPU is first used.

    device = "cuda" if minitorch.cuda.is_available() else "cpu"
"""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import Any

from minitorch.absent import missing as _missing
from minitorch.cuda.devices import (
    current_device as current_device,
    device as device,
    device_count as device_count,
    device_of as device_of,
    get_arch_list as get_arch_list,
    get_device_capability as get_device_capability,
    get_device_name as get_device_name,
    get_device_properties as get_device_properties,
    init as init,
    is_available as is_available,
    is_bf16_supported as is_bf16_supported,
    is_initialized as is_initialized,
    set_device as set_device,
    synchronize as synchronize,
)
from minitorch.cuda.graphs import (
    CUDAGraph as CUDAGraph,
    graph as graph,
    graph_pool_handle as graph_pool_handle,
    is_current_stream_capturing as is_current_stream_capturing,
    make_graphed_callables as make_graphed_callables,
)
from minitorch.cuda.memory import (
    empty_cache as empty_cache,
    max_memory_allocated as max_memory_allocated,
    max_memory_reserved as max_memory_reserved,
    mem_get_info as mem_get_info,
    memory_allocated as memory_allocated,
    memory_reserved as memory_reserved,
    reset_peak_memory_stats as reset_peak_memory_stats,
)
from minitorch.cuda.random import (
    get_rng_state as get_rng_state,
    get_rng_state_all as get_rng_state_all,
    initial_seed as initial_seed,
    manual_seed as manual_seed,
    manual_seed_all as manual_seed_all,
    seed as seed,
    seed_all as seed_all,
    set_rng_state as set_rng_state,
    set_rng_state_all as set_rng_state_all,
)
from minitorch.cuda.streams import (
    Event as Event,
    Stream as Stream,
    StreamContext as StreamContext,
    current_stream as current_stream,
    default_stream as default_stream,
    set_stream as set_stream,
    stream as stream,
)


def __getattr__(name: str) -> Any:
    if name == "amp":
        return _import_module("minitorch.cuda.amp")
    if name.startswith("__"):
        raise AttributeError(name)
    raise _missing("cuda", name)
