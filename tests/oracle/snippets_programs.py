"""Short programs of several lines, parted by empty ones."""

# ruff: noqa: E501

SNIPPETS = r"""
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

def synthetic(w, b, n):
    X = torch.normal(0, 1, (n, len(w)))
    y = torch.matmul(X, w) + b
    y += torch.normal(0, 0.01, y.shape)
    return X, y.reshape((-1, 1))
true_w = torch.tensor([2, -3.4]); true_b = 4.2
features, labels = synthetic(true_w, true_b, 100)
print(features.shape, labels.shape)
def data_iter(batch_size, features, labels):
    n = len(features)
    indices = list(range(n))
    random.shuffle(indices)
    for i in range(0, n, batch_size):
        j = torch.tensor(indices[i: min(i + batch_size, n)])
        yield features[j], labels[j]
for X, y in data_iter(10, features, labels):
    print(X.shape, y.shape)
    break
w = torch.normal(0, 0.01, size=(2, 1), requires_grad=True)
b = torch.zeros(1, requires_grad=True)
def sgd(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad / batch_size
            param.grad.zero_()
for epoch in range(3):
    for X, y in data_iter(10, features, labels):
        l = (torch.matmul(X, w) + b - y.reshape(w.shape[0] * 0 + len(y), 1)) ** 2 / 2
        l.sum().backward()
        sgd([w, b], 0.3, 10)
(true_w - w.reshape(true_w.shape)).abs().max() < 0.1

X = torch.arange(12, dtype=torch.float32).reshape((3, 4))
Y = T([[2.0, 1, 4, 3], [1, 2, 3, 4], [4, 3, 2, 1]])
print(torch.cat((X, Y), dim=0), torch.cat((X, Y), dim=1))
print(X == Y, X.sum(), X[-1], X[1:3])
X[1, 2] = 9
X[0:2, :] = 12
Z = torch.zeros_like(Y)
before = id(Z)
Z[:] = X + Y
print(id(Z) == before)
A = X.numpy(); B = torch.tensor(A)
print(type(A).__name__, a := T([3.5]), a.item(), float(a), int(a))
A = torch.arange(20, dtype=torch.float32).reshape(5, 4)
B = A.clone()
print(A, A + B, A * B, A.sum(axis=0), A.sum(axis=[0, 1]), A.mean(axis=0), A.sum(axis=0) / A.shape[0])
print(A / A.sum(axis=1, keepdims=True), A.cumsum(axis=0))
u = T([3.0, -4.0])
torch.norm(u), torch.abs(u).sum(), torch.norm(torch.ones((4, 9)))

def corr2d(X, K):
    h, w = K.shape
    Y = torch.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y
print(corr2d(fl(3, 3), fl(2, 2)))
class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))
    def forward(self, x):
        return corr2d(x, self.weight) + self.bias
conv2d = nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False)
X = torch.ones((6, 8)); X[:, 2:6] = 0
Y = corr2d(X, T([[1.0, -1.0]]))
X = X.reshape((1, 1, 6, 8)); Y = Y.reshape((1, 1, 6, 7))
for i in range(20):
    l = (conv2d(X) - Y) ** 2
    conv2d.zero_grad()
    l.sum().backward()
    conv2d.weight.data[:] -= 3e-2 * conv2d.weight.grad
print(l.sum() < 1, Conv2D((2, 2))(X[0, 0]).shape)

class Accumulator:
    def __init__(self, n): self.data = [0.0] * n
    def add(self, *args): self.data = [a + float(b) for a, b in zip(self.data, args)]
def accuracy(y_hat, y):
    if len(y_hat.shape) > 1 and y_hat.shape[1] > 1:
        y_hat = y_hat.argmax(axis=1)
    cmp = y_hat.type(y.dtype) == y
    return float(cmp.type(y.dtype).sum())
y = T([0, 2]); y_hat = T([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5]])
m = Accumulator(2)
m.add(accuracy(y_hat, y), y.numel())
print(m.data, y_hat[[0, 1], y], -torch.log(y_hat[range(len(y_hat)), y]))
print(accuracy(y_hat, y) / len(y))

img = torch.arange(75.).view(5, 5, 3)
weights = T([0.2126, 0.7152, 0.0722])
print(img.mean(-1).shape, (img * weights).sum(-1).shape)
batch = torch.stack([img, img])
print(batch.mean(-3).shape, weights.unsqueeze(-1).unsqueeze_(-1).shape)
out = img.permute(2, 0, 1)
print(out.shape, out.stride(), out.is_contiguous(), img.storage_offset())
points = T([[4.0, 1.0], [5.0, 3.0], [2.0, 1.0]])
second = points[1]
print(second.storage_offset(), second.size(), points.stride())
second[0] = 10.0
print(points, points.t().stride(), points.t().contiguous().stride())
double_points = torch.ones(10, 2, dtype=torch.double)
print(double_points.dtype, torch.zeros(10, 2).double().dtype, torch.ones(2, dtype=torch.short).to(dtype=torch.double).dtype)
points_64 = torch.rand(5, dtype=torch.double)
print((points_64 * points_64.to(torch.short)).dtype, torch.tensor([1, 2]).to(torch.float16))

wine = torch.arange(24.).view(6, 4)
target = wine[:, -1].long() % 3
onehot = torch.zeros(target.shape[0], 3)
print(onehot.scatter_(1, target.unsqueeze(1), 1.0))
data = wine[:, :-1]
mean = torch.mean(data, dim=0); var = torch.var(data, dim=0)
print((data - mean) / torch.sqrt(var))
bad = target <= 1
print(bad.shape, bad.dtype, bad.sum(), data[bad].shape, data[torch.lt(target, 2)].mean(dim=0), data[(target > 0) & (target < 2)])
for i, args in enumerate(zip(["a", "b"], mean, var)):
    print("{:2} {:20} {:6.2f} {:6.2f}".format(i, *args))
daily = torch.arange(48.).view(-1, 24, 1)
print(daily.shape, daily.transpose(1, 2).shape, daily.stride())

def training_loop(n_epochs, learning_rate, params, t_u, t_c):
    for epoch in range(1, n_epochs + 1):
        if params.grad is not None:
            params.grad.zero_()
        t_p = params[0] * t_u + params[1]
        loss = ((t_p - t_c) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            params -= learning_rate * params.grad
        if epoch % 50 == 0:
            print('Epoch %d, Loss %.3f' % (epoch, float(loss)))
    return params
t_c = T([0.5, 14.0, 15.0, 28.0, 11.0, 8.0, 3.0, -4.0, 6.0, 13.0, 21.0])
t_u = T([35.7, 55.9, 58.2, 81.9, 56.3, 48.9, 33.9, 21.8, 48.4, 60.4, 68.4])
print(training_loop(100, 1e-2, T([1.0, 0.0], requires_grad=True), t_u * 0.1, t_c))
shuffled = torch.randperm(t_u.shape[0])
n_val = int(0.2 * t_u.shape[0])
print(t_u[shuffled[:-n_val]].shape, t_u[shuffled[-n_val:]].shape)
params = T([1.0, 0.0], requires_grad=True)
optimizer = optim.Adam([params], lr=1e-1)
for _ in range(5):
    loss = ((params[0] * t_u + params[1] - t_c) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(params)

class Lin():
    def __init__(self, w, b): self.w, self.b = w, b
    def __call__(self, inp):
        self.inp = inp
        self.out = inp @ self.w + self.b
        return self.out
    def backward(self):
        self.inp.g = self.out.g @ self.w.t()
        self.w.g = self.inp.t() @ self.out.g
        self.b.g = self.out.g.sum(0)
class Mse():
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        return (inp.squeeze() - targ).pow(2).mean()
    def backward(self):
        self.inp.g = 2. * (self.inp.squeeze() - self.targ).unsqueeze(-1) / self.targ.shape[0]
w = torch.linspace(-1, 1, 3).view(3, 1); b = torch.zeros(1)
x = fl(4, 3); y = fl(4)
lin, mse = Lin(w, b), Mse()
print(mse(lin(x), y))
mse.backward(); lin.backward()
print(w.g, b.g, x.g.abs())
test = lambda a, b, cmp, cname: print(cmp(a, b), cname)
test(w.g, w.g + 1e-8, functools.partial(torch.allclose, atol=1e-3), 'near')
c = T([10., 20, 30])
m = fl(3, 3)
print(c[None, :].shape, c[:, None].expand_as(m), c.expand_as(m).storage(), (x[..., None] * w[None]).sum(dim=1).shape)

class DummyModule(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.l1 = nn.Linear(n_in, nh); self.l2 = nn.Linear(nh, n_out)
    def __setattr__(self, k, v):
        if not k.startswith('_'): print('set', k)
        super().__setattr__(k, v)
mdl = DummyModule(2, 3, 1)
for p in mdl.parameters(): print(p.shape)
class Hook():
    def __init__(self, m, f): self.hook = m.register_forward_hook(functools.partial(f, self))
    def remove(self): self.hook.remove()
    def __del__(self): self.remove()
def append_stats(hook, mod, inp, outp):
    if not hasattr(hook, 'stats'): hook.stats = ([], [])
    hook.stats[0].append(outp.data.mean())
    hook.stats[1].append(outp.data.std())
model = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
hooks = [Hook(l, append_stats) for l in model]
model(fl(3, 2))
print([len(h.stats[0]) for h in hooks], model)

class Attention(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads, self.scale = heads, (d // heads) ** -0.5
        self.qkv = nn.Linear(d, 3 * d, bias=False)
        self.register_buffer('mask', torch.tril(torch.ones(8, 8)).view(1, 1, 8, 8))
    def forward(self, x):
        B, N, C = x.size()
        q, k, v = self.qkv(x).split(C, dim=2)
        q, k, v = (t.view(B, N, self.heads, C // self.heads).transpose(1, 2) for t in (q, k, v))
        att = (q @ k.transpose(-2, -1)) * self.scale
        att = att.masked_fill(self.mask[:, :, :N, :N] == 0, float('-inf'))
        y = F.softmax(att, dim=-1) @ v
        return y.transpose(1, 2).contiguous().view(B, N, C)
a = Attention(4, 2)
with torch.no_grad():
    a.qkv.weight.copy_(torch.linspace(-1, 1, 48).view(12, 4))
print(a(torch.linspace(0, 1, 24).view(2, 3, 4)), list(a.state_dict()))

class PositionalEncoding(nn.Module):
    def __init__(self, d_model, dropout=0.1, max_len=50):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_len, 1, d_model)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)
        self.register_buffer('pe', pe)
    def forward(self, x):
        return self.dropout(x + self.pe[:x.size(0)])
print(PositionalEncoding(4).eval()(torch.zeros(3, 1, 4)))

torch.manual_seed(42)
class LinearRegressionModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.weights = nn.Parameter(torch.ones(1, dtype=torch.float), requires_grad=True)
        self.bias = nn.Parameter(torch.zeros(1, dtype=torch.float), requires_grad=True)
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.weights * x + self.bias
X = torch.arange(0, 1, 0.02).unsqueeze(dim=1)
y = 0.7 * X + 0.3
train_split = int(0.8 * len(X))
X_train, y_train, X_test, y_test = X[:train_split], y[:train_split], X[train_split:], y[train_split:]
model_0 = LinearRegressionModel()
print(list(model_0.parameters()), model_0.state_dict())
with torch.inference_mode():
    print(model_0(X_test)[:3])
loss_fn = nn.L1Loss(); optimizer = torch.optim.SGD(params=model_0.parameters(), lr=0.01)
for epoch in range(20):
    model_0.train()
    loss = loss_fn(model_0(X_train), y_train)
    optimizer.zero_grad(); loss.backward(); optimizer.step()
    model_0.eval()
    with torch.inference_mode():
        test_loss = loss_fn(model_0(X_test), y_test.type(torch.float))
    if epoch % 10 == 0:
        print(f"Epoch: {epoch} | MAE Train Loss: {loss:.4f} | {test_loss.detach().numpy():.4f} ")
print(model_0.state_dict())

class CustomDataset(torch.utils.data.Dataset):
    def __init__(self, n, transform=None, target_transform=None):
        self.n, self.transform, self.target_transform = n, transform, target_transform
    def __len__(self): return self.n
    def __getitem__(self, i):
        if i >= self.n: raise IndexError
        x, y = torch.full((1, 2, 2), float(i)), i % 3
        if self.transform: x = self.transform(x)
        if self.target_transform: y = self.target_transform(y)
        return x, y
ds = CustomDataset(5, target_transform=lambda y: torch.zeros(3, dtype=torch.float).scatter_(0, torch.tensor(y), value=1))
dl = torch.utils.data.DataLoader(ds, batch_size=2, shuffle=False, num_workers=0, drop_last=False)
print(len(dl), len(dl.dataset))
for batch, (X, y) in enumerate(dl):
    print(batch, X.shape, y)
train_features, train_labels = next(iter(dl))
print(f"Feature batch shape: {train_features.size()}", train_features[0].squeeze().shape)
for x, y in ds: pass
x

def collate(batch):
    xs, ys = zip(*batch)
    lengths = torch.tensor([len(x) for x in xs])
    return nn.utils.rnn.pad_sequence(xs, batch_first=True), torch.stack([T(y) for y in ys]), lengths
data = [(torch.ones(2), 0), (torch.ones(4), 1), (torch.ones(1), 0)]
for out in torch.utils.data.DataLoader(data, batch_size=2, collate_fn=collate): print(out)

def topk_accuracy(output, target, topk=(1,)):
    maxk = max(topk)
    batch_size = target.size(0)
    _, pred = output.topk(maxk, 1, True, True)
    pred = pred.t()
    correct = pred.eq(target.view(1, -1).expand_as(pred))
    return [correct[:k].reshape(-1).float().sum(0, keepdim=True).mul_(100.0 / batch_size) for k in topk]
print(topk_accuracy(fl(3, 5), T([4, 3, 0]), (1, 2)))

model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
grads = {}
def save(name):
    def hook(module, grad_input, grad_output): grads[name] = grad_output[0].shape
    return hook
handles = [m.register_full_backward_hook(save(n)) for n, m in model.named_children()]
model(fl(3, 2)).sum().backward()
print(grads, len(model._forward_hooks), len(model[0]._backward_hooks))
for h in handles: h.remove()
total = sum(p.numel() for p in model.parameters() if p.requires_grad)
print(f"{total:,}")
total_norm = torch.norm(torch.stack([torch.norm(p.grad.detach(), 2.0) for p in model.parameters()]), 2.0)
print(total_norm.shape)
ema = copy.deepcopy(model)
for pe, p in zip(ema.parameters(), model.parameters()): pe.data.mul_(0.9).add_(p.data, alpha=0.1)
for (n1, p1), (n2, p2) in zip(model.state_dict().items(), ema.state_dict().items()): assert n1 == n2 and torch.allclose(p1, p2)
torch.save({'epoch': 1, 'model_state_dict': model.state_dict()}, buf := io.BytesIO()); buf.seek(0)
torch.load(buf)['epoch']

def num_grad(f, x, eps=1e-4):
    g = torch.zeros_like(x)
    it = np.nditer(x.numpy(), flags=['multi_index'])
    for _ in it:
        i = it.multi_index
        o = x[i].item()
        x[i] = o + eps; a = f(x)
        x[i] = o - eps; b = f(x)
        x[i] = o
        g[i] = (a - b) / (2 * eps)
    return g
print(num_grad(lambda x: (x ** 2).sum(), fl(2, 2).double()))

policy = nn.Sequential(nn.Linear(4, 2), nn.Softmax(dim=-1))
state = torch.from_numpy(np.zeros(4)).float().unsqueeze(0)
m = torch.distributions.Categorical(policy(state))
action = m.sample()
loss = -m.log_prob(action) * 2.0
print(action.item() in (0, 1), loss.shape)
R, rewards = 0, []
for r in [1., 2., 3.][::-1]:
    R = r + 0.9 * R
    rewards.insert(0, R)
rewards = torch.tensor(rewards)
eps = np.finfo(np.float32).eps.item()
print((rewards - rewards.mean()) / (rewards.std() + eps))
loss = torch.cat([loss, loss]).sum()
loss.backward()

q = T([[1., 2.], [3., 4.]])
print(q.gather(1, T([[0], [1]])), q.max(1).values, q.max(1)[1].view(-1, 1), q.detach().max(1)[0].unsqueeze(1))
mask = torch.tensor(tuple(map(lambda s: s is not None, [1, None])), dtype=torch.bool)
nxt = torch.zeros(2)
with torch.no_grad(): nxt[mask] = q[:1].max(1).values
print(nxt, F.smooth_l1_loss(q, q + 1), nn.SmoothL1Loss()(q, q - 2))

all_letters = "abc"
def to_tensor(line):
    t = torch.zeros(len(line), 1, len(all_letters))
    for li, letter in enumerate(line): t[li][0][all_letters.find(letter)] = 1
    return t
print(to_tensor("cab").size(), to_tensor("b"))
class RNN(nn.Module):
    def __init__(self, i, h, o):
        super(RNN, self).__init__()
        self.hidden_size = h
        self.i2h = nn.Linear(i + h, h); self.i2o = nn.Linear(i + h, o)
        self.softmax = nn.LogSoftmax(dim=1)
    def forward(self, input, hidden):
        combined = torch.cat((input, hidden), 1)
        return self.softmax(self.i2o(combined)), self.i2h(combined)
    def initHidden(self): return torch.zeros(1, self.hidden_size)
rnn = RNN(3, 4, 2)
hidden = rnn.initHidden()
line = to_tensor("cab")
for i in range(line.size()[0]): output, hidden = rnn(line[i], hidden)
loss = nn.NLLLoss()(output, T([1]))
rnn.zero_grad(); loss.backward()
for p in rnn.parameters(): p.data.add_(p.grad.data, alpha=-0.005)
top_n, top_i = output.topk(1)
print(top_i[0].item() in (0, 1), loss.item() > 0)

embeds = nn.Embedding(2, 5)
lookup = torch.tensor([{"hello": 0, "world": 1}["hello"]], dtype=torch.long)
print(embeds(lookup).shape, embeds(lookup).view((1, -1)).size(), autograd_ok := embeds.weight.requires_grad)
lstm = nn.LSTM(3, 3)
inputs = [torch.ones(1, 3) for _ in range(5)]
hidden = (torch.zeros(1, 1, 3), torch.zeros(1, 1, 3))
for i in inputs: out, hidden = lstm(i.view(1, 1, -1), hidden)
out, hidden = lstm(torch.cat(inputs).view(len(inputs), 1, -1), hidden)
print(out.size(), hidden[0].size())
def log_sum_exp(vec):
    max_score = vec[0, torch.max(vec, 1)[1].item()]
    return max_score + torch.log(torch.sum(torch.exp(vec - max_score.view(1, -1).expand(1, vec.size()[1]))))
log_sum_exp(fl(1, 3))

real_label, fake_label = 1., 0.
label = torch.full((4,), real_label, dtype=torch.float)
label.fill_(fake_label)
def weights_init(m):
    classname = m.__class__.__name__
    if classname.find('Conv') != -1: nn.init.normal_(m.weight.data, 0.0, 0.02)
    elif classname.find('BatchNorm') != -1:
        nn.init.normal_(m.weight.data, 1.0, 0.0); nn.init.constant_(m.bias.data, 0)
G = nn.Sequential(nn.ConvTranspose2d(5, 4, 4, 1, 0, bias=False), nn.BatchNorm2d(4), nn.ReLU(True), nn.ConvTranspose2d(4, 1, 4, 2, 1, bias=False), nn.Tanh())
G.apply(weights_init)
print(G, G(torch.randn(4, 5, 1, 1)).shape, label)
D = nn.Sequential(nn.Conv2d(1, 2, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True), nn.Conv2d(2, 1, 4, 1, 0, bias=False), nn.Sigmoid())
err = nn.BCELoss()(D(G(torch.randn(4, 5, 1, 1)).detach()).view(-1), label)
err.backward()
print(err.mean().item() > 0, G[0].weight.grad)

def vae_loss(recon_x, x, mu, logvar):
    BCE = F.binary_cross_entropy(recon_x, x.view(-1, 4), reduction='sum')
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return BCE + KLD
std = torch.exp(0.5 * torch.zeros(2)); eps = torch.randn_like(std)
print(eps.mul(std).add_(torch.ones(2)).shape, vae_loss(torch.full((1, 4), .5), torch.ones(1, 2, 2), torch.zeros(1, 2), torch.zeros(1, 2)))

def fgsm_attack(image, epsilon, data_grad):
    return torch.clamp(image + epsilon * data_grad.sign(), 0, 1)
data = torch.full((1, 4), 0.5); data.requires_grad = True
model = nn.Linear(4, 2)
with torch.no_grad(): model.weight[:] = fl(2, 4); model.bias.zero_()
output = F.log_softmax(model(data), dim=1)
init_pred = output.max(1, keepdim=True)[1]
loss = F.nll_loss(output, T([0]))
model.zero_grad(); loss.backward()
print(fgsm_attack(data, 0.1, data.grad.data), init_pred.item())
def gram_matrix(input):
    a, b, c, d = input.size()
    features = input.view(a * b, c * d)
    G = torch.mm(features, features.t())
    return G.div(a * b * c * d)
print(gram_matrix(fl(1, 2, 2, 2)))
input_img = torch.ones(1, 1, 2, 2)
optimizer = optim.LBFGS([input_img.requires_grad_()])
def closure():
    optimizer.zero_grad()
    loss = (input_img ** 2).sum()
    loss.backward()
    return loss
optimizer.step(closure)
print(input_img)
"""
