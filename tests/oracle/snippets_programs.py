"""Short programs of several lines, parted by empty ones."""

# ruff: noqa: E501

SNIPPETS = r'''
@torch.no_grad()
def f(x):
    return x * 2
f(T([1.], requires_grad=True))

@torch.no_grad
def f(x):
    return x * 2
f(T([1.], requires_grad=True))

@torch.inference_mode()
def f(x):
    return x * 2
y = f(T([1.], requires_grad=True))
print(y.is_inference(), y.requires_grad)
y * T([1.], requires_grad=True)

with torch.inference_mode():
    y = torch.ones(2)
y.requires_grad_()

with torch.no_grad():
    y = T([1.], requires_grad=True)
    z = y * 2
    print(torch.is_grad_enabled(), z.requires_grad, y.requires_grad)
    with torch.enable_grad():
        print((y*2).requires_grad)

with torch.set_grad_enabled(False):
    print(torch.is_grad_enabled())
print(torch.is_grad_enabled())

w = T([1., 2.], requires_grad=True)
for i in range(3):
    loss = (w ** 2).sum()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        w.grad.zero_()
w

w = T([1., 2.], requires_grad=True)
loss = (w ** 2).sum()
loss.backward()
w = w - 0.1 * w.grad
print(w.grad)

class MyReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return input.clamp(min=0)
    @staticmethod
    def backward(ctx, grad_output):
        input, = ctx.saved_tensors
        grad_input = grad_output.clone()
        grad_input[input < 0] = 0
        return grad_input
x = T([-1., 2.], requires_grad=True)
y = MyReLU.apply(x)
print(y)
y.sum().backward()
x.grad

class Two(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, k):
        ctx.k = k
        return x * k, x + k
    @staticmethod
    def backward(ctx, g1, g2):
        print(g1, g2, ctx.needs_input_grad)
        return g1 * ctx.k + g2, None
x = T([1.], requires_grad=True)
a, b = Two.apply(x, 3)
a.backward()
x.grad

class Bad(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2
    @staticmethod
    def backward(ctx, g):
        return g, g
x = T([1.], requires_grad=True)
Bad.apply(x).backward()

class Bad(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2
    @staticmethod
    def backward(ctx, g):
        return torch.ones(3)
x = T([1.], requires_grad=True)
Bad.apply(x).backward()

class Sq(torch.autograd.Function):
    @staticmethod
    def forward(x):
        return x ** 2
    @staticmethod
    def setup_context(ctx, inputs, output):
        x, = inputs
        ctx.save_for_backward(x)
    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return 2 * x * g
x = T([3.], requires_grad=True)
g, = torch.autograd.grad(Sq.apply(x), x, create_graph=True)
print(g)
torch.autograd.grad(g, x)

with torch.autograd.detect_anomaly():
    x = T([-1.], requires_grad=True)
    y = torch.sqrt(x) * 0
    y.backward()

with torch.autograd.graph.saved_tensors_hooks(lambda t: (print('pack'), t)[1], lambda t: (print('unpack'), t)[1]):
    x = T([1.], requires_grad=True)
    y = x.exp()
y.backward()
x.grad

def f(x, y):
    return x ** 2 + y
x = T(2., requires_grad=True); y = T(3., requires_grad=True)
out = f(x, y)
out.backward()
print(f"dx={x.grad}, dy={y.grad}")

inp = torch.eye(4, 5, requires_grad=True)
out = (inp + 1).pow(2).t()
out.backward(torch.ones_like(out), retain_graph=True)
print(f"First call\n{inp.grad}")
out.backward(torch.ones_like(out), retain_graph=True)
print(f"\nSecond call\n{inp.grad}")
inp.grad.zero_()
out.backward(torch.ones_like(out), retain_graph=True)
print(f"\nCall after zeroing gradients\n{inp.grad}")

x = torch.ones(2, 2, requires_grad=True)
y = x + 2
z = y * y * 3
out = z.mean()
print(x, y, z, out)
out.backward()
print(x.grad)

a = torch.ones(2, 2)
a = ((a * 3) / (a - 1 + 0.5))
print(a.requires_grad)
a.requires_grad_(True)
print(a.requires_grad)
b = (a * a).sum()
print(b.grad_fn.name())

t_c = T([0.5, 14.0, 15.0])
t_u = T([35.7, 55.9, 58.2])
def model(t_u, w, b): return w * t_u + b
def loss_fn(t_p, t_c): return ((t_p - t_c)**2).mean()
params = T([1.0, 0.0], requires_grad=True)
loss = loss_fn(model(t_u, *params), t_c)
print(loss)
loss.backward()
print(params.grad)
if params.grad is not None:
    params.grad.zero_()
with torch.no_grad():
    params -= 1e-2 * T([1., 2.])
params

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.fc = nn.Linear(6, 10)
        self.register_buffer('buf', torch.zeros(2))
        self.register_buffer('tmp', torch.zeros(1), persistent=False)
        self.p = nn.Parameter(torch.ones(1))
        self.x = 3
    def forward(self, x):
        return self.fc(self.conv1(x))
net = Net()
print(net)
print([n for n, _ in net.named_parameters()], [n for n, _ in net.named_buffers()], list(net.state_dict()))
print([n for n,_ in net.named_modules()])
print(net.get_submodule('fc'), net.get_parameter('fc.bias').shape, net.get_buffer('buf'))
net.train(False).training, net.fc.training

class Net(nn.Module):
    def __init__(self):
        self.fc = nn.Linear(2, 3)
Net()

class Net(nn.Module):
    def __init__(self):
        self.p = nn.Parameter(torch.ones(2))
Net()

class Net(nn.Module):
    def __init__(self):
        self.x = 3
        super().__init__()
        self.y = torch.ones(2)
print(list(Net().state_dict()))
Net()

class Net(nn.Module):
    pass
Net()(1)

class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.layers = [nn.Linear(1, 1)]
print(list(Net().parameters()))
Net()

class Net(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.n = n
    def extra_repr(self):
        return f"n={self.n}"
    def forward(self, x): return x
print(Net(3))
nn.Sequential(Net(1), nn.ModuleList([Net(2), Net(2)]))

m = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
out = []
h = m[1].register_forward_hook(lambda mod, i, o: out.append((type(mod).__name__, i[0].shape, o.shape)))
m(fl(1, 2))
h.remove()
m(fl(1, 2))
out

m = nn.Linear(2, 2)
m.register_forward_pre_hook(lambda mod, i: (i[0] * 0,))
m.bias.data.zero_()
m(fl(1, 2))

m = nn.Linear(2, 1)
m.weight.data.fill_(1)
m.register_full_backward_hook(lambda mod, gi, go: print(gi, go))
x = fl(1, 2).requires_grad_()
m(x).sum().backward()

m = nn.Linear(2, 1)
m.register_backward_hook
m.register_forward_hook(lambda mod, args, kwargs, o: print(kwargs), with_kwargs=True)
m(input=fl(1, 2)).shape

def init_weights(m):
    if type(m) == nn.Linear:
        nn.init.normal_(m.weight, std=0)
        m.bias.data.fill_(0.01)
net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
net.apply(init_weights)
print(net[0].weight, net[2].bias)
net(fl(1, 2))

net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
for p in net.parameters(): p.requires_grad = False
print([p.requires_grad for p in net.parameters()])
net.requires_grad_(True)
print(net[0].weight.requires_grad)
net[0].weight.data[:] = 1.
print(net[0].weight.data[0], net[0].weight.data[0, 0])
print(*[(name, param.shape) for name, param in net[0].named_parameters()])
print(*[(name, param.shape) for name, param in net.named_parameters()])
net.state_dict()['0.weight'].data

shared = nn.Linear(2, 2)
net = nn.Sequential(shared, nn.ReLU(), shared)
print(len(list(net.parameters())), list(net.state_dict()), [n for n, _ in net.named_modules()])
net[0].weight.data[0, 0] = 100
print(net[2].weight.data[0] == net[0].weight.data[0])
[n for n, _ in net.named_parameters(remove_duplicate=False)]

net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyLinear(1))
print(net)
print(net[0].weight)
net(fl(2, 3))
print(net[0].weight.shape)
net

net = nn.LazyLinear(4)
net.weight.shape

m = nn.Linear(2, 1)
m2 = copy.deepcopy(m)
m2.weight.data.zero_()
print(torch.equal(m.weight, m2.weight), m2.weight.requires_grad)
buf = io.BytesIO()
torch.save(m.state_dict(), buf)
buf.seek(0)
sd = torch.load(buf)
print(list(sd), type(sd).__name__)
m2.load_state_dict(sd)
torch.equal(m.weight, m2.weight)

buf = io.BytesIO()
torch.save({'epoch': 3, 'x': torch.ones(2), 'l': [1, 'a', None], 't': (1, 2.5), 'o': optim.SGD(nn.Linear(1, 1).parameters(), lr=.1).state_dict()}, buf)
buf.seek(0)
torch.load(buf, weights_only=True, map_location=torch.device('cpu'))

m = nn.Linear(2, 1)
print(pickle.loads(pickle.dumps(m)))
m.to(torch.float64)
print(m.weight.dtype)
m.half().weight.dtype, m.float().weight.dtype, m.double().bias.dtype, m.to('cpu') is m, m.cpu() is m, m.eval() is m, m.train() is m

m = nn.BatchNorm1d(2)
print(m.training, m.num_batches_tracked)
m(fl(3, 2))
print(m.running_mean, m.running_var, m.num_batches_tracked)
m.eval()
print(m(fl(3, 2)))
m.reset_running_stats()
m.running_mean

m = nn.Linear(2, 1)
m.foo = torch.ones(1)
m.register_parameter('q', None)
m.register_parameter('r', nn.Parameter(torch.ones(1)))
print(m.q, m._parameters.keys(), m._buffers, 'foo' in m.__dict__)
m.register_buffer('weight', torch.ones(1))

m = nn.Linear(2, 1)
m.register_parameter('q', torch.ones(1))

m = nn.Linear(2, 1)
m.register_buffer('b', 3)

m = nn.Module()
m.a = nn.Linear(1, 1)
m.a = 3

m = nn.Module()
m.a = nn.Linear(1, 1)
m.a = None
print(m, list(m.children()))
'a' in dir(m), hasattr(m, 'b')

class M(nn.Module):
    def forward(self, x, *, k=1): return {'a': x * k}
M()(fl(2), k=2)

dict(nn.Linear(1, 1).named_modules()).keys()
'''
