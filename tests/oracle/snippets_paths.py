"""Keywords by PyTorch's names, order in memory, files, imports."""

# ruff: noqa: E501

SNIPPETS = r"""
torch.swapdims(fl(2,3),dim0=0,dim1=1)
torch.det(input=torch.eye(2))
torch.inverse(input=torch.eye(2)).sum()
torch.cholesky(input=torch.eye(2))
torch.zeros_like(fl(2),layout=torch.strided,pin_memory=False)
torch.ones_like(fl(2),dtype=torch.int,device='cpu')
torch.rand_like(fl(2),layout=torch.strided).shape
torch.broadcast_to(input=fl(3),size=(2,3))
torch.result_type(tensor1=fl(1),tensor2=ar(1))
torch.linalg.norm(input=fl(2))
torch.linalg.matrix_power(A=torch.eye(2),n=2)
torch.linalg.matrix_power(input=torch.eye(2),n=2)
torch.narrow_copy(fl(3),dim=0,start=0,length=1)
torch.true_divide(input=fl(2),other=2)
torch.true_divide(dividend=fl(2),divisor=2)
torch.searchsorted(fl(3),input=T([1.]))
F.celu_(fl(2),alpha=2.)
F.leaky_relu_(fl(2),negative_slope=.1)
F.threshold_(fl(2),.5,1.)
torch.selu_(fl(2))
torch.rrelu_(fl(2))
torch.einsum(equation='i->',operands=[fl(2)])
b=io.BytesIO(); torch.save(obj=fl(2),f=b,pickle_protocol=4); b.seek(0); torch.load(f=b,pickle_module=pickle,weights_only=False)
b=io.BytesIO(); torch.save(fl(2),b,_use_new_zipfile_serialization=True); b.seek(0); torch.load(b,'cpu')
b=io.BytesIO(); torch.save(fl(2),b); b.seek(0); torch.load(b,map_location=lambda s,l:s)
b=io.BytesIO(); torch.save(fl(2),b); b.seek(0); torch.load(b,map_location={'cuda:0':'cpu'})
b=io.BytesIO(); torch.save(fl(2),b); b.seek(0); torch.load(b,weights_only=False,encoding='latin1')
b=io.BytesIO(); torch.save(fl(2),b); b.seek(0); torch.load(b,mmap=False)
b=io.BytesIO(); torch.save(nn.Linear(2,1),b); b.seek(0); torch.load(b)
torch.save(fl(2))
torch.from_dlpack(fl(2))
np.from_dlpack(fl(2))
fl(2,3).t().sum(dim=0).is_contiguous()
x=fl(2,3,4); x[:,[0,1]].view(-1).shape
x=fl(2,3,4); x.index_select(1,T([0,1])).view(-1).shape
x=fl(2,3,4); x[:,:,T([0,1])].is_contiguous()
x=fl(2,3,4); x[[0,1],:,[1,2]].is_contiguous()
F.interpolate(fl(1,1,2,2),scale_factor=2).view(-1)
fl(6)[::2].ravel().is_contiguous()
fl(2,3).t().flatten().is_contiguous()
fl(2,3,4).topk(2,dim=1)[0].view(-1).shape
(fl(2,3).t()+1).stride()
fl(2,3).t().exp().is_contiguous()
torch.cat([fl(2,3).t(),fl(2,3).t()]).is_contiguous()
fl(2,3).t().double().stride()
F.relu(fl(2,3).t()).stride()
(fl(2,3,4).permute(2,0,1)+1).stride()
nn.Linear(2,3)(fl(4,2)).stride()
nn.Conv2d(1,2,3)(fl(1,1,5,5)).is_contiguous()
nn.LSTM(2,3,batch_first=True)(fl(4,5,2))[0].is_contiguous()
nn.GRU(2,3)(fl(4,5,2))[0].is_contiguous()
nn.MultiheadAttention(2,1,batch_first=True)(fl(1,3,2),fl(1,3,2),fl(1,3,2))[0].is_contiguous()
F.max_pool2d(fl(1,2,4,4),2).is_contiguous()
F.unfold(fl(1,2,4,4),2).is_contiguous()
F.one_hot(T([0,2])).is_contiguous()
torch.einsum('ij->ji',fl(2,3)).is_contiguous()
fl(2,3).sort(dim=0)[0].is_contiguous()
fl(2,3).argsort(dim=0).is_contiguous()
fl(2,3).gather(1,T([[0],[1]])).is_contiguous()
torch.where(fl(2,3)>1)[0].is_contiguous()
fl(2,3).cumsum(0).is_contiguous()
torch.meshgrid(fl(2),fl(3),indexing='ij')[0].is_contiguous()
torch.stack([fl(2),fl(2)],dim=1).is_contiguous()
nn.Embedding(3,2)(T([[0,1]])).is_contiguous()
fl(2,3).softmax(0).is_contiguous()
fl(2,3,4).mean(1).is_contiguous()
fl(2,3).flip(1).is_contiguous()
fl(2,3).roll(1,1).is_contiguous()
torch.rot90(fl(2,3)).is_contiguous()
fl(2,3).repeat(2,2).is_contiguous()
fl(2,3).masked_fill(fl(2,3)>1,0).is_contiguous()
fl(4).unfold(0,2,1).is_contiguous()
F.pad(fl(1,2,3),(1,1),'reflect').is_contiguous()
fl(2,3).matmul(fl(3,2)).is_contiguous()
fl(2,3).t().matmul(fl(2,3)).is_contiguous()
torch.bmm(fl(2,3,4),fl(2,4,3)).is_contiguous()
torch.outer(fl(2),fl(3)).is_contiguous()
fl(2,3).diagonal().is_contiguous()
fl(2,2).diag().is_contiguous()
fl(2,3).split(1,1)[0].is_contiguous()
fl(2,3).repeat_interleave(2,dim=0).is_contiguous()
fl(2,3).repeat_interleave(2,1).view(-1)
F.scaled_dot_product_attention(fl(1,2,3,4),fl(1,2,3,4),fl(1,2,3,4)).is_contiguous()
fl(4).fft.fft
torch.Tensor(np.random.rand(2,2)).dtype
torch.Tensor(np.arange(3)).dtype
torch.FloatTensor(torch.Size([2,3])).shape
from torch.utils.data.dataset import Dataset, TensorDataset, random_split; Dataset.__name__
from torch.utils.data.dataloader import DataLoader, default_collate; DataLoader.__name__
from torch.utils.data.sampler import SubsetRandomSampler, Sampler; Sampler.__name__
from torch.optim.lr_scheduler import StepLR, LRScheduler, _LRScheduler; StepLR.__name__
from torch.optim.optimizer import Optimizer; Optimizer.__name__
from torch.optim.adam import Adam; Adam.__name__
from torch.optim.sgd import SGD; SGD.__name__
from torch.optim.swa_utils import AveragedModel, SWALR; 1
from torch.nn.parameter import Parameter; Parameter.__name__
from torch.nn.modules.module import Module; 1
from torch.nn.modules.loss import _Loss; 1
from torch.nn.modules.utils import _pair, _single; _pair(3)
from torch.nn.modules import Module, Linear; 1
from torch.nn import functional as F, init, Parameter; 1
from torch.nn.init import xavier_uniform_; 1
from torch.nn.utils import clip_grad_norm_, weight_norm, spectral_norm; 1
from torch.nn.utils.rnn import pad_sequence, pack_padded_sequence; 1
from torch.nn.utils.parametrizations import weight_norm, orthogonal; 1
from torch.nn.utils import prune; 1
from torch.autograd import Variable, Function, grad, gradcheck; 1
from torch.autograd.functional import jacobian; 1
from torch.autograd.function import once_differentiable; 1
from torch.utils.checkpoint import checkpoint, checkpoint_sequential; 1
from torch.distributions import Normal, Categorical, kl_divergence; 1
from torch.distributions.normal import Normal; 1
from torch.distributions.multivariate_normal import MultivariateNormal; 1
from torch.func import grad, vmap, jacrev, functional_call, stack_module_state; 1
from torch import nn, optim, Tensor, tensor, autograd; 1
from torch import Tensor; Tensor is torch.Tensor
from torch import linalg as LA; LA.norm(fl(2))
from torch.linalg import norm; norm(fl(2))
from torch.fft import fft; 1
from torch.special import expit; expit(fl(1))
from torch.testing import assert_close; assert_close(fl(2),fl(2))
from torch.testing import assert_close; assert_close(fl(2),fl(2)+1)
from torch.testing import assert_close; assert_close(fl(2),fl(3))
import torch.nn as nn; import torch.nn.functional as F; import torch.optim as optim; nn.Linear.__name__
import torch.utils.data as data; data.DataLoader.__name__
import torch.backends.cudnn as cudnn; cudnn.benchmark
from torch.optim import Adam, lr_scheduler; lr_scheduler.StepLR.__name__
from torch.random import manual_seed, fork_rng; 1
from torch.utils.tensorboard import SummaryWriter
torch.utils.data.random_split.__name__
torch.nn.utils.rnn.pad_sequence([fl(2),fl(3)],batch_first=True,padding_value=-1)
torch.nn.utils.rnn.pad_sequence([fl(2),fl(3)])
torch.nn.utils.rnn.pack_padded_sequence(fl(2,3,1),T([3,2]),batch_first=True)
torch.nn.utils.rnn.pack_padded_sequence(fl(2,3,1),T([2,3]),batch_first=True)
torch.nn.utils.rnn.pack_sequence([fl(3),fl(2)])
p=torch.nn.utils.rnn.pack_padded_sequence(fl(2,3,1),[3,2],batch_first=True); torch.nn.utils.rnn.pad_packed_sequence(p,batch_first=True)
with torch.random.fork_rng(): print(1)
torch.utils.tensorboard.SummaryWriter.__name__
torch.utils.benchmark
hasattr(torch,'foobar')
torch.testing.assert_close(1.,1.+1e-9)
torch.testing.assert_close(1.,2.)
torch.testing.assert_close(1,1.)
torch.testing.assert_close(T(1.),1.)
torch.testing.assert_close([1,T(2.)],[1,T(2.)])
torch.testing.assert_close([1,2],[1])
torch.testing.assert_close((1,2),[1,2])
torch.testing.assert_close({'a':T(1.)},{'a':T(1.)})
torch.testing.assert_close({'a':T(1.)},{'b':T(1.)})
torch.testing.assert_close(T([nan]),T([nan]))
torch.testing.assert_close(T([nan]),T([nan]),equal_nan=True)
torch.testing.assert_close(T([1.]),T([1.1]),rtol=.2,atol=0)
torch.testing.assert_close(T([1.]),T([1.1]),rtol=.2)
torch.testing.assert_close(T([1.]),T([1]))
torch.testing.assert_close(T([1.]),T([1]),check_dtype=False)
torch.testing.assert_close(T([1]),T([2]))
torch.testing.assert_close(T([1+1j]),T([1+1j]))
torch.testing.assert_close(T([]),T([]))
torch.testing.assert_close('a','b')
torch.testing.assert_close(None,None)
torch.testing.assert_close(fl(2,3).t(),fl(2,3).t().contiguous(),check_stride=True)
torch.testing.assert_close(T([1.],requires_grad=True),T([1.]))
torch.testing.assert_close(T(True),T(True))
torch.testing.assert_close(nn.Parameter(torch.ones(1)),torch.ones(1))
"""
