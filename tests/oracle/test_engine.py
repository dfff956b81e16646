"""Small programs about graphs, hooks and modes do the same in minitorch and in PyTorch."""

from __future__ import annotations

import pytest
from oracle.programs import Programs, leaf

pytestmark = pytest.mark.oracle
program = Programs()


# Walks ---------------------------------------------------------------------------------------------------


@program
def accumulates(lib):
    x = leaf(lib, 3)
    for _ in range(3):
        (x * x).sum().backward()
    return x.grad


@program
def accumulates_in_the_same_tensor(lib):
    x = leaf(lib, 3)
    (x * x).sum().backward()
    first = x.grad
    (x * x).sum().backward()
    return first, x.grad, first is x.grad


@program
def accumulates_into_a_given_gradient(lib):
    x = leaf(lib, 3)
    x.grad = lib.ones(3, dtype=lib.float64) * 10
    (x * x).sum().backward()
    return x.grad


@program
def create_graph_replaces_the_gradient(lib):
    x = leaf(lib, 3)
    (x * x).sum().backward()
    first = x.grad
    (x**3).sum().backward(create_graph=True)
    return first, x.grad, first is x.grad, x.grad.grad_fn is None


@program
def diamond(lib):
    x = leaf(lib, 3)
    a = x * 2
    b, c = a.sin(), a.exp()
    (b * c + a).sum().backward()
    return x.grad


@program
def unreachable(lib):
    x, y = leaf(lib, 3), leaf(lib, 2)
    (x * x).sum().backward()
    return x.grad, y.grad


@program
def several_roots(lib):
    x = leaf(lib, 3)
    y = x * x
    lib.autograd.backward([y, y.sum(), (x + y)], [lib.ones_like(y), None, 2 * lib.ones_like(y)])
    return x.grad


@program
def same_root_twice(lib):
    x = leaf(lib)
    y = x * x
    lib.autograd.backward([y, y])
    return x.grad


@program
def leaf_as_root(lib):
    x = leaf(lib)
    x.backward()
    x.backward()
    return x.grad


@program
def grad_of_several(lib):
    x, w = leaf(lib, 3), leaf(lib, 3)
    y = (x * w).sum()
    return lib.autograd.grad(y, [x, w]), x.grad, w.grad


@program
def grad_by_inner_values(lib):
    x = leaf(lib, 3)
    h = x.exp()
    k = h * x
    return lib.autograd.grad(k.sum(), [h, k, x], retain_graph=True), lib.autograd.grad(k.sum(), h)


@program
def grad_allow_unused(lib):
    x, w = leaf(lib, 3), leaf(lib, 2)
    y = (x * 2).sum()
    return (
        lib.autograd.grad(y, [x, w], allow_unused=True, retain_graph=True),
        lib.autograd.grad(y, [w, x], materialize_grads=True, retain_graph=True),
        lib.autograd.grad(y, [w], allow_unused=True),
    )


@program
def grad_unused_is_an_error(lib):
    x, w = leaf(lib, 3), leaf(lib, 2)
    return lib.autograd.grad((x * 2).sum(), [x, w])


@program
def grad_of_a_later_value(lib):
    x = leaf(lib, 3)
    h = x * 2
    k = h * 3
    return lib.autograd.grad(h.sum(), [x, k], allow_unused=True)


@program
def grad_twice_by_the_same_input(lib):
    x = leaf(lib, 3)
    return lib.autograd.grad((x * x).sum(), [x, x])


@program
def grad_by_one_of_several_results(lib):
    x = leaf(lib, 3, 2)
    a, b, c = x.unbind(0)
    y = (a * c).sum()
    return lib.autograd.grad(y, [a, c, b], allow_unused=True, retain_graph=True), lib.autograd.grad(y, x)


@program
def inputs_limits_what_is_accumulated(lib):
    x, w = leaf(lib, 3), leaf(lib, 3)
    h = x * w
    (h * h).sum().backward(inputs=[x])
    return x.grad, w.grad


@program
def inputs_may_be_inner_values(lib):
    x = leaf(lib, 3)
    h = x * 2
    (h * h).sum().backward(inputs=[h, x])
    return x.grad, h.grad


@program
def inputs_by_themselves(lib):
    x = leaf(lib, 3)
    h = x * 2
    (h * h).sum().backward(inputs=h)
    return x.grad, h.grad


@program
def second_backward(lib):
    x = leaf(lib, 3)
    y = x.exp().sum()
    y.backward()
    y.backward()


@program
def second_backward_without_saved_values(lib):
    x = leaf(lib, 3)
    y = (x + 1).sum()
    y.backward()
    y.backward()
    return x.grad


@program
def retain_graph(lib):
    x = leaf(lib, 3)
    y = x.exp().sum()
    y.backward(retain_graph=True)
    y.backward()
    return x.grad


@program
def part_of_a_graph_was_freed(lib):
    x = leaf(lib, 3)
    h = x.exp()
    h.sum().backward()
    (h * 2).sum().backward()


@program
def a_freed_op_does_not_matter_outside_of_the_way(lib):
    x, w = leaf(lib, 3), leaf(lib, 3)
    h = x.exp()
    h.sum().backward()
    return lib.autograd.grad((h.detach() * w + w * h).sum(), w)


@program
def third_derivative(lib):
    x = leaf(lib, 4)
    y = (x.sin() * x**3).sum()
    for _ in range(3):
        (y,) = lib.autograd.grad(y.sum(), x, create_graph=True)
    return y


@program
def derivative_of_a_gradient_norm(lib):
    x, w = leaf(lib, 3), leaf(lib, 3)
    y = ((x @ w).tanh() * x).sum()
    gx, gw = lib.autograd.grad(y, [x, w], create_graph=True)
    (gx.norm() + (gw * gw).sum()).backward()
    return x.grad, w.grad


@program
def create_graph_keeps_the_graph(lib):
    x = leaf(lib, 3)
    y = x.exp().sum()
    lib.autograd.grad(y, x, create_graph=True)
    return lib.autograd.grad(y, x)


@program
def create_graph_without_retain(lib):
    x = leaf(lib, 3)
    y = x.exp().sum()
    lib.autograd.grad(y, x, create_graph=True, retain_graph=False)
    return lib.autograd.grad(y, x)


@program
def second_derivative_by_grad_outputs(lib):
    x, v = leaf(lib, 3), leaf(lib, 3)
    (g,) = lib.autograd.grad(x.exp(), x, grad_outputs=v, create_graph=True)
    return lib.autograd.grad(g.sum(), [x, v])


@program
def gradient_argument_forms(lib):
    x = leaf(lib, 3)
    y = x * 2
    y.backward(lib.ones(3, dtype=lib.float64), retain_graph=True)
    y.backward(gradient=y.detach())
    return x.grad


@program
def one_element_of_any_shape(lib):
    x = leaf(lib, 1, 1)
    (x * 3).backward()
    return x.grad


@program
def dtypes_meet(lib):
    x = lib.ones(3, requires_grad=True)
    y = lib.ones(3, dtype=lib.float64, requires_grad=True)
    (x * y + x.double()).sum().backward()
    return x.grad, y.grad, str(x.grad.dtype)[-7:], str(y.grad.dtype)[-7:]


@program
def complex_meets_real(lib):
    x = leaf(lib, 3)
    z = x * (1 + 2j)
    (z * z.conj()).real.sum().backward()
    return x.grad


# Aliasing -------------------------------------------------------------------------------------------------


@program
def leaves_share_no_gradient(lib):
    x, y = leaf(lib, 3), leaf(lib, 3)
    (x + y).sum().backward()
    x.grad.add_(1)
    return x.grad, y.grad


@program
def a_gradient_is_not_the_argument(lib):
    x, y = leaf(lib, 3), leaf(lib, 3)
    g = lib.ones(3, dtype=lib.float64)
    (x + y).backward(g)
    x.grad.add_(1)
    return g, x.grad, y.grad


@program
def a_leaf_as_root_does_not_take_the_argument(lib):
    x = leaf(lib, 3)
    g = lib.ones(3, dtype=lib.float64)
    x.backward(g)
    x.backward(g)
    return g, x.grad


@program
def what_a_hook_kept_is_not_the_gradient(lib):
    x = leaf(lib, 3)
    kept = []
    x.register_hook(kept.append)
    (x * 2).sum().backward()
    x.grad.add_(1)
    return kept, x.grad


@program
def what_a_hook_returned_is_not_the_gradient(lib):
    x = leaf(lib, 3)
    mine = lib.ones(3, dtype=lib.float64)
    x.register_hook(lambda g: mine)
    (x * 2).sum().backward()
    (x * 2).sum().backward()
    return mine, x.grad


@program
def retained_gradients_are_their_own(lib):
    x = leaf(lib, 3)
    h = x + 0
    h.retain_grad()
    h.sum().backward()
    h.grad.mul_(5)
    return x.grad, h.grad


@program
def grad_results_are_their_own(lib):
    x, y = leaf(lib, 3), leaf(lib, 3)
    gx, gy = lib.autograd.grad((x + y).sum(), [x, y])
    return gx, gy


@program
def the_gradient_of_an_expanded_value(lib):
    x = leaf(lib, 3)
    x.sum().backward()
    x.grad[0] = 7
    return x.grad


# Hooks -----------------------------------------------------------------------------------------------------


@program
def hooks_run_in_order(lib):
    x = leaf(lib, 3)
    log = []
    h = x * 2
    h.register_hook(lambda g: log.append("first"))
    h.register_hook(lambda g: g * 10)
    h.register_hook(lambda g: log.append(g.clone()))
    x.register_hook(lambda g: log.append(("leaf", g.clone())))
    h.sum().backward()
    return log, x.grad


@program
def a_hook_is_removed(lib):
    x = leaf(lib, 3)
    handle = x.register_hook(lambda g: g * 100)
    (x * 2).sum().backward()
    handle.remove()
    handle.remove()
    (x * 2).sum().backward()
    return x.grad


@program
def a_hook_sees_the_whole_gradient(lib):
    x = leaf(lib, 3)
    seen = []
    h = x * 1
    h.register_hook(lambda g: seen.append(g.clone()))
    (h * 2 + h * 3 + h.exp()).sum().backward()
    return seen


@program
def hooks_run_in_grad(lib):
    x = leaf(lib, 3)
    h = x * 2
    h.register_hook(lambda g: g + 1)
    x.register_hook(lambda g: g * 3)
    y = (h * h).sum()
    return lib.autograd.grad(y, h, retain_graph=True), lib.autograd.grad(y, x)


@program
def a_hook_of_a_value_that_gets_no_gradient(lib):
    x = leaf(lib, 3)
    log = []
    (x * 5).register_hook(lambda g: log.append(1))
    (x * 2).sum().backward()
    return log


@program
def hooks_under_create_graph(lib):
    x = leaf(lib, 3)
    h = x * x
    h.register_hook(lambda g: g * x)
    (g,) = lib.autograd.grad((h * h).sum(), x, create_graph=True)
    return g, lib.autograd.grad(g.sum(), x)


@program
def what_a_hook_computes_is_not_recorded(lib):
    x = leaf(lib, 3)
    seen = []
    x.register_hook(lambda g: seen.append((g * x).requires_grad))
    (x * 2).sum().backward()
    return seen


@program
def retain_grad_after_hooks(lib):
    x = leaf(lib, 3)
    h = x * 2
    h.retain_grad()
    h.register_hook(lambda g: g * 10)
    h.sum().backward()
    return h.grad, x.grad


@program
def retain_grad_twice_and_on_leaves(lib):
    x = leaf(lib, 3)
    h = x * 2
    h.retain_grad()
    h.retain_grad()
    x.retain_grad()
    h.sum().backward(retain_graph=True)
    h.sum().backward()
    return h.grad, x.grad, h.retains_grad, x.retains_grad


@program
def post_accumulate_hooks(lib):
    x, log = leaf(lib, 3), []

    def hook(p):
        log.append((p is x, p.grad.clone()))
        p.grad = None

    x.register_post_accumulate_grad_hook(hook)
    (x * x).sum().backward()
    (x * 3).sum().backward()
    lib.autograd.grad((x * 3).sum(), x)
    return log, x.grad


@program
def node_hooks(lib):
    x, w, log = leaf(lib, 3), leaf(lib, 3), []
    y = x * w
    y.grad_fn.register_hook(lambda inputs, outputs: log.append((len(inputs), outputs[0].clone())))
    y.grad_fn.register_hook(lambda inputs, outputs: (inputs[0] * 2, None))
    y.sum().backward()
    return log, x.grad, w.grad


@program
def node_prehooks(lib):
    x, log = leaf(lib, 3), []
    y = x.exp()
    y.register_hook(lambda g: log.append("tensor"))
    y.grad_fn.register_prehook(lambda gs: (gs[0] * 4,))
    y.sum().backward()
    return log, x.grad


@program
def a_hook_that_fails_leaves_gradients_alone(lib):
    x = leaf(lib, 3)
    x.sum().backward()

    def fail(g):
        raise ValueError("on purpose")

    h = x * 2
    h.register_hook(fail)
    try:
        h.sum().backward()
    except ValueError as error:
        return str(error), x.grad


@program
def a_backward_inside_of_a_hook(lib):
    x, w = leaf(lib, 3), leaf(lib, 3)

    def hook(g):
        with lib.enable_grad():
            (w * w).sum().backward()

    x.register_hook(hook)
    (x * 2).sum().backward()
    return x.grad, w.grad


# Places in the graph ------------------------------------------------------------------------------------------


@program
def leaves_and_nodes(lib):
    x = leaf(lib, 3)
    y = x.exp()
    c = lib.ones(3)
    return [
        (v.is_leaf, v.requires_grad, v.grad_fn is None, v.output_nr)
        for v in (x, y, c, c * 2, y.detach(), *(x * 1).unbind(0), (x * 1).reshape(3, 1))
    ]


@program
def node_names(lib):
    x = leaf(lib, 2, 2)
    made = [
        x + 1,
        x - 1,
        x * 2,
        x / 2,
        x.exp(),
        x.log(),
        x.sum(),
        x.tanh(),
        x**2,
        -x,
        x.abs(),
        x.sqrt(),
        x.clone(),
    ]
    return [v.grad_fn.name() for v in made]


@program
def the_graph_can_be_walked(lib):
    x, c = leaf(lib, 3), lib.ones(3)
    node = ((x * 2).exp() + c).grad_fn
    names = []
    while node is not None:
        names.append(node.name().rsplit("::")[-1])
        node = node.next_functions[0][0] if node.next_functions else None
    return names


@program
def accumulate_grad_knows_its_leaf(lib):
    x = leaf(lib, 3)
    return x.exp().grad_fn.next_functions[0][0].variable is x


@program
def integers_take_no_part(lib):
    x = leaf(lib, 3)
    mask = x > 0.6
    return mask.requires_grad, x.argmax().requires_grad, x.long().requires_grad, (x * mask).requires_grad


@program
def requires_grad_switched(lib):
    x = lib.ones(3)
    a = x * 2
    x.requires_grad_()
    b = x * 2
    x.requires_grad = False
    c = x * 2
    return [v.requires_grad for v in (a, b, c)]


@program
def detach_in_place(lib):
    x = leaf(lib, 3)
    y = x * 2
    y.detach_()
    return y.requires_grad, y.is_leaf, y.grad_fn is None


@program
def requires_grad_on_a_result_is_harmless(lib):
    return (leaf(lib, 3) * 2).requires_grad_().is_leaf


@program
def requires_grad_off_on_a_result(lib):
    (leaf(lib, 3) * 2).requires_grad_(False)


@program
def data_is_outside(lib):
    x = leaf(lib, 3)
    y = x * x
    x.data.mul_(2)
    y.sum().backward()
    return x, x.grad, x._version


@program
def data_replaced(lib):
    x = leaf(lib, 3)
    x.data = lib.zeros(2, dtype=lib.float64)
    (x + 1).sum().backward()
    return x, x.grad


# Modes -------------------------------------------------------------------------------------------------------


@program
def modes_nest(lib):
    x, log = leaf(lib, 3), []
    with lib.no_grad():
        log.append((x * 2).requires_grad)
        with lib.enable_grad():
            log.append((x * 2).requires_grad)
            with lib.set_grad_enabled(False):
                log.append((x * 2).requires_grad)
            log.append(lib.is_grad_enabled())
        log.append(lib.is_grad_enabled())
    log.append(lib.is_grad_enabled())
    return log


@program
def modes_end_with_an_error(lib):
    try:
        with lib.no_grad():
            raise KeyError
    except KeyError:
        return lib.is_grad_enabled()


@program
def modes_decorate(lib):
    x = leaf(lib, 3)

    @lib.no_grad()
    def off(v):
        return (v * 2).requires_grad

    @lib.no_grad
    def bare(v):
        return (v * 2).requires_grad

    @lib.inference_mode()
    def inference(v):
        return (v * 2).is_inference()

    @lib.set_grad_enabled(False)
    def switched(v):
        return (v * 2).requires_grad

    return off(x), bare(x), inference(x), switched(x), lib.is_grad_enabled(), off.__name__


@program
def modes_decorate_generators(lib):
    x, log = leaf(lib, 3), []

    @lib.no_grad()
    def generate():
        for _ in range(2):
            sent = yield (x * 2).requires_grad
            log.append((sent, lib.is_grad_enabled()))

    generator = generate()
    log.append(next(generator))
    log.append((x * 2).requires_grad)
    log.append(generator.send("sent"))
    log.append(lib.is_grad_enabled())
    generator.close()
    return log


@program
def no_grad_inside_of_a_generator(lib):
    x, log = leaf(lib, 3), []

    def generate():
        with lib.no_grad():
            yield (x * 2).requires_grad
            yield (x * 2).requires_grad

    log.extend(generate())
    log.append(lib.is_grad_enabled())
    return log


@program
def set_grad_enabled_as_a_function(lib):
    before = lib.is_grad_enabled()
    lib.set_grad_enabled(False)
    during = lib.is_grad_enabled()
    lib.set_grad_enabled(True)
    return before, during, lib.is_grad_enabled()


@program
def leaves_change_under_no_grad(lib):
    x = leaf(lib, 3)
    (x * x).sum().backward()
    with lib.no_grad():
        x -= 0.1 * x.grad
        x.grad.zero_()
    return x, x.is_leaf, x.grad, x._version


@program
def a_result_made_under_no_grad_is_a_leaf(lib):
    x = leaf(lib, 3)
    with lib.no_grad():
        y = x * 2
    return y.is_leaf, y.requires_grad, y.requires_grad_().is_leaf


@program
def creation_with_requires_grad_under_no_grad(lib):
    with lib.no_grad():
        return lib.ones(2, requires_grad=True).requires_grad


@program
def inference_tensors(lib):
    x = leaf(lib, 3)
    with lib.inference_mode():
        y = x * 2
        y.add_(1)
        inside = lib.is_inference_mode_enabled()
    return (
        y,
        y.is_inference(),
        inside,
        lib.is_inference_mode_enabled(),
        (y * 2).requires_grad,
        y.clone().is_inference(),
    )


@program
def inference_mode_switched_off(lib):
    with lib.inference_mode(), lib.inference_mode(False):
        return (leaf(lib, 3) * 2).requires_grad


@program
def backward_under_no_grad(lib):
    x = leaf(lib, 3)
    y = (x * x).sum()
    with lib.no_grad():
        y.backward()
    return x.grad


@pytest.mark.parametrize("name", program)
def test_same_as_pytorch(name: str) -> None:
    program.check(name)
