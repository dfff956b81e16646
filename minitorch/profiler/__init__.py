"""Where time and memory go, by op and by module: `profile`, with tables, traces and a picture."""

from minitorch.absent import refuser as _refuser
from minitorch.profiler.blocks import record_function as record_function
from minitorch.profiler.events import (
    EventList as EventList,
    FunctionEvent as FunctionEvent,
    FunctionEventAvg as FunctionEventAvg,
)
from minitorch.profiler.modules import ModuleAvg as ModuleAvg, ModuleTable as ModuleTable
from minitorch.profiler.profile import (
    ProfilerActivity as ProfilerActivity,
    kineto_available as kineto_available,
    profile as profile,
    supported_activities as supported_activities,
    tensorboard_trace_handler as tensorboard_trace_handler,
)
from minitorch.profiler.schedule import ProfilerAction as ProfilerAction, schedule as schedule

__getattr__ = _refuser("profiler")
