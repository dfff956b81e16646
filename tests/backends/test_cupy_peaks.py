"""The count of a GPU's memory, with numbers of a pool that is none: CuPy's hooks need no GPU."""

import pytest

hooks = pytest.importorskip("cupy.cuda.memory_hook", reason="CuPy is not installed")

from minitorch_cupy.peaks import PoolMemory  # noqa: E402


class Pool(PoolMemory):
    """Memory that is written down."""

    def _pool(self, name):
        return {"used_bytes": 100, "total_bytes": 500}[name]


def test_the_hook_is_there_from_the_first_reset_to_the_stop():
    memory = Pool(0)
    assert memory.peak() == 500
    try:
        memory.reset_peak()
        memory.reset_peak()
        assert list(hooks.get_memory_hooks()) == ["minitorch.peaks"]
        hook = memory.count
        hook.malloc_postprocess(device_id=0, size=50, mem_size=64, mem_ptr=1, pmem_id=1)
        hook.malloc_postprocess(device_id=1, size=50, mem_size=512, mem_ptr=1, pmem_id=1)
        hook.free_postprocess(device_id=0, mem_size=64, mem_ptr=1, pmem_id=1)
        assert memory.peak() == 164
    finally:
        PoolMemory.stop()
    assert not hooks.get_memory_hooks()
    assert memory.peak() == 500
    PoolMemory.stop()  # once is enough, and twice does no harm
