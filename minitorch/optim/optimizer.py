"""`Optimizer`: parameters in groups, the state that belongs to them, and one step along their gradients."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import TYPE_CHECKING, Any, ClassVar

from minitorch.backend import Array, Backend
from minitorch.device import recording
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    DtypeError,
    NotSupportedError,
    ShapeError,
)
from minitorch.modes import enable_grad, no_grad
from minitorch.optim.batch import Batch
from minitorch.optim.hooks import (
    OptimizerHooks,
    hooked,
    register_optimizer_step_post_hook as register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook as register_optimizer_step_pre_hook,
)
from minitorch.optim.state import check_state_dict, group_without_params, loaded_state
from minitorch.registry import backend_of
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.variable import Variable

Group = dict[str, Any]


class Optimizer(OptimizerHooks):
    """The base of all optimizers.

    A rule of your own either defines `update`, which gets the parameters that have gradients, or
    overrides `step` altogether, as in PyTorch.

    Args:
        params: tensors, (name, tensor) pairs, or dicts with "params" and settings for these alone.
        defaults: the settings of groups that do not have their own.

    Attributes:
        param_groups: dicts with "params", a list of tensors, and the settings for them.
        state: for each parameter what the rule remembers of it.

    Raises:
        ArgumentError: for an empty list, a parameter given twice, one that is not a leaf, or
            settings out of range.
        ArgumentTypeError: for parameters that are not tensors, or a set of them, which has no
            order.

    >>> import minitorch
    >>> class SignDescent(minitorch.optim.Optimizer):
    ...     def __init__(self, params, lr):
    ...         super().__init__(params, {"lr": lr})
    ...
    ...     @minitorch.no_grad()
    ...     def step(self, closure=None):
    ...         for group in self.param_groups:
    ...             for x in group["params"]:
    ...                 x -= group["lr"] * x.grad.sign()
    >>> x = minitorch.tensor([1.0, -2.0], requires_grad=True)
    >>> (x**2).sum().backward()
    >>> SignDescent([x], lr=0.5).step()
    >>> x
    tensor([ 0.5000, -1.5000], requires_grad=True)
    """

    state_required = True  # whether all of `state_names` must be there once one is
    serves_complex = True  # whether parameters may be complex
    repeatable: ClassVar[bool] = True  # whether a CUDA graph can repeat its steps
    number_names: ClassVar[tuple[str, ...]] = ("step",)  # what it keeps per parameter as single numbers
    _scheduled = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "step" in cls.__dict__:
            cls.step = hooked(cls.__dict__["step"])  # type: ignore[method-assign]

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        name = type(self).__name__
        if isinstance(params, Value):
            raise ArgumentTypeError(
                f"{name}: params must be an iterable of tensors or dicts, got one tensor of shape "
                f"{tuple(params.array.shape)}; write [tensor]"
            )
        self.defaults = defaults
        self.state: defaultdict[Variable, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[Group] = []
        self._no_hooks()
        try:
            groups = list(params)
        except TypeError:
            raise ArgumentTypeError(
                f"{name}: params must be an iterable of tensors or dicts, got {type(params).__name__}"
            ) from None
        if not groups:
            raise ArgumentError(
                f"{name}: optimizer got an empty parameter list; a generator such as "
                f"model.parameters() can be used once only, call it anew"
            )
        if isinstance(params, (set, frozenset)):
            groups = [{"params": params}]
        elif not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def __getstate__(self) -> dict[str, Any]:
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if "_hooks" not in self.__dict__:
            self._no_hooks()

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for number, group in enumerate(self.param_groups):
            text += f"\nParameter Group {number}\n"
            text += "".join(f"    {key}: {group[key]}\n" for key in sorted(group) if key != "params")
        return text + ")"

    # Groups --------------------------------------------------------------------------------------

    def add_param_group(self, param_group: Group) -> None:
        """Adds a group of parameters, such as layers that are trained from now on.

        Args:
            param_group: "params", and settings that differ from the defaults.

        Raises:
            ArgumentError, ArgumentTypeError: as for the constructor; the groups stay as they were.
        """
        name, number = type(self).__name__, len(self.param_groups)
        if not isinstance(param_group, dict):
            raise ArgumentTypeError(
                f"{name}: parameter group {number} must be a dict, got {type(param_group).__name__}"
            )
        if "params" not in param_group:
            raise ArgumentError(
                f"{name}: parameter group {number} has no 'params'; it has {sorted(param_group)}"
            )
        group = {**param_group, **{k: v for k, v in self.defaults.items() if k not in param_group}}
        self._set_params(group, number)
        if group.get("differentiable"):
            raise NotSupportedError(
                f"{name}: differentiable=True is not supported; to differentiate through updates, "
                f"compute them with minitorch.autograd.grad(..., create_graph=True)"
            )
        if group.get("fused") and group.get("foreach"):
            raise NotSupportedError(
                f"{name}: fused and foreach cannot both be True (parameter group {number})"
            )
        self.check_group(group, f"{name}, parameter group {number}")
        self.param_groups.append(group)

    def _set_params(self, group: Group, number: int) -> None:
        """Makes `group["params"]` a list of leaves of which none was given before."""
        name = type(self).__name__
        params = group["params"]
        if isinstance(params, (set, frozenset)):
            raise ArgumentTypeError(
                f"{name}: the parameters of group {number} are a set, whose order changes from run "
                f"to run; use a list"
            )
        entries: list[Any] = [params] if isinstance(params, Value) else list(params)
        named = [entry for entry in entries if isinstance(entry, tuple)]
        if named:
            if len(named) != len(entries):
                raise ArgumentError(
                    f"{name}: {len(named)} of the {len(entries)} parameters of group {number} have "
                    f"names; give all of them a name, or none"
                )
            group["param_names"] = [entry[0] for entry in entries]
            entries = [entry[1] for entry in entries]
        if self.param_groups and ("param_names" in group) != ("param_names" in self.param_groups[0]):
            raise ArgumentError(
                f"{name}: group {number} and group 0 must both have parameter names, or neither"
            )
        group["params"] = entries
        seen = {
            id(x): (earlier, position)
            for earlier, old in enumerate(self.param_groups)
            for position, x in enumerate(old["params"])
        }
        for position, x in enumerate(entries):
            if not isinstance(x, Value):
                raise ArgumentTypeError(
                    f"{name}: can only optimize tensors, but parameter {position} of group "
                    f"{number} is {type(x).__name__}"
                )
            if x.grad_fn is not None and not x.retains_grad:  # type: ignore[attr-defined]
                raise ArgumentError(
                    f"{name}: can't optimize a non-leaf tensor: {describe(group, number, position)} was computed by "
                    f"{x.grad_fn.name()}; give its inputs, or x.detach().requires_grad_()"
                )
            if id(x) in seen:
                earlier, first = seen[id(x)]
                raise ArgumentError(
                    f"{name}: {describe(group, number, position)} is already parameter {first} of group "
                    f"{earlier}; every parameter must appear once"
                )
            seen[id(x)] = (number, position)

    def check_group(self, group: Group, where: str) -> None:
        """Refuses settings out of range; rules override it.

        Args:
            group: the settings.
            where: names the optimizer and the group, for the message.

        Raises:
            ArgumentError, ArgumentTypeError: naming the setting, its value and its range.
        """

    # A step --------------------------------------------------------------------------------------

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Takes the gradients of all parameters away, before the next walk back adds to them.

        Args:
            set_to_none: set `.grad` to None; otherwise to zeros, in the same memory.
        """
        for group in self.param_groups:
            for x in group["params"]:
                if set_to_none or x.grad is None:
                    x.grad = None
                else:
                    with no_grad():
                        x.grad = x.grad.detach().zero_()

    @hooked
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Changes every parameter that has a gradient, by the rule of the optimizer.

        Args:
            closure: computes the loss and its gradients anew, and returns the loss.

        Returns:
            What `closure` returned.

        Raises:
            ShapeError, DtypeError: if a gradient does not fit its parameter; nothing is changed.
            BackendError: while a CUDA graph is recorded that could not repeat it.
        """
        replays = recording()
        if replays is not None:
            from minitorch.optim.captured import check_of_settings

            replays.checks.append(check_of_settings(self))
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        batches = [
            (group, batch)
            for number, group in enumerate(self.param_groups)
            for batch in self._gather(group, number)
        ]
        for group, batch in batches:
            with batch.backend.quiet():
                self.update(group, batch)
            for x in batch.variables:
                x._version_counter().value += 1
        return loss

    def _gather(self, group: Group, number: int) -> Iterable[Batch]:
        """The parameters of a group that have gradients, by the backend that serves them."""
        batches: dict[Backend, Batch] = {}
        for position, x in enumerate(group["params"]):
            if x._grad is None:
                continue
            array, grad = x.array, x._grad.array
            if not self.serves_complex and array.dtype.kind == "c":
                raise DtypeError(
                    f"{type(self).__name__} does not support complex parameters, such as "
                    f"{describe(group, number, position)}; optimize real and imaginary part"
                )
            if grad.shape != array.shape or (grad.dtype is not array.dtype and grad.dtype != array.dtype):
                self._refuse_gradient(group, number, position, grad)
            backend = backend_of(array)
            if backend not in batches:
                batches[backend] = Batch(backend)
            batches[backend].append(x, grad, self.state[x])
        return batches.values()

    def _refuse_gradient(self, group: Group, number: int, position: int, grad: Array) -> None:
        x, name = group["params"][position], type(self).__name__
        where = describe(group, number, position)
        if grad.shape != x.array.shape:
            raise ShapeError(
                f"{name}.step: the gradient of {where} has shape {tuple(grad.shape)}; "
                f"assign one of the parameter's shape to .grad"
            )
        raise DtypeError(
            f"{name}.step: the gradient of {where} is {grad.dtype}, the parameter is "
            f"{x.array.dtype}; cast the one that was assigned to .grad"
        )

    def update(self, group: Group, batch: Batch) -> None:
        """Changes the parameters of `batch`, in place; what a rule consists of.

        Args:
            group: the settings.
            batch: parameters with their gradients and state.
        """
        raise NotSupportedError(
            f"{type(self).__name__}: a rule must define update(group, batch), or step(closure=None)"
        )

    # State ---------------------------------------------------------------------------------------

    def state_names(self, group: Group) -> tuple[str, ...]:
        """Names of what the rule keeps per parameter, each of the parameter's shape."""
        return ()

    def state_shapes(self, group: Group, x: Variable) -> dict[str, tuple[int, ...]]:
        """The shapes of what the rule keeps for the parameter `x`, apart from single numbers."""
        return dict.fromkeys(self.state_names(group), tuple(x.array.shape))

    def state_dict(self) -> dict[str, Any]:
        """The state by the parameters' numbers, and the groups with numbers for parameters.

        Its tensors are the optimizer's own: save it, or copy it deeply, before the next step.
        """
        for hook in tuple(self._hooks["save_pre"].values()):
            hook(self)
        numbers: dict[int, int] = {}
        groups = []
        for group in self.param_groups:
            for x in group["params"]:
                numbers[id(x)] = len(numbers)
            groups.append(
                {**group_without_params(group), "params": [numbers[id(x)] for x in group["params"]]}
            )
        state = {numbers.get(id(x), x): values for x, values in self.state.items() if values}
        return self._through_hooks("save_post", {"state": state, "param_groups": groups})

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continues from a state given by `state_dict`, which is copied.

        Raises:
            StateDictError: if it does not fit the parameters or the rule; nothing is changed.
        """
        if self._hooks["load_pre"] and isinstance(state_dict, dict):
            state_dict = self._through_hooks("load_pre", dict(state_dict))
        check_state_dict(self, state_dict)
        groups = []
        state: defaultdict[Variable, dict[str, Any]] = defaultdict(dict)
        for own, saved in zip(self.param_groups, state_dict["param_groups"], strict=True):
            new = {
                **self.defaults,
                **deepcopy(group_without_params(saved)),
                "params": own["params"],
            }
            if "param_names" in own:
                new.setdefault("param_names", own["param_names"])
            groups.append(new)
            for number, x in zip(saved["params"], own["params"], strict=True):
                if number in state_dict["state"]:
                    state[x] = loaded_state(x, state_dict["state"][number], self.number_names)
        self.state, self.param_groups = state, groups
        for hook in tuple(self._hooks["load_post"].values()):
            hook(self)


def describe(group: Group, number: int, position: int) -> str:
    """Names a parameter for messages."""
    x = group["params"][position]
    name = f" {group['param_names'][position]!r}" if "param_names" in group else ""
    return f"parameter {position}{name} of group {number} (shape {tuple(x.array.shape)})"
