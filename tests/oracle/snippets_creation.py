"""New tensors, their attributes and their memory."""

SNIPPETS = r"""
torch.tensor([1,2,3])
torch.tensor([1,2,3], dtype=torch.float)
torch.tensor([1,2,3], dtype=float)
torch.tensor([1,2,3], dtype=int)
torch.tensor([1,0], dtype=bool)
torch.tensor([1,2], dtype=complex)
torch.tensor(3)
torch.tensor(3.5)
torch.tensor(True)
torch.tensor(1+2j)
torch.tensor([])
torch.tensor([[]])
torch.tensor([[1,2],[3]])
torch.tensor([[1,2],[3,4.]])
torch.tensor((1,2))
torch.tensor([True, 2])
torch.tensor([True, 2.5])
torch.tensor("a")
torch.tensor()
torch.tensor(1,2)
torch.tensor(range(4))
torch.tensor([torch.tensor(1), torch.tensor(2)])
torch.tensor([torch.tensor(1.), 2])
torch.tensor([torch.tensor([1.,2.]), torch.tensor([3.,4.])])
torch.tensor([torch.tensor([1.]), torch.tensor([3.])])
torch.tensor(np.array([1,2]))
torch.tensor(np.array([1.,2.]))
torch.tensor([np.array([1.,2.]), np.array([1.,2.])])
torch.tensor([np.float32(1), np.float32(2)])
torch.tensor([np.float64(1), 2])
torch.tensor(np.float64(1))
torch.tensor(np.int32(1))
torch.tensor(np.bool_(True))
torch.tensor(torch.ones(2))
torch.tensor([1,2], requires_grad=True)
torch.tensor([1.,2.], requires_grad=True)
torch.tensor([1.,2.], device='cpu')
torch.tensor([1.,2.], device=torch.device('cpu'))
torch.tensor([1.,2.], device='foo')
torch.tensor(data=[1])
torch.tensor([2**63])
torch.tensor([2**31])
torch.tensor([1,2], pin_memory=False)
torch.tensor([300], dtype=torch.uint8)
torch.tensor([-1], dtype=torch.uint8)
torch.tensor([1.7], dtype=torch.int)
torch.tensor([1e40])
torch.tensor([1e40], dtype=torch.float16)
torch.Tensor([1,2])
torch.Tensor(2,3).shape
torch.Tensor(torch.Size([2,3])).shape
torch.Tensor((2,3))
torch.Tensor()
torch.Tensor(3).shape
torch.Tensor([[1,2],[3,4]])
torch.Tensor(np.array([1,2]))
torch.Tensor(np.array([1.,2.],dtype=np.float32))
torch.Tensor(torch.tensor([1.]))
torch.Tensor(torch.tensor([1]))
torch.FloatTensor([1,2])
torch.FloatTensor(2,3).shape
torch.LongTensor([1,2])
torch.LongTensor([1.5])
torch.IntTensor([1])
torch.DoubleTensor([1])
torch.ByteTensor([1])
torch.BoolTensor([1,0])
torch.HalfTensor([1])
torch.ShortTensor([1])
torch.CharTensor([1])
torch.as_tensor([1,2])
torch.as_tensor(np.array([1,2]), dtype=torch.float)
a=np.array([1,2]); t=torch.as_tensor(a); a[0]=5; t
a=np.array([1,2]); t=torch.tensor(a); a[0]=5; t
a=np.array([1,2]); t=torch.from_numpy(a); a[0]=5; t
t=torch.ones(2); a=t.numpy(); t.add_(1); a
t=torch.ones(2); a=t.numpy(); np.add(a,1,out=a); t
torch.asarray([1,2])
torch.asarray(np.arange(3), copy=True)
torch.asarray(3., dtype=torch.float64)
torch.from_numpy([1])
torch.from_numpy(np.arange(6).reshape(2,3).T)
torch.from_numpy(np.arange(6)[::2])
torch.from_numpy(np.array(1.))
[torch.from_numpy(np.zeros(2,dtype=d)) for d in ['f2','f4','f8','i1','i2','i4','i8','u1','?','c8','c16']]
torch.zeros(2,3)
torch.zeros((2,3))
torch.zeros([2,3])
torch.zeros(torch.Size([2,3]))
torch.zeros(size=(2,3))
torch.zeros(2)
torch.zeros(())
torch.zeros([])
torch.zeros(-1)
torch.zeros(2.5)
torch.zeros('a')
torch.zeros(2,3,dtype=torch.int)
torch.zeros(2,3,dtype=int)
torch.zeros(2,3,dtype=float)
torch.zeros(2,3,dtype=bool)
torch.zeros(2,3,torch.int)
torch.zeros(2, requires_grad=True)
torch.zeros(2, device='cpu', dtype=torch.double, requires_grad=True)
torch.zeros(torch.tensor(2))
torch.zeros(torch.tensor(2), torch.tensor(3))
torch.zeros((torch.tensor(2), 3))
torch.zeros(np.int64(2))
torch.zeros((np.int64(2),2))
torch.zeros(torch.tensor(2.))
torch.zeros(2, layout=torch.strided)
torch.zeros(2,3, out=torch.empty(2,3))
torch.zeros(2, 0, 3)
torch.ones(2,3)*torch.pi
torch.ones(2,3, dtype=torch.bool)
torch.empty(2,3).shape
torch.empty((2,3), dtype=torch.long).dtype
torch.empty(3,2, memory_format=torch.contiguous_format).shape
torch.full((2,3), 7)
torch.full((2,3), 7.)
torch.full((2,3), True)
torch.full((2,3), 7, dtype=torch.float)
torch.full([2], fill_value=3)
torch.full(size=(2,), fill_value=3)
torch.full(2, 3)
torch.full((2,), torch.tensor(3.))
torch.full((), 1j)
torch.eye(3)
torch.eye(2,3)
torch.eye(3, dtype=torch.long)
torch.eye(n=2, m=2)
torch.eye(-1)
torch.arange(5)
torch.arange(5.)
torch.arange(1,5)
torch.arange(1,5,2)
torch.arange(0,1,0.25)
torch.arange(start=1,end=5,step=2)
torch.arange(end=4)
torch.arange(5,1,-1)
torch.arange(5,1)
torch.arange(0,5,0)
torch.arange(3, dtype=torch.float)
torch.arange(torch.tensor(3))
torch.arange(torch.tensor(3.))
torch.arange(0, 3, device='cpu', requires_grad=True)
torch.arange(0., 3, requires_grad=True)
torch.arange(np.float64(3))
torch.arange(np.int64(3))
torch.arange(True)
torch.arange(1, 2.5)
torch.arange(0.1, 0.5, 0.1)
torch.arange(10, -1)
torch.range(0,3)
torch.linspace(0,1,5)
torch.linspace(0,1,steps=5)
torch.linspace(start=0,end=10,steps=5)
torch.linspace(0,10,3,dtype=torch.int)
torch.linspace(0,10)
torch.linspace(0,10,1)
torch.linspace(0,10,0)
torch.linspace(0,1,-1)
torch.linspace(0,1,3,requires_grad=True)
torch.logspace(0,2,3)
torch.logspace(start=0,end=4,steps=5,base=2)
torch.zeros_like(torch.ones(2,3))
torch.zeros_like(torch.ones(2,3), dtype=torch.int)
torch.zeros_like(torch.ones(2,3).t())
torch.zeros_like(torch.ones(2,3,requires_grad=True))
torch.ones_like(torch.ones(2,3,requires_grad=True), requires_grad=True)
torch.ones_like(input=torch.zeros(2))
torch.zeros_like([1,2])
torch.full_like(torch.ones(2), 3)
torch.full_like(torch.ones(2,dtype=torch.int), 3.5)
torch.rand_like(torch.ones(2,dtype=torch.int))
torch.rand_like(torch.ones(2,dtype=torch.int), dtype=torch.float).shape
torch.randn_like(torch.ones(2,3)).shape
torch.randint_like(torch.ones(2), 3).dtype
torch.rand(2,3).shape
torch.rand((2,3)).shape
torch.rand([2,3]).shape
torch.rand(size=(2,3)).shape
torch.rand(()).shape
torch.rand(2,dtype=torch.int)
torch.randn(2,3,requires_grad=True).is_leaf
torch.randn(size=(2,)).shape
torch.randint(10,(3,)).dtype
torch.randint(0,10,(3,)).shape
torch.randint(0,10,size=(3,)).shape
torch.randint(low=0,high=10,size=(3,)).shape
torch.randint(high=10,size=(3,)).shape
torch.randint(0,(3,))
torch.randint(5,5,(3,))
torch.randint(0,10,[3],dtype=torch.float).dtype
torch.randperm(4).sort().values
torch.randperm(4,dtype=torch.int).dtype
torch.randperm(-1)
torch.normal(0,1,(2,3)).shape
torch.normal(0.,1.,size=(2,3)).shape
torch.normal(mean=0.,std=1.,size=(2,3)).shape
torch.normal(torch.zeros(2),torch.ones(2)).shape
torch.normal(torch.zeros(2),1.).shape
torch.normal(mean=torch.zeros(2)).shape
torch.normal(0.5, torch.ones(2)).shape
torch.normal(0.,-1.,(2,))
torch.bernoulli(torch.tensor([0.,1.]))
torch.bernoulli(torch.tensor([2.]))
torch.multinomial(torch.tensor([0.,1.,0.]),1)
torch.multinomial(torch.tensor([0.,1.,0.]),num_samples=2,replacement=True)
torch.multinomial(torch.tensor([1,2]),1)
torch.multinomial(torch.tensor([-1.,2]),1)
torch.multinomial(torch.tensor([0.,0.]),1)
torch.poisson(torch.zeros(2))
torch.complex(torch.ones(2),torch.zeros(2))
torch.polar(torch.ones(2),torch.zeros(2))
torch.complex(torch.ones(2),torch.zeros(2,dtype=torch.double))
torch.tensor([1,2]).new_zeros(2)
torch.tensor([1,2]).new_zeros((2,3), dtype=torch.float)
torch.tensor([1,2]).new_ones(2,3)
torch.tensor([1,2]).new_full((2,),1.5)
torch.tensor([1.,2]).new_tensor([1,2])
torch.tensor([1,2]).new_tensor([1.5])
torch.tensor([1,2]).new([1,2])
torch.tensor([1.,2]).new(3).shape
torch.tensor([1.,2]).new_empty(3).shape
torch.empty(2).uniform_(0,0)
torch.scalar_tensor(3)
torch.is_tensor([1])
torch.is_tensor(torch.tensor(1))
torch.numel(torch.ones(2,3))
torch.tril_indices(3,3)
torch.triu_indices(3,3,1)
torch.vander(torch.tensor([1,2,3]))
torch.cartesian_prod(torch.tensor([1,2]),torch.tensor([3,4]))
torch.combinations(torch.tensor([1,2,3]))
torch.meshgrid(torch.arange(2),torch.arange(3))
torch.meshgrid(torch.arange(2),torch.arange(3),indexing='ij')
torch.meshgrid(torch.arange(2),torch.arange(3),indexing='xy')
torch.meshgrid([torch.arange(2),torch.arange(3)],indexing='xy')
torch.meshgrid(torch.arange(2),torch.arange(3),indexing='foo')
torch.block_diag(torch.ones(2,2),torch.tensor([[3.]]))
torch.hann_window(4)
torch.heaviside(T([-1.,0,1]),T([0.5]))
ar(2,3).shape
ar(2,3).size()
ar(2,3).size(0)
ar(2,3).size(-1)
ar(2,3).size(dim=1)
ar(2,3).size(2)
ar(2,3).shape[0]
ar(2,3).shape[1:]
ar(2,3).shape[-1]
tuple(ar(2,3).shape)
ar(2,3).shape == (2,3)
ar(2,3).shape == [2,3]
ar(2,3).shape + (4,)
(4,) + ar(2,3).shape
ar(2,3).shape + ar(2,3).shape
ar(2,3).shape.numel()
len(ar(2,3).shape)
str(ar(2,3).shape)
f"{ar(2,3).shape}"
list(ar(2,3).shape)
torch.Size([2,3])
torch.Size((2,3)) == ar(2,3).shape
torch.Size([2,3]).count(2)
torch.Size([2,3]).index(3)
torch.Size()
hash(torch.Size([2,3])) == hash((2,3))
{ar(2,3).shape: 1}
a,b = ar(2,3).shape; (a,b)
*a, b = ar(2,3,4).shape; (a,b)
2 in ar(2,3).shape
torch.Size([2])*2
ar(2,3).dtype
ar(2,3).device
ar(2,3).device.type
ar(2,3).device.index
ar(2,3).layout
ar(2,3).ndim
ar(2,3).dim()
ar(2,3).ndimension()
ar(2,3).numel()
ar(2,3).nelement()
ar(2,3).element_size()
ar(2,3).itemsize
ar(2,3).nbytes
ar(2,3).stride()
ar(2,3).stride(0)
ar(2,3).stride(-1)
ar(2,3).stride(5)
ar(2,3).t().stride()
ar(2,3).storage_offset()
ar(2,3)[1].storage_offset()
ar(2,3)[1,1:].storage_offset()
ar(2,3).is_contiguous()
ar(2,3).t().is_contiguous()
ar(2,3).t().contiguous().stride()
ar(2,3).is_cuda
ar(2,3).is_cpu
ar(2,3).is_mps
ar(2,3).is_xpu
ar(2,3).is_meta
ar(2,3).is_leaf
ar(2,3).is_sparse
ar(2,3).is_quantized
ar(2,3).is_nested
ar(2,3).is_mkldnn
ar(2,3).is_complex()
ar(2,3).is_floating_point()
ar(2,3).is_signed()
ar(2,3).is_inference()
ar(2,3).is_conj()
ar(2,3).is_neg()
ar(2,3).is_shared()
ar(2,3).is_pinned()
ar(2,3).is_coalesced()
ar(2,3).get_device()
ar(2,3).names
ar(2,3).name
ar(2,3).grad
ar(2,3).grad_fn
ar(2,3).output_nr
ar(2,3)._version
ar(2,3)._base
ar(2,3).retains_grad
ar(2,3).requires_grad
ar(2,3).T
ar(2,3).mT
ar(2,3).H
ar(2,3).mH
ar(2,3,4).T
ar(3).T
ar(2,3,4).mT.shape
ar(3).mT
ar(2,3).real
ar(2,3).imag
T([1+2j]).real
T([1+2j]).imag
ar(2,3).is_same_size(ar(2,3))
ar(2,3).type()
fl(2,3).type()
fl(2,3).type(torch.DoubleTensor)
fl(2,3).type(torch.int)
fl(2,3).type('torch.LongTensor') if torch.__name__=='torch' else fl(2,3).type('minitorch.LongTensor')
fl(2,3).type('torch.LongTensor')
fl(2,3).foo
fl(2,3).foo = 3
x = fl(2); x.foo = 3; x.foo
x = fl(2); x.shape = (2,1)
x = fl(2); x.dtype = torch.int
x = fl(2); x.is_leaf = False
fl(3,2).untyped_storage().nbytes()
fl(3,2).storage().size()
fl(3,2).storage()[3]
len(fl(3,2).storage())
x=fl(3,2); s=x.storage(); s[0]=9.; x
x=fl(3,2); x.t().storage().data_ptr()==x.storage().data_ptr()
x=fl(3,2); x[1].untyped_storage().data_ptr()==x.untyped_storage().data_ptr()
x=fl(3,2); x[1].data_ptr()-x.data_ptr()
x=fl(3,2); x.clone().data_ptr()==x.data_ptr()
list(fl(2,2).storage())
fl(3,4,5).transpose(0,2).stride()
fl(3,4,5).transpose(0,2).is_contiguous()
fl(3,4).t().view(-1)
fl(3,4).t().reshape(-1)
fl(3,4).t().contiguous().view(-1)
fl(3,4).t().storage_offset()
fl(3,4)[1:].view(-1)
fl(3,4)[:,1:].view(-1)
fl(3,4)[:,1:].view(3,3,1).stride()
torch.as_strided(fl(6),(2,2),(1,2))
torch.as_strided(fl(6),(2,2),(1,2),1)
fl(6).as_strided((3,),(2,))
fl(6).as_strided((7,),(2,))
"""
