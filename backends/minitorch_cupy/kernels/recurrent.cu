// One time step of recurrent layers, after the product `sums` = h·wᵀ of (batch, gates·hidden) is there. A thread has one
// number of the hidden state. Names are those of minitorch/backend_recurrent.py; n = batch·hidden.
#include "common.cuh"

__device__ ACC slope_of_sigmoid(ACC y) { return y * (ACC(1) - y); }

__device__ ACC number_or_zero(const REAL *x, Index i) { return x ? ACC(x[i]) : ACC(0); }

// h = act(gates + sums).
extern "C" __global__ void rnn_step(const REAL *gates, const REAL *sums, Index relu, Index n, REAL *h) {
    each(n, [=](Index i) {
        const ACC a = ACC(gates[i]) + ACC(sums[i]);
        h[i] = REAL(relu ? (a > 0 || a != a ? a : ACC(0)) : ACC(tanh(a)));
    });
}

// dgates = (g + dh)·act′, where dh comes from the step after, and is null for the last one.
extern "C" __global__ void rnn_step_backward(const REAL *g, const REAL *dh, const REAL *h, Index relu, Index n,
                                             REAL *dgates) {
    each(n, [=](Index i) {
        const ACC y = h[i], slope = relu ? ACC(y > 0) : ACC(1) - y * y;
        dgates[i] = REAL((ACC(g[i]) + number_or_zero(dh, i)) * slope);
    });
}

// i, f, o = σ(…), g = tanh(gates + sums);  c = f·c + i·g;  h = o·tanh(c).
extern "C" __global__ void lstm_step(const REAL *gates, const REAL *sums, const REAL *before, Index hidden, Index n,
                                     REAL *h, REAL *c, REAL *kept) {
    each(n, [=](Index place) {
        const Split s = split(place, hidden);
        const Index at = s.quotient * 4 * hidden + s.remainder;
        const ACC i = sigmoid_of(ACC(gates[at]) + ACC(sums[at]));
        const ACC f = sigmoid_of(ACC(gates[at + hidden]) + ACC(sums[at + hidden]));
        const ACC g = tanh(ACC(gates[at + 2 * hidden]) + ACC(sums[at + 2 * hidden]));
        const ACC o = sigmoid_of(ACC(gates[at + 3 * hidden]) + ACC(sums[at + 3 * hidden]));
        const ACC cell = f * ACC(before[place]) + i * g;
        c[place] = REAL(cell);
        h[place] = REAL(o * ACC(tanh(cell)));
        kept[at] = REAL(i);
        kept[at + hidden] = REAL(f);
        kept[at + 2 * hidden] = REAL(g);
        kept[at + 3 * hidden] = REAL(o);
    });
}

// The gradients of the gates, and in dc that of the cell before. gh and gc are the gradients of this step's results,
// dh that which comes from the step after; each may be null. If `first`, dc holds nothing yet.
extern "C" __global__ void lstm_step_backward(const REAL *gh, const REAL *gc, const REAL *dh, const REAL *kept,
                                              const REAL *before, const REAL *cells, Index first, Index hidden,
                                              Index n, REAL *dc, REAL *dgates) {
    each(n, [=](Index place) {
        const Split s = split(place, hidden);
        const Index at = s.quotient * 4 * hidden + s.remainder;
        const ACC i = kept[at], f = kept[at + hidden], g = kept[at + 2 * hidden], o = kept[at + 3 * hidden];
        const ACC top = tanh(ACC(cells[place]));
        const ACC of_h = number_or_zero(gh, place) + number_or_zero(dh, place);
        const ACC of_c = number_or_zero(gc, place) + (first ? ACC(0) : ACC(dc[place])) +
                         of_h * o * (ACC(1) - top * top);
        dgates[at] = REAL(of_c * g * slope_of_sigmoid(i));
        dgates[at + hidden] = REAL(of_c * ACC(before[place]) * slope_of_sigmoid(f));
        dgates[at + 2 * hidden] = REAL(of_c * i * (ACC(1) - g * g));
        dgates[at + 3 * hidden] = REAL(of_h * top * slope_of_sigmoid(o));
        dc[place] = REAL(of_c * f);
    });
}

// With s = sums + b: r, z = σ(gates + s);  n = tanh(gates + r·s);  h = n + z·(h − n). Kept are r, z, n and s of n.
extern "C" __global__ void gru_step(const REAL *gates, const REAL *sums, const REAL *b, const REAL *before,
                                    Index hidden, Index n, REAL *h, REAL *kept) {
    each(n, [=](Index place) {
        const Split s = split(place, hidden);
        const Index j = s.remainder, at = s.quotient * 3 * hidden + j, to = s.quotient * 4 * hidden + j;
        const ACC r = sigmoid_of(ACC(gates[at]) + ACC(sums[at]) + ACC(b[j]));
        const ACC z = sigmoid_of(ACC(gates[at + hidden]) + ACC(sums[at + hidden]) + ACC(b[j + hidden]));
        const ACC sum = ACC(sums[at + 2 * hidden]) + ACC(b[j + 2 * hidden]);
        const ACC candidate = tanh(ACC(gates[at + 2 * hidden]) + r * sum);
        h[place] = REAL(candidate + z * (ACC(before[place]) - candidate));
        kept[to] = REAL(r);
        kept[to + hidden] = REAL(z);
        kept[to + 2 * hidden] = REAL(candidate);
        kept[to + 3 * hidden] = REAL(sum);
    });
}

// The gradients of the gates and of s, and in `direct` the part of that of the state before which does not go through s.
// What comes from the step after is direct + dh; both hold nothing if `first`.
extern "C" __global__ void gru_step_backward(const REAL *g, const REAL *dh, const REAL *kept, const REAL *before,
                                             Index first, Index hidden, Index n, REAL *direct, REAL *dgates,
                                             REAL *dsums) {
    each(n, [=](Index place) {
        const Split s = split(place, hidden);
        const Index from = s.quotient * 4 * hidden + s.remainder, at = s.quotient * 3 * hidden + s.remainder;
        const ACC r = kept[from], z = kept[from + hidden], candidate = kept[from + 2 * hidden];
        const ACC of_h = ACC(g[place]) + (first ? ACC(0) : ACC(direct[place]) + ACC(dh[place]));
        const ACC dn = of_h * (ACC(1) - z) * (ACC(1) - candidate * candidate);
        const ACC dz = of_h * (ACC(before[place]) - candidate) * slope_of_sigmoid(z);
        const ACC dr = dn * ACC(kept[from + 3 * hidden]) * slope_of_sigmoid(r);
        dgates[at] = dsums[at] = REAL(dr);
        dgates[at + hidden] = dsums[at + hidden] = REAL(dz);
        dgates[at + 2 * hidden] = REAL(dn);
        dsums[at + 2 * hidden] = REAL(dn * r);
        direct[place] = REAL(of_h * z);
    });
}
