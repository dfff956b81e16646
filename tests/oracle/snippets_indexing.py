"""Indices, Python's protocols, operators, promotion."""

SNIPPETS = r"""
ar(12)[3]
ar(12)[-1]
ar(12)[12]
ar(12)[2:5]
ar(12)[::3]
ar(12)[::-1]
ar(12)[:-2]
ar(12)[5:2]
ar(12)[None]
ar(12)[...]
ar(12)[:, None]
ar(12)[None,:]
ar(3,4)[1]
ar(3,4)[1,2]
ar(3,4)[(1,2)]
ar(3,4)[[1,2]]
ar(3,4)[[1,2],[0,3]]
ar(3,4)[([1,2],[0,3])]
ar(3,4)[:,1]
ar(3,4)[:,-1:]
ar(3,4)[...,0]
ar(3,4)[1:,:2]
ar(3,4)[1:3][0]
ar(3,4)[:, [0,2]]
ar(3,4)[[0,2],:]
ar(3,4)[[[0,2]]]
ar(3,4)[[True,False,True]]
ar(3,4)[T([True,False,True])]
ar(3,4)[ar(3,4)>5]
ar(3,4)[ar(3,4)%2==0]
ar(3,4)[np.array([0,1])]
ar(3,4)[np.array([True,False,True])]
ar(3,4)[np.int64(1)]
ar(3,4)[T(1)]
ar(3,4)[T(1),T(2)]
ar(3,4)[T([0,1])]
ar(3,4)[T([[0,1],[1,2]])].shape
ar(3,4)[T([0,1]),T([1,2])]
ar(3,4)[T([0,1]),:]
ar(3,4)[:,T([0,1])]
ar(3,4)[T([0,1]),None].shape
ar(3,4)[None,None].shape
ar(3,4)[True]
ar(3,4)[False]
ar(3,4)[1.5]
ar(3,4)['a']
ar(3,4)[T([1.])]
ar(3,4)[1,2,3]
ar(3,4)[3]
ar(3,4)[0,4]
ar(3,4)[[0,5]]
ar(3,4)[T([True,False])]
ar(3,4)[T([0,1],dtype=torch.uint8)]
ar(3,4)[T([0,1],dtype=torch.int32)]
ar(3,4)[()]
ar(3,4)[[]]
ar(3,4)[T([],dtype=torch.long)]
ar(3,4)[torch.arange(3),torch.arange(3)]
ar(3,4)[range(2)]
ar(3,4)[range(3), [1,0,2]]
ar(3,4)[slice(0,2)]
ar(3,4)[slice(None),slice(1,None)]
ar(2,3,4)[0,...,1]
ar(2,3,4)[...,None].shape
ar(2,3,4)[:,[0,1],[1,2]].shape
ar(2,3,4)[[0,1],:,[1,2]].shape
ar(2,3,4)[0,:,[1,2]].shape
ar(2,3,4)[:,:,[1,2]].shape
ar(2,3,4)[T([True,False])].shape
ar(2,3,4)[:,T([True,False,True])].shape
ar(2,3,4)[T([[True,False,True],[False,True,True]])].shape
ar(3)[T(True)]
ar(3)[0][0]
T(5)[0]
T(5)[...]
T(5)[None]
T(5)[()]
ar(5)[T(1):T(3)]
ar(5)[np.int64(1):3]
ar(5)[1.0:3]
ar(5)[:100]
ar(5)[-100:2]
ar(5)[::0]
x=ar(5); x[0]=9; x
x=ar(5); x[1:3]=0; x
x=ar(5); x[1:3]=T([7,8]); x
x=ar(5); x[x>2]=0; x
x=ar(5); x[x>2]=T([9,8]); x
x=ar(5); x[x>2]=T([9,8,7]); x
x=ar(5); x[[0,2]]=T([9,8]); x
x=ar(5); x[...]=1; x
x=ar(5); x[:]=1; x
x=ar(5); x[0]=1.9; x
x=ar(5); x[0]=T(1.9); x
x=ar(5); x[0]=T([1.9]); x
x=ar(5); x[0]='a'
x=ar(5); x[0]=None
x=ar(5); x[7]=1
x=ar(5); x[0:2]=T([1,2,3])
x=fl(5); x[1]=True; x
x=fl(5); x[1]=1j
x=fl(2,3); x[0]=T([1.,2,3]); x
x=fl(2,3); x[:,1]=5; x
x=fl(2,3); x[:,1]=T([5.,6.]); x
x=fl(2,3); x[0,0]=x[1,1]; x
x=fl(2,3); x[None,0]=1; x
x=fl(2,3); x[[0,1],[1,2]]=-1; x
x=fl(2,3); x[[0,0],[1,1]]+=1; x
x=fl(2,3); x[x>2]*=2; x
x=fl(2,3); x[0]+=1; x
x=fl(2,3); x[0,:2]-=T([1.,1.]); x
x=fl(2,3); y=x[0]; y.zero_(); x
x=fl(2,3); y=x[[0]]; y.zero_(); x
x=fl(2,3); y=x.view(-1); y[0]=9; x
x=fl(2,3); y=x.t(); y[0,1]=9; x
x=fl(2,3); y=x.reshape(3,2); y[0,0]=9; x
x=fl(2,3); y=x.t().reshape(6); y[0]=9; x
x=fl(2,3); y=x.T[::2]; y.fill_(1); x
x=fl(5); x[::2]=0; x
x=fl(5); x[-1]=0; x
x=T(3.); x[...]=4; x
x=T(3.); x[()]=4; x
x=fl(3); del x[0]
x=fl(3); x[T(1)]=5; x
x=fl(3); x[T([True,False,True])]=T([5.,6.]); x
x=fl(3); x[[True,False,True]]=0; x
x=fl(3,3); x[torch.eye(3,dtype=torch.bool)]=0; x
x=fl(3,3); x[range(3),range(3)]=0; x
x=fl(3,3).requires_grad_(); x[0]=1
x=fl(3,3).requires_grad_(); y=x*1; y[0]=1; y.sum().backward(); x.grad
x=fl(3,3).requires_grad_(); y=x[0]; y.add_(1)
x=fl(3,3).requires_grad_(); y=(x*1); y[0].mul_(2); y.sum().backward(); x.grad
x=fl(3).requires_grad_(); x.zero_()
x=fl(3).requires_grad_(); x.data.zero_(); x
x=fl(3).requires_grad_(); y=x**2; x.data.fill_(1); y.sum().backward(); x.grad
x=fl(3).requires_grad_(); y=x**2; x.detach().fill_(1); y.sum().backward()
bool(T([1]))
bool(T(0))
bool(T([]))
bool(T([1,2]))
bool(T(nan))
bool(T([[0.]]))
if_ = 1 if T([0.]) else 2; if_
not T([1])
T([1]) and T([2])
T([1,2]) and 1
any(T([0,1]))
all(T([0,1]))
sum(T([1,2]))
max(T([1,2]))
min(T([1.,2]))
sorted(T([2,1]))
list(T([1,2]))
tuple(T([[1,2],[3,4]]))
[x.item() for x in T([1,2])]
a,b=T([1,2]); a
for i,x in enumerate(T([1,2])): print(i,x)
for x,y in zip(T([1,2]),T([3,4])): print(x*y)
for x in T(3): pass
len(T([1,2]))
len(T(3))
len(ar(0,3))
3 in T([1,2,3])
5 in T([1,2,3])
T(2) in T([1,2])
T([1,2]) in [T([1,2])]
T(1) in [T(1)]
reversed(T([1,2]))
list(reversed(T([1,2])))
int(T(3.7))
int(T([3]))
float(T(3))
float(T([1,2]))
complex(T(3))
math.floor(T(2.5))
math.ceil(T(2.5))
math.sqrt(T(4.))
abs(T(-3))
-T(3)
+T(3)
~T(3)
range(T(3))
[1,2,3][T(1)]
[1,2,3][T(1.)]
hex(T(255))
operator.index(T(3))
T(3)==3
T(3)==T(3)
T([1,2])==[1,2]
T([1,2])==(1,2)
T([1,2])=='a'
T([1,2])==None
T([1,2])!=None
T([1,2]) is None
T([1,2])==np.array([1,2])
T([1,2])==T([1,2,3])
T([1,2])<None
1<T([0,2])
1<T(2)<3
0<T([1,2])<3
T([1,2])<'a'
len({T(1),T(1)})
x=T(1); {x:1}[x]
x=T(1); x in {x}
d={'a':T(1)}; d
[T(1),T(2)]
(T(1.),)
f"{T(3.14159)}"
f"{T(3.14159):.2f}"
f"{T([3.14159])}"
f"{T([3.14159]):.2f}"
f"{T([1.,2.])}"
f"{T(3):d}"
f"{T(3):5d}|"
f"{T(3.):>10}|"
f"{T(3.,requires_grad=True):.2f}"
f"{T(3.,requires_grad=True)}"
f"{T(3.)!r}"
'{:.3f}'.format(T(2.))
'%.3f' % T(2.)
'%d' % T(2)
'%s' % T(2)
'%f' % T([2.])
str(T([1,2]))
print(T([1.,2.]))
print(T(1.), T([2]))
T([1,2]).__repr__()
T([1,2]).tolist()
T(1).tolist()
T([1.5]).item()
T([1,2]).item()
T([]).item()
T(True).item()
T([[1.5]]).item()
T(1j).item()
copy.copy(T([1]))
copy.deepcopy(T([1.],requires_grad=True))
copy.deepcopy(T([1.],requires_grad=True)*2)
x=T([1.],requires_grad=True); x.sum().backward(); copy.deepcopy(x).grad
pickle.loads(pickle.dumps(T([1.,2.])))
pickle.loads(pickle.dumps(T([1.,2.],requires_grad=True)))
pickle.loads(pickle.dumps(nn.Parameter(T([1.,2.]))))
isinstance(T(1),torch.Tensor)
isinstance(T(1),torch.FloatTensor)
isinstance(T(1.),torch.FloatTensor)
isinstance(T(1),torch.LongTensor)
isinstance(nn.Parameter(T(1.)),torch.Tensor)
isinstance(3,torch.Tensor)
issubclass(nn.Parameter,torch.Tensor)
dir(T(1)).__contains__('backward')
callable(T(1))
T([1,2]).__len__()
x=T([1.]); x+=1; x
x=T([1]); x+=1.5
x=T([1]); x/=2
x=T([1.]); y=x; x=x+1; y
x=T([1.]); y=x; x+=1; y
x=T([1.]); before=id(x); x[:]=x+1; id(x)==before
x=T([1.]); before=id(x); x+=1; id(x)==before
x=T([1.]); x**=2; x
x=T([5]); x//=2; x
x=T([5]); x%=3; x
x=T([5]); x&=4; x
x=T([5]); x|=2; x
x=T([5]); x^=1; x
x=T([5]); x<<=1; x
x=T([5.]); x@=T([2.]); x
T([1,2])@T([3,4])
T([1.,2])@T([3,4])
T([1,2])@3
[1,2]@T([1,2])
T([1,2])*[1,2]
[1,2]*T([1,2])
(1,2)+T([1,2])
T([1,2])+(1,2)
'a'+T([1])
None*T([1])
T([1,2])+T([1,2,3])
T([[1,2]])+T([[1],[2]])
T(1)+T(1.)
T([1])+T(1.)
T([1.])+T(1,dtype=torch.double)
T(1.)+T([1],dtype=torch.double)
T([1],dtype=torch.int8)+T([1],dtype=torch.uint8)
T([1],dtype=torch.half)+T([1])
T([1],dtype=torch.half)+1e6
T(True)+1
T([True])+T([1.])
T([True])*2
T([1])*True
T([1])*1j
T([1.])*1j
T([1],dtype=torch.double)*1j
torch.result_type(T([1]),1.)
torch.promote_types(torch.int,torch.float16)
torch.can_cast(torch.float,torch.int)
T([1]).float()/T([2]).double()
T([1,2])/2
T([1,2])/T([2,2])
1/T([1,2])
T([1,2])//2
-T([1,2])//2
T([-3.])%2
T([3])**2
T([3])**-1
2**T([3.])
T([4.])**0.5
T([1.,2.]).dot(T([3.,4.]))
T([1,2]).dot(T([3.,4.]))
torch.dot(T([1.,2.]),T([1.]))
torch.mm(T([[1.,2.]]),T([[1.],[2.]]))
torch.mm(fl(2,3),fl(2,3))
torch.mm(fl(2,3),fl(3))
fl(2,3)@fl(2,3)
fl(2,3)@ar(3,2)
torch.mv(fl(2,3),fl(3))
torch.bmm(fl(2,2,3),fl(2,3,2))
torch.bmm(fl(2,3),fl(3,2))
torch.matmul(fl(2,3),fl(3))
torch.matmul(fl(3),fl(3))
torch.matmul(T(1.),T(1.))
torch.matmul(fl(2,2,3),fl(3,2)).shape
torch.einsum('ij,jk->ik',fl(2,3),fl(3,2))
torch.einsum('ij->ji',fl(2,3))
torch.einsum('ii',fl(3,3))
torch.einsum('ii->i',fl(3,3))
torch.einsum('bij,bjk->bik',[fl(1,2,2),fl(1,2,2)])
torch.einsum('...ij->...ji',fl(1,2,3)).shape
torch.einsum('ij,jk',fl(2,3),fl(2,3))
torch.einsum('ij->ik',fl(2,3))
torch.einsum(fl(2,3),[0,1],[1,0])
torch.tensordot(fl(2,3),fl(3,2),dims=1)
torch.outer(T([1,2]),T([3,4]))
torch.ger(T([1.,2]),T([3.,4]))
torch.cross(T([1.,0,0]),T([0.,1,0]))
torch.cross(T([1.,0,0]),T([0.,1,0]),dim=0)
"""
