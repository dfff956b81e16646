// Softmax, log-softmax and cross-entropy.
//
// x has the shape (outer, length, inner), and sums run over the middle dim: along lines of `length` numbers that lie
// `inner` apart. If inner = 1, the threads of a block share a line; otherwise each thread has a line of its own, and
// neighbours in a warp read neighbours in memory.
#include "common.cuh"

struct Line {
    Index start, stride, lane, step;  // this thread has the elements lane, lane + step, … of the line
    bool shared;

    __device__ Index at(Index j) const { return start + j * stride; }
    __device__ ACC sum(ACC value) const { return shared ? block_sum(value) : value; }
    __device__ ACC max(ACC value) const { return shared ? block_max(value) : value; }
};

template <class F>
__device__ void each_line(Index outer, Index length, Index inner, F f) {
    if (inner == 1) {
        for (Index i = blockIdx.x; i < outer; i += gridDim.x)
            f(Line{i * length, 1, (Index)threadIdx.x, (Index)blockDim.x, true});
    } else {
        each(outer * inner, [=](Index i) {
            const Split place = split(i, inner);
            f(Line{place.quotient * length * inner + place.remainder, inner, 0, 1, false});
        });
    }
}

// The largest number of a line, and Σ exp(x − largest).
struct Peak {
    ACC top, total;
};

__device__ Peak peak(const REAL *x, Index length, const Line &line) {
    ACC top = minus_infinity(), total = 0;
    for (Index j = line.lane; j < length; j += line.step) top = Larger()(ACC(x[line.at(j)]), top);
    top = line.max(top);
    for (Index j = line.lane; j < length; j += line.step) total += exp(ACC(x[line.at(j)]) - top);
    return {top, line.sum(total)};
}

// y = exp(x) / Σ exp(x).
extern "C" __global__ void softmax(const REAL *x, Index outer, Index length, Index inner, REAL *y) {
    each_line(outer, length, inner, [=](const Line &line) {
        const Peak p = peak(x, length, line);
        for (Index j = line.lane; j < length; j += line.step)
            y[line.at(j)] = REAL(exp(ACC(x[line.at(j)]) - p.top) / p.total);
    });
}

// dx = y·(g − Σ g·y).
extern "C" __global__ void softmax_backward(const REAL *y, const REAL *g, Index outer, Index length, Index inner,
                                            REAL *dx) {
    each_line(outer, length, inner, [=](const Line &line) {
        ACC along = 0;
        for (Index j = line.lane; j < length; j += line.step) along += ACC(g[line.at(j)]) * ACC(y[line.at(j)]);
        along = line.sum(along);
        for (Index j = line.lane; j < length; j += line.step)
            dx[line.at(j)] = REAL(ACC(y[line.at(j)]) * (ACC(g[line.at(j)]) - along));
    });
}

// y = x − log Σ exp(x).
extern "C" __global__ void log_softmax(const REAL *x, Index outer, Index length, Index inner, REAL *y) {
    each_line(outer, length, inner, [=](const Line &line) {
        const Peak p = peak(x, length, line);
        const ACC log_total = log(p.total);
        for (Index j = line.lane; j < length; j += line.step)
            y[line.at(j)] = REAL(ACC(x[line.at(j)]) - p.top - log_total);
    });
}

// dx = g − exp(y)·Σ g.
extern "C" __global__ void log_softmax_backward(const REAL *y, const REAL *g, Index outer, Index length, Index inner,
                                                REAL *dx) {
    each_line(outer, length, inner, [=](const Line &line) {
        ACC total = 0;
        for (Index j = line.lane; j < length; j += line.step) total += ACC(g[line.at(j)]);
        total = line.sum(total);
        for (Index j = line.lane; j < length; j += line.step)
            dx[line.at(j)] = REAL(ACC(g[line.at(j)]) - exp(ACC(y[line.at(j)])) * total);
    });
}

// loss = log Σ exp(x) − x[target] for each row of (rows, classes), and log Σ exp(x), which the backward pass needs.
// A target counts from the end if it is negative, as an index does; one that is no class gives NaN.
extern "C" __global__ void cross_entropy(const REAL *x, const Index *targets, Index rows, Index classes, REAL *loss,
                                         ACC *log_totals) {
    each_line(rows, classes, 1, [=](const Line &line) {
        const Peak p = peak(x, classes, line);
        if (line.lane == 0) {
            const Index row = line.start / classes, target = targets[row] + (targets[row] < 0 ? classes : 0);
            const ACC log_total = log(p.total);
            const ACC chosen = target >= 0 && target < classes ? ACC(x[line.at(target)]) : not_a_number();
            loss[row] = REAL(log_total - (chosen - p.top));
            log_totals[row] = log_total + p.top;
        }
    });
}

// dx = (softmax(x) − onehot(target))·scale, with one scale for all rows, or one for each.
extern "C" __global__ void cross_entropy_backward(const REAL *x, const ACC *log_totals, const Index *targets,
                                                  const ACC *scales, Index scale_step, Index rows, Index classes,
                                                  REAL *dx) {
    each_line(rows, classes, 1, [=](const Line &line) {
        const Index row = line.start / classes, target = targets[row] + (targets[row] < 0 ? classes : 0);
        const ACC scale = scales[row * scale_step], log_total = log_totals[row];
        for (Index j = line.lane; j < classes; j += line.step)
            dx[line.at(j)] = REAL((exp(ACC(x[line.at(j)]) - log_total) - ACC(j == target)) * scale);
    });
}
