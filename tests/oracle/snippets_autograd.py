"""Gradients, hooks, modes, transforms."""

# ruff: noqa: E501

SNIPPETS = r"""
x=T(2.,requires_grad=True); y=x**2; y
x=T(2.,requires_grad=True); y=x**2; y.backward(); x.grad
x=T([1.,2.],requires_grad=True); y=x**2; y.backward()
x=T([1.,2.],requires_grad=True); y=x**2; y.backward(torch.ones(2)); x.grad
x=T([1.,2.],requires_grad=True); y=x**2; y.backward(gradient=torch.ones_like(y)); x.grad
x=T([1.,2.],requires_grad=True); y=x**2; y.backward(T([1.,1.,1.]))
x=T([1.,2.],requires_grad=True); y=x**2; y.backward(1.)
x=T([1.,2.],requires_grad=True); y=(x**2).sum(); y.backward(); y.backward()
x=T([1.,2.],requires_grad=True); y=(x**2).sum(); y.backward(retain_graph=True); y.backward(); x.grad
x=T([1.,2.],requires_grad=True); y=x.sum(); y.backward(); y.backward(); x.grad
x=T([1.,2.]); x.sum().backward()
x=T([1.,2.],requires_grad=True); x.backward()
x=T(1.,requires_grad=True); x.backward(); x.grad
x=T([1.,2.],requires_grad=True); x.sum().backward(); x.grad.zero_(); x.grad
x=T([1.,2.],requires_grad=True); x.sum().backward(); x.sum().backward(); x.grad
x=T([1.,2.],requires_grad=True); x.sum().backward(); x.grad=None; x.grad
x=T([1.,2.],requires_grad=True); x.grad
x=T([1.,2.],requires_grad=True); x.grad.zero_()
x=T([1.,2.],requires_grad=True); y=x*2; y.grad
x=T([1.,2.],requires_grad=True); y=x*2; y.retain_grad(); y.sum().backward(); y.grad
x=T([1.,2.],requires_grad=True); y=x*2; y.requires_grad=False
x=T([1.,2.],requires_grad=True); y=x*2; y.is_leaf
x=T([1.,2.],requires_grad=True); y=x.detach(); y.requires_grad
x=T([1.,2.],requires_grad=True); y=x.detach(); y[0]=5; x
x=T([1.,2.],requires_grad=True); (x*2).detach().requires_grad_()
x=T([1.,2.]); x.requires_grad_(); x
x=T([1.,2.]); x.requires_grad=True; x
x=T([1,2]); x.requires_grad=True
x=T([1.,2.]); x.requires_grad_(requires_grad=False)
x=T([1.,2.],requires_grad=True); x.add_(1)
x=T([1.,2.],requires_grad=True); x+=1
x=T([1.,2.],requires_grad=True); y=x.exp(); y.add_(1); y.sum().backward()
x=T([1.,2.],requires_grad=True); y=x*1; y.add_(1); y.sum().backward(); x.grad
x=T([1.,2.],requires_grad=True); y=x*x; x.data.add_(1); y.sum().backward(); x.grad
x=T([1.,2.],requires_grad=True); y=x*x; y.detach().add_(1); y.sum().backward(); x.grad
x=T(1.,requires_grad=True); y=x*2; y.grad_fn.next_functions[0][0].name()
x=T(1.,requires_grad=True); y=(x*2)+1; y.grad_fn.next_functions[0][0].next_functions[0][0].variable is x
x=T([1.,2.],requires_grad=True); [(f(x).grad_fn.name()) for f in [lambda x:x+1,lambda x:1+x,lambda x:x-1,lambda x:1-x,lambda x:x*2,lambda x:x/2,lambda x:1/x,lambda x:x**2,lambda x:2**x,lambda x:-x,lambda x:x.sum(),lambda x:x.mean(),lambda x:x.exp(),lambda x:x.log(),lambda x:x.sqrt(),lambda x:x.sin(),lambda x:x.tanh(),lambda x:x.sigmoid(),lambda x:x.relu(),lambda x:x.softmax(0),lambda x:x.log_softmax(0),lambda x:x.max(),lambda x:x.max(0)[0],lambda x:x[0],lambda x:x[:1],lambda x:x[[0]],lambda x:x.view(2,1),lambda x:x.reshape(2,1),lambda x:x.unsqueeze(0),lambda x:x.squeeze(),lambda x:x.clone(),lambda x:x.t(),lambda x:x.expand(2,2),lambda x:x.repeat(2),lambda x:x.dot(x),lambda x:x@x,lambda x:x.norm(),lambda x:x.std(),lambda x:x.var(),lambda x:x.abs(),lambda x:x.clamp(0,1),lambda x:x.clamp(min=0),lambda x:x.cumsum(0),lambda x:x.prod(),lambda x:x.pow(2.5),lambda x:x.double(),lambda x:x.flip(0),lambda x:torch.cat([x,x]),lambda x:torch.stack([x,x]),lambda x:torch.where(x>0,x,0.),lambda x:x.square(),lambda x:x.masked_fill(x>1,0),lambda x:x.view(2,1)@x.view(1,2),lambda x:x.flatten(),lambda x:x.view(1,2).transpose(0,1),lambda x:x.view(1,2).permute(1,0),lambda x:x.view(1,2).T,lambda x:x.logsumexp(0),lambda x:x.amax(),lambda x:x.sort()[0],lambda x:x.topk(1)[0],lambda x:x.gather(0,T([0])),lambda x:x.index_select(0,T([0])),lambda x:x.split(1)[0],lambda x:x.chunk(2)[0],lambda x:x.unbind()[0],lambda x:x.real,lambda x:x.contiguous(),lambda x:x.view(1,2).contiguous(),lambda x:F.relu(x),lambda x:F.gelu(x),lambda x:F.leaky_relu(x),lambda x:F.elu(x),lambda x:F.softplus(x),lambda x:F.silu(x),lambda x:F.mse_loss(x,x*0),lambda x:F.l1_loss(x,x*0),lambda x:F.cross_entropy(x.view(1,2),T([0])),lambda x:F.nll_loss(x.view(1,2),T([0])),lambda x:F.binary_cross_entropy(x.sigmoid(),x.detach()*0),lambda x:F.binary_cross_entropy_with_logits(x,x.detach()*0),lambda x:F.linear(x.view(1,2),torch.ones(1,2),torch.ones(1)),lambda x:F.linear(x.view(1,2),torch.ones(1,2)),lambda x:F.dropout(x,0.5),lambda x:F.embedding(T([0]),x.view(2,1)),lambda x:F.layer_norm(x,(2,)),lambda x:F.conv1d(x.view(1,1,2),torch.ones(1,1,1)),lambda x:F.conv2d(x.view(1,1,1,2),torch.ones(1,1,1,1)),lambda x:F.max_pool2d(x.view(1,1,1,2),1),lambda x:F.avg_pool2d(x.view(1,1,1,2),1),lambda x:F.batch_norm(x.view(2,1),torch.zeros(1),torch.ones(1),training=True),lambda x:F.pad(x,(1,1)),lambda x:F.hardtanh(x),lambda x:F.smooth_l1_loss(x,x*0),lambda x:F.huber_loss(x,x*0),lambda x:F.kl_div(x,x*0)]]
x=T([1.,2.],requires_grad=True); print(x.sum()); print(x*2); print(x.max(0))
x=T([1.,2.],requires_grad=True); print(x[0]); print(x.unbind())
x=T([1.,2.],requires_grad=True); g,=torch.autograd.grad(x.pow(2).sum(),x); g
x=T([1.,2.],requires_grad=True); torch.autograd.grad(x.pow(2).sum(),x,create_graph=True)
x=T([1.,2.],requires_grad=True); torch.autograd.grad(x.pow(2),x)
x=T([1.,2.],requires_grad=True); torch.autograd.grad(x.pow(2),x,torch.ones(2))
x=T([1.,2.],requires_grad=True); torch.autograd.grad(x.pow(2),x,grad_outputs=torch.ones_like(x))
x=T([1.,2.],requires_grad=True); z=T(1.,requires_grad=True); torch.autograd.grad(x.sum(),[x,z])
x=T([1.,2.],requires_grad=True); z=T(1.,requires_grad=True); torch.autograd.grad(x.sum(),[x,z],allow_unused=True)
x=T([1.,2.],requires_grad=True); z=T(1.,requires_grad=True); torch.autograd.grad(x.sum(),[x,z],materialize_grads=True)
x=T([1.,2.],requires_grad=True); torch.autograd.grad(x.sum(),T([1.]))
x=T([2.],requires_grad=True); y=x**3; g=torch.autograd.grad(y,x,create_graph=True)[0]; g2=torch.autograd.grad(g,x)[0]; g2
x=T([2.],requires_grad=True); y=x**3; y.backward(create_graph=True); x.grad
x=T([2.],requires_grad=True); torch.autograd.backward([x.sum(),x.sum()*2]); x.grad
x=T([2.],requires_grad=True); y=T([3.],requires_grad=True); (x*y).backward(inputs=[x]); (x.grad,y.grad)
x=T([2.,3.],requires_grad=True); x.register_hook(lambda g:g*2); x.sum().backward(); x.grad
x=T([2.,3.],requires_grad=True); h=x.register_hook(lambda g:print(g)); x.sum().backward(); h.remove(); x.sum().backward()
x=T([2.,3.],requires_grad=True); y=x*2; y.register_hook(print); y.sum().backward()
x=T([2.,3.]); x.register_hook(print)
x=T([2.,3.],requires_grad=True); x.register_hook(lambda g: g[0]); x.sum().backward()
x=T([2.,3.],requires_grad=True); x.register_hook(lambda g: 3); x.sum().backward()
x=T([2.,3.],requires_grad=True); x.register_post_accumulate_grad_hook(lambda p: print(p.grad)); x.sum().backward()
x=T([2.,3.],requires_grad=True); y=x*2; y.grad_fn.register_hook(lambda gi,go: print(gi,go)); y.sum().backward()
x=T([2.,3.],requires_grad=True); y=x*2; y.grad_fn.register_prehook(lambda go: print(go)); y.sum().backward()
torch.is_grad_enabled()
x=T([1.],requires_grad=True); y=x.data; y.requires_grad
x=T([1.],requires_grad=True); x.data=T([5.]); x
x=T([1.],requires_grad=True); x.data=T([5.,6.]); x
x=T([1.],requires_grad=True); x.data=5
x=T([1.],requires_grad=True); x.grad=T([1.,2.])
x=T([1.],requires_grad=True); x.grad=3
x=T([1.],requires_grad=True); x.grad=T([2.]); x.grad
x=T([1.],requires_grad=True); x.requires_grad_(False); x.requires_grad
x=T([1.],requires_grad=True); x.item()
x=T([1.],requires_grad=True); x.tolist()
x=T([1.],requires_grad=True); float(x)
x=T([1.],requires_grad=True); torch.tensor(x)
x=T([1.],requires_grad=True); x.clone().is_leaf
x=T([1.],requires_grad=True); x.to(torch.float64)
x=T([1.],requires_grad=True); x.cpu() is x
x=T([1.,-1.],requires_grad=True); x.abs().sum().backward(); x.grad
x=T([0.],requires_grad=True); x.abs().backward(); x.grad
x=T([0.],requires_grad=True); x.sqrt().backward(); x.grad
x=T([0.],requires_grad=True); x.relu().backward(); x.grad
x=T([0.],requires_grad=True); F.relu6(x).backward(); x.grad
x=T([1.,1.],requires_grad=True); x.max().backward(); x.grad
x=T([1.,1.],requires_grad=True); x.max(0)[0].backward(); x.grad
x=T([1.,1.],requires_grad=True); x.amax().backward(); x.grad
x=T([1.,1.],requires_grad=True); x.median().backward(); x.grad
x=T([0.,0.],requires_grad=True); x.norm().backward(); x.grad
x=T([1.,1.],requires_grad=True); x.std().backward(); x.grad
x=T([1.,2.],requires_grad=True); x.argmax().requires_grad
x=T([1.,2.],requires_grad=True); (x>1).requires_grad
x=T([1.,2.],requires_grad=True); x.long().requires_grad
x=T([1.,2.],requires_grad=True); x.round().sum().backward(); x.grad
x=T([1.,2.],requires_grad=True); x.sign().sum().backward(); x.grad
x=T([1.,2.],requires_grad=True); np.array(x.detach())
x=T([1.,2.],requires_grad=True); w=nn.Parameter(x); w
x=nn.Parameter(torch.ones(2)); x
x=nn.Parameter(torch.ones(2),requires_grad=False); x
x=nn.Parameter(torch.ones(2)); type(x.data)==torch.Tensor
x=nn.Parameter(torch.ones(2)); type(x*2)==torch.Tensor
x=nn.Parameter(torch.ones(2)); type(x.detach())==torch.Tensor
x=nn.Parameter(torch.ones(2)); type(x.clone())==torch.Tensor
nn.Parameter(torch.tensor([1,2]))
nn.Parameter(torch.tensor([1,2]),requires_grad=False)
nn.Parameter()
torch.autograd.Variable(torch.ones(2),requires_grad=True)
torch.autograd.Variable(torch.ones(2))
torch.autograd.functional.jacobian(lambda x:x**2,fl(2))
torch.autograd.functional.hessian(lambda x:(x**3).sum(),fl(2))
torch.autograd.functional.vjp(lambda x:x**2,fl(2),torch.ones(2))
torch.autograd.functional.jvp(lambda x:x**2,fl(2),torch.ones(2))
torch.autograd.functional.hvp(lambda x:(x**3).sum(),fl(2),torch.ones(2))
torch.autograd.functional.vhp(lambda x:(x**3).sum(),fl(2),torch.ones(2))
torch.func.grad(lambda x:x**2)(T(3.))
torch.func.grad(torch.sin)(T(0.))
torch.func.grad(torch.func.grad(torch.sin))(T(0.))
torch.func.grad(lambda x:x*2)(fl(2))
torch.func.grad(lambda x,y:(x*y).sum(),argnums=(0,1))(fl(2),fl(2))
torch.func.grad_and_value(lambda x:x**2)(T(3.))
torch.func.grad(lambda x:(x**2,x),has_aux=True)(T(3.))
torch.func.vmap(torch.dot)(fl(2,2),fl(2,2))
torch.vmap(lambda x:x.sum())(fl(2,3))
torch.func.vmap(torch.dot,in_dims=(0,None))(fl(2,2),fl(2))
torch.func.vmap(lambda x:x**2,out_dims=1)(fl(2,3))
torch.func.vmap(lambda x:x.item())(fl(2))
torch.func.vmap(torch.dot)(fl(2,2),fl(3,2))
torch.func.jacrev(torch.sin)(fl(2))
torch.func.jacfwd(torch.sin)(fl(2))
torch.func.hessian(lambda x:x.sin().sum())(fl(2))
torch.func.jvp(torch.sin,(fl(2),),(torch.ones(2),))
o,f=torch.func.vjp(torch.sin,fl(2)); f(torch.ones(2))
torch.func.vmap(torch.func.grad(lambda w,x:(w*x).sum()),in_dims=(None,0))(fl(2),fl(3,2))
m=nn.Linear(2,1); torch.func.functional_call(m,{'weight':torch.ones(1,2),'bias':torch.zeros(1)},(fl(1,2),))
torch.autograd.gradcheck(lambda x:x**2,(torch.ones(2,dtype=torch.double,requires_grad=True),))
torch.autograd.grad_mode.no_grad is torch.no_grad
x=T([1.],requires_grad=True); torch.utils.checkpoint.checkpoint(lambda x:x*2,x,use_reentrant=False)
"""
