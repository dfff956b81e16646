"""Printing, dtypes, devices, generators, datasets and loaders, distributions."""

# ruff: noqa: E501

SNIPPETS = r"""
print(torch.arange(5))
print(torch.zeros(2,3))
print(T([1e-5,1.]))
print(T([1e5,1.]))
print(T([1e8,1.]))
print(T([1e9,1.]))
print(T([123456.789]))
print(T([0.1,100.5]))
print(T([1000.,0.001]))
print(T([nan,inf,-inf,1.]))
print(T([nan,inf,-inf]))
print(T([1.,2.,nan]))
print(T([1e-10]))
print(T(1e-10))
print(T(1e10))
print(T([[1,-20],[300,4]]))
print(T([True,False]))
print(T([1+2j,3.5-1j]))
print(T([1e-8+2j]))
print(T([]))
print(torch.zeros(0,3))
print(torch.zeros(2,0))
print(torch.zeros(0,dtype=torch.int))
print(torch.zeros(2,3,4))
print(torch.zeros(1001))
print(torch.arange(1001))
print(torch.arange(1000))
print(torch.zeros(100,100))
print(torch.zeros(2,2,2,2))
print(torch.zeros(7,200))
print(torch.arange(200).float())
print(torch.arange(30.)*1000)
print(T([1.],dtype=torch.double))
print(T([1.],dtype=torch.half))
print(T([1],dtype=torch.int8))
print(T(5,dtype=torch.int32))
print(T([1.],requires_grad=True))
print(T([1.,2.,3.,4.,5.,6.,7.,8.,9.,10.]*3,dtype=torch.double,requires_grad=True))
print(torch.ones(2,requires_grad=True).sum(1) if False else torch.ones(2,requires_grad=True)+1)
print(T([-1.,2.]))
print(T([-0.,0.]))
print(T([0.00001234]))
print(T([1.5,2.25]))
print(T([1.,2.])/3)
print(torch.linspace(0,1,11))
print(torch.logspace(-10,10,5))
print([T(1.),T([2])])
print({'x':T(1.)})
print(T(1), T(1.), T(True), T(1j))
torch.set_printoptions(precision=2); print(T([1.23456]))
torch.set_printoptions(precision=8); print(T([1.23456]))
torch.set_printoptions(sci_mode=False); print(T([1e-5,1e5]))
torch.set_printoptions(sci_mode=True); print(T([1.,2.]))
torch.set_printoptions(threshold=5); print(torch.arange(10))
torch.set_printoptions(edgeitems=1); print(torch.zeros(2000))
torch.set_printoptions(edgeitems=2,threshold=5); print(torch.zeros(10,10))
torch.set_printoptions(linewidth=40); print(torch.arange(20.))
torch.set_printoptions(profile='short'); print(T([1.23456]))
torch.set_printoptions(profile='full'); print(torch.arange(1200).shape)
torch.set_printoptions(precision=2,linewidth=140,sci_mode=False); print(torch.arange(30.)/7)
torch.set_printoptions(2); print(T([1.23456]))
torch.set_printoptions(foo=1)
torch.finfo(torch.float32)
torch.finfo(torch.float)
torch.finfo()
torch.finfo(torch.float16).max
torch.finfo(torch.float32).eps
torch.finfo(torch.double).tiny
torch.finfo(torch.float).min
torch.finfo(torch.float).bits
torch.finfo(torch.float).smallest_normal
torch.finfo(torch.float).resolution
torch.finfo(torch.float).dtype
torch.finfo(torch.int)
torch.iinfo(torch.uint8).max
torch.iinfo(torch.int64).min
torch.iinfo(torch.float)
torch.iinfo(torch.long).bits
torch.float
torch.float32==torch.float
torch.long is torch.int64
str(torch.float32)
torch.float32.is_floating_point
torch.int.is_signed
torch.complex64.is_complex
torch.float32.itemsize
torch.float.to_complex()
torch.complex64.to_real()
isinstance(torch.float,torch.dtype)
hash(torch.float)==hash(torch.float32)
{torch.float:1}[torch.float32]
torch.get_default_dtype()
torch.set_default_dtype(torch.float64); torch.tensor([1.])
torch.set_default_dtype(torch.float64); torch.tensor([1j])
torch.set_default_dtype(torch.int)
torch.set_default_dtype(torch.float64); T([1.,2.],dtype=torch.float)
torch.set_default_dtype(torch.float64); (T([1])/2).dtype
torch.set_default_dtype(torch.float64); nn.Linear(1,1).weight.dtype
torch.set_default_dtype(torch.float64); torch.Tensor([1]).dtype
torch.set_default_tensor_type(torch.DoubleTensor); torch.ones(1)
torch.get_default_device()
torch.set_default_device('cpu')
torch.device('cpu')
torch.device('cpu',0)
torch.device('cpu:0')
torch.device('cuda')
torch.device('cuda:0')
torch.device('cuda',1).index
torch.device('mps').type
torch.device('foo')
torch.device(type='cpu')
torch.device('cpu')==torch.device('cpu')
torch.device('cpu')=='cpu'
torch.device(torch.device('cpu'))
str(torch.device('cuda:0'))
torch.device('cuda' if torch.cuda.is_available() else 'cpu')
hash(torch.device('cpu'))==hash(torch.device('cpu'))
torch.cuda.is_available()
torch.cuda.device_count()
torch.backends.mps.is_available()
torch.backends.mps.is_built()
torch.backends.cudnn.benchmark
torch.backends.cudnn.enabled
torch.backends.cuda.matmul.allow_tf32
torch.cuda.manual_seed(0)
torch.cuda.manual_seed_all(0)
torch.cuda.empty_cache()
torch.accelerator.is_available()
torch.accelerator.current_accelerator()
torch.use_deterministic_algorithms(True)
torch.set_float32_matmul_precision('high')
torch.get_float32_matmul_precision()
torch.manual_seed(3).initial_seed()
torch.initial_seed()
isinstance(torch.manual_seed(0),torch.Generator)
torch.manual_seed(-1).initial_seed()
torch.manual_seed(0); a=torch.rand(2); torch.manual_seed(0); torch.equal(a,torch.rand(2))
s=torch.get_rng_state(); a=torch.rand(2); torch.set_rng_state(s); torch.equal(a,torch.rand(2))
g=torch.Generator().manual_seed(1); a=torch.rand(2,generator=g); g.manual_seed(1); torch.equal(a,torch.rand(2,generator=g))
g=torch.Generator(); g.seed(); s=g.get_state(); a=torch.randn(3,generator=g); g.set_state(s); torch.equal(a,torch.randn(3,generator=g))
torch.Generator(device='cpu').device
torch.seed()>0
torch.default_generator.initial_seed()
torch.random.manual_seed(0).initial_seed()
g=torch.Generator(); torch.randint(0,5,(3,),generator=g).shape
g=torch.Generator(); torch.randperm(3,generator=g).shape
torch.__version__[0] in '0123456789'
isinstance(torch.__version__,str)
torch.e
torch.inf
torch.nan
torch.newaxis
torch.is_floating_point(T(1.))
torch.is_complex(T(1.))
torch.is_nonzero(T(1.))
torch.is_nonzero(T([1.,2]))
torch.typename(T(1.))
torch.is_storage(T(1.))
torch.set_grad_enabled(True) and None
torch.nn.Module.__name__
torch.relu.__name__
torch.foo
nn.foo
F.foo
optim.foo
torch.utils.data.foo
from torch.utils.data import foo
from torch import foo
import torch.foo
torch.utils.data.TensorDataset(fl(3,2),ar(3))[0]
len(torch.utils.data.TensorDataset(fl(3,2),ar(3)))
torch.utils.data.TensorDataset(fl(3,2),ar(3))[:2]
torch.utils.data.TensorDataset(fl(3,2),ar(3)).tensors
list(torch.utils.data.DataLoader(fl(5),batch_size=2))
list(torch.utils.data.DataLoader(fl(5),batch_size=2,drop_last=True))
len(torch.utils.data.DataLoader(fl(5),batch_size=2))
list(torch.utils.data.DataLoader(torch.utils.data.TensorDataset(fl(4,2),ar(4)),batch_size=2))
next(iter(torch.utils.data.DataLoader(torch.utils.data.TensorDataset(fl(4,2),ar(4)),2)))
list(torch.utils.data.DataLoader([1,2,3]))
list(torch.utils.data.DataLoader([1.,2,3],batch_size=3))
list(torch.utils.data.DataLoader(range(5),batch_size=None))
list(torch.utils.data.DataLoader([(1,'a'),(2,'b')],batch_size=2))
list(torch.utils.data.DataLoader([{'x':1,'y':T([1.])},{'x':2,'y':T([2.])}],batch_size=2))
list(torch.utils.data.DataLoader(['a','b'],batch_size=2))
list(torch.utils.data.DataLoader([np.ones(2),np.zeros(2)],batch_size=2))
list(torch.utils.data.DataLoader([np.float32(1),np.float32(2)],batch_size=2))
list(torch.utils.data.DataLoader([T([1]),T([1,2])],batch_size=2))
list(torch.utils.data.DataLoader([None,None],batch_size=2))
list(torch.utils.data.DataLoader([1,2,3],batch_size=2,collate_fn=lambda b:b))
list(torch.utils.data.DataLoader([1,2,3],batch_size=2,sampler=[2,0]))
list(torch.utils.data.DataLoader([1,2,3],batch_sampler=[[0,1],[2]]))
torch.utils.data.DataLoader([1,2,3],batch_size=2,shuffle=True,sampler=[0])
torch.utils.data.DataLoader([1,2,3],batch_size=0)
torch.utils.data.DataLoader([1,2,3],batch_size=-1)
torch.utils.data.DataLoader([1,2,3],num_workers=-1)
torch.utils.data.DataLoader([1,2,3],batch_sampler=[[0]],batch_size=2)
torch.utils.data.DataLoader([1,2,3],timeout=-1)
torch.utils.data.DataLoader([1,2,3],prefetch_factor=2)
sorted(int(x) for x in torch.utils.data.DataLoader([1,2,3],shuffle=True))
torch.utils.data.DataLoader([1,2,3],batch_size=2).dataset
torch.utils.data.DataLoader([1,2,3],batch_size=2).batch_size
torch.utils.data.DataLoader([1,2,3],batch_size=2).drop_last
type(torch.utils.data.DataLoader([1,2,3],shuffle=True).sampler).__name__
type(torch.utils.data.DataLoader([1,2,3]).sampler).__name__
type(torch.utils.data.DataLoader([1,2,3]).batch_sampler).__name__
torch.utils.data.DataLoader([1,2,3],pin_memory=True,num_workers=0,persistent_workers=False) is not None
torch.utils.data.DataLoader([1,2,3],persistent_workers=True)
[len(s) for s in torch.utils.data.random_split(range(10),[7,3])]
[len(s) for s in torch.utils.data.random_split(range(10),[0.7,0.3])]
[len(s) for s in torch.utils.data.random_split(range(11),[0.5,0.5])]
torch.utils.data.random_split(range(10),[7,2])
torch.utils.data.random_split(range(10),[0.7,0.4])
a,b=torch.utils.data.random_split(range(10),[7,3],generator=torch.Generator().manual_seed(1)); sorted(list(a)+list(b))
torch.utils.data.Subset(range(10),[1,3])[1]
list(torch.utils.data.Subset(range(10),[1,3]))
torch.utils.data.Subset(range(10),[1,3]).indices
torch.utils.data.ConcatDataset([range(3),range(2)])[4]
len(torch.utils.data.ConcatDataset([range(3),range(2)]))
torch.utils.data.ConcatDataset([range(3),range(2)])[-1]
torch.utils.data.ConcatDataset([range(3),range(2)]).cumulative_sizes
len(torch.utils.data.TensorDataset(fl(2))+torch.utils.data.TensorDataset(fl(2)))
torch.utils.data.Dataset()[0]
list(torch.utils.data.SequentialSampler(range(3)))
sorted(torch.utils.data.RandomSampler(range(3)))
len(list(torch.utils.data.RandomSampler(range(3),replacement=True,num_samples=7)))
torch.utils.data.RandomSampler(range(3),num_samples=0)
torch.utils.data.RandomSampler([])
list(torch.utils.data.BatchSampler(torch.utils.data.SequentialSampler(range(5)),batch_size=2,drop_last=False))
len(torch.utils.data.BatchSampler(torch.utils.data.SequentialSampler(range(5)),2,True))
list(torch.utils.data.WeightedRandomSampler([0.,1.],3))
list(torch.utils.data.WeightedRandomSampler([0.,1.],3,replacement=False))
sorted(torch.utils.data.SubsetRandomSampler([4,2]))
torch.utils.data.default_collate([1,2])
torch.utils.data.default_collate([1.,2])
torch.utils.data.default_collate([True,False])
torch.utils.data.default_collate(['a','b'])
torch.utils.data.default_collate([(1,2.),(3,4.)])
torch.utils.data.default_collate([[1,2],[3,4]])
torch.utils.data.default_collate([[1],[3,4]])
torch.utils.data.default_collate([{'a':1},{'a':2}])
torch.utils.data.default_collate([T(1.),T(2.)])
torch.utils.data.default_collate([np.array(['a']),np.array(['b'])])
torch.utils.data.default_collate([object()])
P=collections.namedtuple('P','x y'); torch.utils.data.default_collate([P(1,2),P(3,4)])
torch.utils.data.default_collate([1,2.5])
torch.utils.data.default_convert(np.ones(2))
torch.utils.data.get_worker_info()
torch.utils.data.IterableDataset
torch.utils.data.dataset.TensorDataset
torch.utils.data.dataloader.default_collate([1])
torch.utils.data.sampler.SubsetRandomSampler([1]).indices
torch.distributions.Normal(0,1)
torch.distributions.Normal(T(0.),T([1.,2.]))
torch.distributions.Normal(0.,-1.)
torch.distributions.Normal(0.,1.).log_prob(T(0.))
torch.distributions.Normal(0.,1.).log_prob(0.)
torch.distributions.Normal(0.,1.).sample().shape
torch.distributions.Normal(0.,1.).sample((2,3)).shape
torch.distributions.Normal(0.,1.).sample([2]).shape
torch.distributions.Normal(torch.zeros(2),1.).batch_shape
torch.distributions.Normal(0.,1.).mean
torch.distributions.Normal(0.,1.).entropy()
torch.distributions.Normal(0.,1.).cdf(T(0.))
torch.distributions.Normal(0.,1.).support
torch.distributions.Normal(0.,1.).arg_constraints
torch.distributions.Categorical(T([.5,.5]))
torch.distributions.Categorical(probs=T([1.,3.])).probs
torch.distributions.Categorical(logits=T([1.,3.]))
torch.distributions.Categorical(logits=T([1.,3.])).log_prob(T(1))
torch.distributions.Categorical(T([.5,.5])).sample().dtype
torch.distributions.Categorical(T([.5,.5])).log_prob(T(5))
torch.distributions.Categorical()
torch.distributions.Bernoulli(0.3)
torch.distributions.Bernoulli(logits=T(0.)).probs
torch.distributions.Bernoulli(1.3)
torch.distributions.Binomial(10,T(.5))
torch.distributions.Uniform(0,1)
torch.distributions.Uniform(1,0)
torch.distributions.Gamma(1.,2.)
torch.distributions.Dirichlet(T([1.,1.]))
torch.distributions.Exponential(1.)
torch.distributions.Poisson(3.)
torch.distributions.Laplace(0.,1.)
torch.distributions.MultivariateNormal(torch.zeros(2),torch.eye(2))
torch.distributions.Multinomial(10,T([.5,.5]))
torch.distributions.Multinomial(10,T([.5,.5])).sample().sum()
torch.distributions.Independent(torch.distributions.Normal(torch.zeros(2),torch.ones(2)),1)
torch.distributions.Geometric(.5)
torch.distributions.StudentT(3.)
torch.distributions.Cauchy(0.,1.)
torch.distributions.LogNormal(0.,1.)
torch.distributions.OneHotCategorical(T([.5,.5]))
torch.distributions.kl_divergence(torch.distributions.Normal(0.,1.),torch.distributions.Normal(1.,1.))
torch.distributions.kl.kl_divergence(torch.distributions.Bernoulli(.5),torch.distributions.Bernoulli(.5))
torch.distributions.TransformedDistribution(torch.distributions.Normal(0.,1.),[torch.distributions.transforms.ExpTransform()])
torch.distributions.normal.Normal(0,1)
torch.distributions.constraints.positive
"""
