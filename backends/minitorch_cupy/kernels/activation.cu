// Activations, one thread for each element: what a composite does in several passes over memory is done in one.
// With `bias`, one number for each of the last dim's `width` columns is added first; it may be null.
#include "common.cuh"

// Φ(x), or its approximation (1 + tanh(√(2/π)·(x + 0.044715·x³)))/2.
__device__ ACC normal_cdf(ACC x, bool tanh) {
    const ACC root = ACC(1.5957691216057308);  // √(8/π)
    return tanh ? sigmoid_of(x * (x * x * (ACC(0.044715) * root) + root))
                : ACC(0.5) + ACC(0.5) * erf(x * ACC(0.70710678118654752));
}

__device__ ACC with_bias(const REAL *x, const REAL *bias, Index i, Index width) {
    return bias ? ACC(x[i]) + ACC(bias[split(i, width).remainder]) : ACC(x[i]);
}

// z = x + bias in x's memory.
extern "C" __global__ void add_bias(REAL *x, const REAL *bias, Index n, Index width) {
    each(n, [=](Index i) { x[i] = REAL(with_bias(x, bias, i, width)); });
}

// y = max(x + bias, 0); NaN stays.
extern "C" __global__ void relu(const REAL *x, const REAL *bias, Index n, Index width, REAL *y) {
    each(n, [=](Index i) {
        const ACC z = with_bias(x, bias, i, width);
        y[i] = REAL(z > 0 || z != z ? z : ACC(0));
    });
}

// g where y ≠ 0, else 0.
extern "C" __global__ void relu_backward(const REAL *y, const REAL *g, Index n, REAL *dx) {
    each(n, [=](Index i) { dx[i] = ACC(y[i]) != 0 ? g[i] : REAL(ACC(0)); });
}

// g where y is neither bound, else 0.
extern "C" __global__ void hardtanh_backward(const REAL *y, const REAL *g, double low, double high, Index n,
                                             REAL *dx) {
    const ACC lowest = ACC(REAL(ACC(low))), highest = ACC(REAL(ACC(high)));  // as they were stored
    each(n, [=](Index i) {
        dx[i] = ACC(y[i]) != lowest && ACC(y[i]) != highest ? g[i] : REAL(ACC(0));
    });
}

// x where x > 0, else slope·x.
extern "C" __global__ void leaky_relu(const REAL *x, double slope, Index n, REAL *y) {
    each(n, [=](Index i) { y[i] = REAL(ACC(x[i]) > 0 ? ACC(x[i]) : ACC(x[i]) * ACC(slope)); });
}

extern "C" __global__ void leaky_relu_backward(const REAL *x, const REAL *g, double slope, Index n, REAL *dx) {
    each(n, [=](Index i) { dx[i] = REAL(ACC(x[i]) > 0 ? ACC(g[i]) : ACC(g[i]) * ACC(slope)); });
}

// scale·x where x > 0, else scale·alpha·(exp(inner·x) − 1).
extern "C" __global__ void elu(const REAL *x, double alpha, double scale, double inner, Index n, REAL *y) {
    each(n, [=](Index i) {
        const ACC v = x[i];
        y[i] = REAL(v > 0 ? v * ACC(scale) : expm1(v * ACC(inner)) * ACC(scale * alpha));
    });
}

extern "C" __global__ void elu_backward(const REAL *x, const REAL *g, double alpha, double scale, double inner,
                                        Index n, REAL *dx) {
    each(n, [=](Index i) {
        const ACC v = x[i];
        dx[i] = REAL(ACC(g[i]) * (v <= 0 ? exp(v * ACC(inner)) * ACC(scale * alpha * inner) : ACC(scale)));
    });
}

// y = z·Φ(z) with z = x + bias, which is written to `kept` unless that is null.
extern "C" __global__ void gelu(const REAL *x, const REAL *bias, Index tanh, Index n, Index width, REAL *y,
                                REAL *kept) {
    each(n, [=](Index i) {
        const REAL z = REAL(with_bias(x, bias, i, width));  // rounded, so that the backward pass sees the same
        if (kept) kept[i] = z;
        y[i] = REAL(ACC(z) * normal_cdf(ACC(z), tanh));
    });
}

// g·(Φ + x·Φ′).
extern "C" __global__ void gelu_backward(const REAL *x, const REAL *g, Index tanh, Index n, REAL *dx) {
    const ACC root = ACC(1.5957691216057308), cubic = ACC(3 * 0.044715 * 1.5957691216057308);
    each(n, [=](Index i) {
        const ACC v = x[i], cdf = normal_cdf(v, tanh);
        const ACC slope = tanh ? cdf * (ACC(1) - cdf) * (v * v * cubic + root)
                               : exp(v * v * ACC(-0.5)) * ACC(0.39894228040143268);
        dx[i] = REAL(ACC(g[i]) * (cdf + v * slope));
    });
}

extern "C" __global__ void sigmoid(const REAL *x, Index n, REAL *y) {
    each(n, [=](Index i) { y[i] = REAL(sigmoid_of(ACC(x[i]))); });
}

extern "C" __global__ void sigmoid_backward(const REAL *y, const REAL *g, Index n, REAL *dx) {
    each(n, [=](Index i) { dx[i] = REAL(ACC(g[i]) * (ACC(y[i]) * (ACC(1) - ACC(y[i])))); });
}

extern "C" __global__ void tanh_backward(const REAL *y, const REAL *g, Index n, REAL *dx) {
    each(n, [=](Index i) { dx[i] = REAL(ACC(g[i]) * (ACC(1) - ACC(y[i]) * ACC(y[i]))); });
}

// x·σ(x).
extern "C" __global__ void silu(const REAL *x, Index n, REAL *y) {
    each(n, [=](Index i) { y[i] = REAL(ACC(x[i]) * sigmoid_of(ACC(x[i]))); });
}

// g·σ·(1 + x·(1 − σ)).
extern "C" __global__ void silu_backward(const REAL *x, const REAL *g, Index n, REAL *dx) {
    each(n, [=](Index i) {
        const ACC v = x[i], s = sigmoid_of(v);
        dx[i] = REAL(ACC(g[i]) * (s * (v * (ACC(1) - s) + ACC(1))));
    });
}

// log(1 + exp(x)), without overflow.
extern "C" __global__ void softplus(const REAL *x, Index n, REAL *y) {
    each(n, [=](Index i) {
        const ACC v = x[i], size = v < 0 ? -v : v;
        y[i] = REAL((v < 0 ? ACC(0) : v) + log1p(exp(-size)));
    });
}

// g·σ(β·x), and g where β·x > threshold.
extern "C" __global__ void softplus_backward(const REAL *x, const REAL *g, double beta, double threshold, Index n,
                                             REAL *dx) {
    each(n, [=](Index i) {
        const ACC v = ACC(x[i]) * ACC(beta);
        dx[i] = REAL(v > ACC(threshold) ? ACC(g[i]) : ACC(g[i]) * sigmoid_of(v));
    });
}

// x·scale where the mask holds, else x·0, which is NaN for an x that is not finite, as a product gives.
extern "C" __global__ void dropout(const REAL *x, const bool *mask, double scale, Index n, REAL *y) {
    each(n, [=](Index i) { y[i] = REAL(ACC(x[i]) * (mask[i] ? ACC(scale) : ACC(0))); });
}
