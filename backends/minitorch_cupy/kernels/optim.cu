// Steps of optimizers, for many tensors in one launch: a block takes CHUNK numbers of one of them.
// Names are those of minitorch/backend_optim.py: x a parameter, g its gradient, t the number of the step.
#include "common.cuh"

const int MOST = 48;  // tensors in one launch: a kernel's arguments end at 4,096 bytes
const Index CHUNK = 4096;

// Handed over by value; the same in minitorch_cupy/lists.py.
struct Tensors {
    Index count;
    Index first[MOST + 1];  // block of each tensor
    Index size[MOST];
    REAL *data[5][MOST];  // parameters, gradients, and state
    double number[3][MOST];  // one number for each tensor
};

// Calls f(k, start, end) for the chunks of tensors k that belong to this block.
template <class F>
__device__ void each_chunk(const Tensors &tensors, F f) {
    for (Index block = blockIdx.x; block < tensors.first[tensors.count]; block += gridDim.x) {
        int k = 0;
        while (tensors.first[k + 1] <= block) k++;
        const Index start = (block - tensors.first[k]) * CHUNK, end = start + CHUNK;
        f(k, start, end < tensors.size[k] ? end : tensors.size[k]);
    }
}

// Calls f(i) for the numbers of a chunk that belong to this thread.
template <class F>
__device__ void each_number(Index start, Index end, F f) {
    for (Index i = start + threadIdx.x; i < end; i += blockDim.x) f(i);
}

// ±g + λ·x.
__device__ ACC descent(ACC x, ACC g, double weight_decay, Index maximize) {
    return (maximize ? -g : g) + x * ACC(weight_decay);
}

// The number of the step: in a captured graph, each replay is one more than was known when it was captured.
__device__ double step_of(double step, const Index *replays) { return replays ? step + double(*replays) : step; }

// A number that the CPU does not know stands in the GPU's memory; else that is null.
__device__ double either(const double *known, double value) { return known ? *known : value; }

// number[0] is 1 for a first step, in which b is the gradient itself.
extern "C" __global__ void sgd(Tensors tensors, const double *known_lr, double lr, double momentum, double dampening,
                               double weight_decay, Index nesterov, Index maximize) {
    lr = either(known_lr, lr);
    each_chunk(tensors, [&](int k, Index start, Index end) {
        REAL *x = tensors.data[0][k], *b = tensors.data[2][k];
        const REAL *grad = tensors.data[1][k];
        const bool first = tensors.number[0][k] != 0;
        each_number(start, end, [=](Index i) {
            ACC g = descent(ACC(x[i]), ACC(grad[i]), weight_decay, maximize);
            if (b) {
                const ACC velocity = first ? g : ACC(b[i]) * ACC(momentum) + g * ACC(1 - dampening);
                b[i] = REAL(velocity);
                g = nesterov ? g + velocity * ACC(momentum) : velocity;
            }
            x[i] = REAL(ACC(x[i]) - g * ACC(lr));
        });
    });
}

// What Adam and its relatives share: weight decay and the means of g and g².
struct Moments {
    ACC x, g, m, v;
};

__device__ Moments moments(const Tensors &tensors, int k, Index i, double lr, double beta1, double beta2,
                           double weight_decay, Index decoupled, Index maximize) {
    ACC x = ACC(tensors.data[0][k][i]);
    if (decoupled) x *= ACC(1 - lr * weight_decay);
    const ACC g = descent(x, ACC(tensors.data[1][k][i]), decoupled ? 0 : weight_decay, maximize);
    ACC m = tensors.data[2][k][i], v = tensors.data[3][k][i];
    m += (g - m) * ACC(1 - beta1);
    v = v * ACC(beta2) + g * g * ACC(1 - beta2);
    tensors.data[2][k][i] = REAL(m);
    tensors.data[3][k][i] = REAL(v);
    return {x, g, m, v};
}

// 1 − β₁ᵗ and 1 − β₂ᵗ: powers in double precision are slow on many GPUs, so one thread computes them for its block.
struct Corrections {
    double first, second;
};

__device__ Corrections corrections(double t, double beta1, double beta2) {
    __shared__ Corrections of_block;
    __syncthreads();
    if (threadIdx.x == 0) of_block = {1 - pow(beta1, t), 1 - pow(beta2, t)};
    __syncthreads();
    return of_block;
}

// m ← β₁·m + (1 − β₁)·g,   v ← β₂·v + (1 − β₂)·g²,   x ← x − lr·m̂ / (√v̂ + ε); data[4] are AMSGrad's peaks of v, or null.
extern "C" __global__ void adam(Tensors tensors, const Index *replays, const double *known_lr, double lr,
                                double beta1, double beta2, double eps, double weight_decay, Index decoupled,
                                Index maximize) {
    lr = either(known_lr, lr);
    each_chunk(tensors, [&](int k, Index start, Index end) {
        const Corrections by = corrections(step_of(tensors.number[0][k], replays), beta1, beta2);
        const ACC step_size = ACC(lr / by.first), root = ACC(sqrt(by.second));
        REAL *peaks = tensors.data[4][k];
        each_number(start, end, [&](Index i) {
            const Moments s = moments(tensors, k, i, lr, beta1, beta2, weight_decay, decoupled, maximize);
            ACC v = s.v;
            if (peaks) {
                v = Larger()(ACC(peaks[i]), v);
                peaks[i] = REAL(v);
            }
            tensors.data[0][k][i] = REAL(s.x - s.m / (sqrt(v) / root + ACC(eps)) * step_size);
        });
    });
}

// s ← s + g²,   x ← x − lr / (1 + (t − 1)·η) · g / (√s + ε).
extern "C" __global__ void adagrad(Tensors tensors, const Index *replays, const double *known_lr, double lr,
                                   double lr_decay, double eps, double weight_decay, Index maximize) {
    lr = either(known_lr, lr);
    each_chunk(tensors, [&](int k, Index start, Index end) {
        REAL *x = tensors.data[0][k], *sums = tensors.data[2][k];
        const REAL *grad = tensors.data[1][k];
        const ACC rate = ACC(lr / (1 + (step_of(tensors.number[0][k], replays) - 1) * lr_decay));
        each_number(start, end, [=](Index i) {
            const ACC g = descent(ACC(x[i]), ACC(grad[i]), weight_decay, maximize), s = ACC(sums[i]) + g * g;
            sums[i] = REAL(s);
            x[i] = REAL(ACC(x[i]) - g / (sqrt(s) + ACC(eps)) * rate);
        });
    });
}

// v ← α·v + (1 − α)·g²,   x ← x − lr·g / (√v + ε); data[3] the means of g if centred, data[4] momenta, or null.
extern "C" __global__ void rmsprop(Tensors tensors, const double *known_lr, double lr, double alpha, double eps,
                                   double weight_decay, double momentum, Index maximize) {
    lr = either(known_lr, lr);
    each_chunk(tensors, [&](int k, Index start, Index end) {
        REAL *x = tensors.data[0][k], *squares = tensors.data[2][k];
        REAL *means = tensors.data[3][k], *momenta = tensors.data[4][k];
        const REAL *grad = tensors.data[1][k];
        each_number(start, end, [=](Index i) {
            const ACC g = descent(ACC(x[i]), ACC(grad[i]), weight_decay, maximize);
            ACC v = ACC(squares[i]) * ACC(alpha) + g * g * ACC(1 - alpha);
            squares[i] = REAL(v);
            if (means) {
                const ACC m = ACC(means[i]) + (g - ACC(means[i])) * ACC(1 - alpha);
                means[i] = REAL(m);
                v -= m * m;
            }
            ACC update = g / (sqrt(v) + ACC(eps));
            if (momenta) {
                update += ACC(momenta[i]) * ACC(momentum);
                momenta[i] = REAL(update);
            }
            x[i] = REAL(ACC(x[i]) - update * ACC(lr));
        });
    });
}

// v ← ρ·v + (1 − ρ)·g²,   d = g·√(u + ε) / √(v + ε),   u ← ρ·u + (1 − ρ)·d²,   x ← x − lr·d.
extern "C" __global__ void adadelta(Tensors tensors, const double *known_lr, double lr, double rho, double eps,
                                    double weight_decay, Index maximize) {
    lr = either(known_lr, lr);
    each_chunk(tensors, [&](int k, Index start, Index end) {
        REAL *x = tensors.data[0][k], *squares = tensors.data[2][k], *deltas = tensors.data[3][k];
        const REAL *grad = tensors.data[1][k];
        each_number(start, end, [=](Index i) {
            const ACC g = descent(ACC(x[i]), ACC(grad[i]), weight_decay, maximize);
            const ACC v = ACC(squares[i]) * ACC(rho) + g * g * ACC(1 - rho);
            const ACC d = sqrt(ACC(deltas[i]) + ACC(eps)) / sqrt(v + ACC(eps)) * g;
            squares[i] = REAL(v);
            deltas[i] = REAL(ACC(deltas[i]) * ACC(rho) + d * d * ACC(1 - rho));
            x[i] = REAL(ACC(x[i]) - d * ACC(lr));
        });
    });
}

// m ← β₁·m + (1 − β₁)·g,   u ← max(β₂·u, |g| + ε),   x ← x − lr/(1 − β₁ᵗ) · m/u.
extern "C" __global__ void adamax(Tensors tensors, const Index *replays, const double *known_lr, double lr,
                                  double beta1, double beta2, double eps, double weight_decay, Index maximize) {
    lr = either(known_lr, lr);
    each_chunk(tensors, [&](int k, Index start, Index end) {
        REAL *x = tensors.data[0][k], *means = tensors.data[2][k], *peaks = tensors.data[3][k];
        const REAL *grad = tensors.data[1][k];
        const ACC step_size = ACC(lr / corrections(step_of(tensors.number[0][k], replays), beta1, 0).first);
        each_number(start, end, [=](Index i) {
            const ACC g = descent(ACC(x[i]), ACC(grad[i]), weight_decay, maximize);
            const ACC m = ACC(means[i]) + (g - ACC(means[i])) * ACC(1 - beta1);
            const ACC u = Larger()(ACC(peaks[i]) * ACC(beta2), (g < 0 ? -g : g) + ACC(eps));
            means[i] = REAL(m);
            peaks[i] = REAL(u);
            x[i] = REAL(ACC(x[i]) - m / u * step_size);
        });
    });
}

// x ← x − lr·(now·g + later·m) / (√v̂ + ε), with t, now and later in number[0], [1] and [2].
extern "C" __global__ void nadam(Tensors tensors, const double *known_lr, double lr, double beta1, double beta2,
                                 double eps, double weight_decay, Index decoupled, Index maximize) {
    lr = either(known_lr, lr);
    each_chunk(tensors, [&](int k, Index start, Index end) {
        const ACC of_g = ACC(lr * tensors.number[1][k]), of_m = ACC(lr * tensors.number[2][k]);
        const ACC correction = ACC(corrections(tensors.number[0][k], beta1, beta2).second);
        each_number(start, end, [&](Index i) {
            const Moments s = moments(tensors, k, i, lr, beta1, beta2, weight_decay, decoupled, maximize);
            tensors.data[0][k][i] = REAL(s.x - (s.g * of_g + s.m * of_m) / (sqrt(s.v / correction) + ACC(eps)));
        });
    });
}

// x ← x − lr·m̂·trust / (√v + ε), and x − lr·m̂ while the trust is 0; t and trust in number[0] and [1].
extern "C" __global__ void radam(Tensors tensors, const double *known_lr, double lr, double beta1, double beta2,
                                 double eps, double weight_decay, Index decoupled, Index maximize) {
    lr = either(known_lr, lr);
    each_chunk(tensors, [&](int k, Index start, Index end) {
        const ACC trust = ACC(tensors.number[1][k]);
        const ACC step_size = ACC(lr / corrections(tensors.number[0][k], beta1, beta2).first);
        each_number(start, end, [&](Index i) {
            const Moments s = moments(tensors, k, i, lr, beta1, beta2, weight_decay, decoupled, maximize);
            const ACC step = s.m * step_size;
            tensors.data[0][k][i] = REAL(s.x - (trust != 0 ? step * trust / (sqrt(s.v) + ACC(eps)) : step));
        });
    });
}

// x ← x·factor.
extern "C" __global__ void scale(Tensors tensors, const double *known, double value) {
    const double factor = either(known, value);
    each_chunk(tensors, [&](int k, Index start, Index end) {
        REAL *x = tensors.data[0][k];
        each_number(start, end, [=](Index i) { x[i] = REAL(ACC(x[i]) * ACC(factor)); });
    });
}

// g ← g·inverse;   found ← 1 if a g was infinite or NaN, else as it was.
extern "C" __global__ void unscale(Tensors tensors, const float *inverse, float *found) {
    const ACC factor = *inverse;
    each_chunk(tensors, [&](int k, Index start, Index end) {
        REAL *g = tensors.data[0][k];
        each_number(start, end, [=](Index i) {
            const ACC value = g[i];
            if (value - value != 0) *found = 1;  // whoever writes, writes the same
            g[i] = REAL(value * factor);
        });
    });
}

// x ← min(max(x, low), high); NaN stays.
extern "C" __global__ void clip(Tensors tensors, double low, double high) {
    each_chunk(tensors, [&](int k, Index start, Index end) {
        REAL *x = tensors.data[0][k];
        each_number(start, end, [=](Index i) {
            const ACC value = x[i];
            x[i] = REAL(value < ACC(low) ? ACC(low) : value > ACC(high) ? ACC(high) : value);
        });
    });
}

// sums[block] = Σ x² of the block's chunks.
extern "C" __global__ void sum_of_squares(Tensors tensors, double *sums) {
    ACC sum = 0;
    each_chunk(tensors, [&](int k, Index start, Index end) {
        const REAL *x = tensors.data[0][k];
        each_number(start, end, [&](Index i) { sum += ACC(x[i]) * ACC(x[i]); });
    });
    sum = block_sum(sum);
    if (threadIdx.x == 0) sums[blockIdx.x] = double(sum);
}

// norm = √ Σ sums, by a single warp.
extern "C" __global__ void root_of_sum(const double *sums, Index n, ACC *norm) {
    double sum = 0;
    for (Index i = threadIdx.x; i < n; i += 32) sum += sums[i];
    for (int distance = 16; distance > 0; distance /= 2) sum += __shfl_xor_sync(ALL_LANES, sum, distance);
    if (threadIdx.x == 0) *norm = ACC(sqrt(sum));
}
