// Layer norm and RMS norm: one block takes one row at a time, and reads it from memory once or twice.
// Statistics, parameters and their gradients are ACC.
#include "common.cuh"

// y = (x − mean)·inv·w + b with inv = 1/√(var + eps); w and b may be null.
extern "C" __global__ void layer_norm(const REAL *x, const ACC *w, const ACC *b, double eps, Index rows,
                                      Index width, REAL *y, ACC *means, ACC *invs) {
    for (Index row = blockIdx.x; row < rows; row += gridDim.x) {
        const REAL *in = x + row * width;
        REAL *out = y + row * width;
        ACC total = 0;
        for (Index j = threadIdx.x; j < width; j += blockDim.x) total += ACC(in[j]);
        const ACC mean = block_sum(total) / ACC(width);
        ACC squares = 0;
        for (Index j = threadIdx.x; j < width; j += blockDim.x) {
            const ACC centred = ACC(in[j]) - mean;
            squares += centred * centred;
        }
        const ACC inv = ACC(1) / sqrt(block_sum(squares) / ACC(width) + ACC(eps));
        for (Index j = threadIdx.x; j < width; j += blockDim.x) {
            ACC value = (ACC(in[j]) - mean) * inv;
            if (w) value *= w[j];
            if (b) value += b[j];
            out[j] = REAL(value);
        }
        if (threadIdx.x == 0) {
            means[row] = mean;
            invs[row] = inv;
        }
    }
}

// dx = inv·(h − Σh/D − x̂·Σ(h·x̂)/D) with h = g·w and x̂ = (x − mean)·inv.
extern "C" __global__ void layer_norm_backward(const REAL *x, const ACC *w, const ACC *means, const ACC *invs,
                                               const REAL *g, Index rows, Index width, REAL *dx) {
    for (Index row = blockIdx.x; row < rows; row += gridDim.x) {
        const REAL *x_row = x + row * width, *g_row = g + row * width;
        const ACC mean = means[row], inv = invs[row];
        ACC along = 0, total = 0;
        for (Index j = threadIdx.x; j < width; j += blockDim.x) {
            const ACC h = w ? ACC(g_row[j]) * w[j] : ACC(g_row[j]);
            along += h * (ACC(x_row[j]) - mean) * inv;
            total += h;
        }
        along = block_sum(along) / ACC(width);
        total = block_sum(total) / ACC(width);
        for (Index j = threadIdx.x; j < width; j += blockDim.x) {
            const ACC h = w ? ACC(g_row[j]) * w[j] : ACC(g_row[j]);
            dx[row * width + j] = REAL((h - total - (ACC(x_row[j]) - mean) * inv * along) * inv);
        }
    }
}

// y = x·inv·w with inv = 1/√(Σx²/D + eps); w may be null.
extern "C" __global__ void rms_norm(const REAL *x, const ACC *w, double eps, Index rows, Index width, REAL *y,
                                    ACC *invs) {
    for (Index row = blockIdx.x; row < rows; row += gridDim.x) {
        const REAL *in = x + row * width;
        ACC squares = 0;
        for (Index j = threadIdx.x; j < width; j += blockDim.x) squares += ACC(in[j]) * ACC(in[j]);
        const ACC inv = ACC(1) / sqrt(block_sum(squares) / ACC(width) + ACC(eps));
        for (Index j = threadIdx.x; j < width; j += blockDim.x) {
            const ACC value = ACC(in[j]) * inv;
            y[row * width + j] = REAL(w ? value * w[j] : value);
        }
        if (threadIdx.x == 0) invs[row] = inv;
    }
}

// dx = inv·(h − x̂·Σ(h·x̂)/D) with h = g·w and x̂ = x·inv.
extern "C" __global__ void rms_norm_backward(const REAL *x, const ACC *w, const ACC *invs, const REAL *g,
                                             Index rows, Index width, REAL *dx) {
    for (Index row = blockIdx.x; row < rows; row += gridDim.x) {
        const REAL *x_row = x + row * width, *g_row = g + row * width;
        const ACC inv = invs[row];
        ACC along = 0;
        for (Index j = threadIdx.x; j < width; j += blockDim.x) {
            const ACC h = w ? ACC(g_row[j]) * w[j] : ACC(g_row[j]);
            along += h * ACC(x_row[j]) * inv;
        }
        along = block_sum(along) / ACC(width);
        for (Index j = threadIdx.x; j < width; j += blockDim.x) {
            const ACC h = w ? ACC(g_row[j]) * w[j] : ACC(g_row[j]);
            dx[row * width + j] = REAL((h - ACC(x_row[j]) * inv * along) * inv);
        }
    }
}

// Gradients of the parameters, Σ g·x̂ and Σ g over the rows, for `chunks` parts of the rows, to be added up by
// `fold`. A block of 8 warps takes 32 columns of one part; means and db may be null, as RMS norm has none.
extern "C" __global__ void parameter_gradients(const REAL *x, const ACC *means, const ACC *invs, const REAL *g,
                                               Index rows, Index width, Index chunks, ACC *dw, ACC *db) {
    __shared__ ACC products[8][32], sums[8][32];
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const Index tiles = (width + 31) / 32, each_chunk = (rows + chunks - 1) / chunks;
    for (Index task = blockIdx.x; task < tiles * chunks; task += gridDim.x) {
        const Index chunk = task / tiles, column = task % tiles * 32 + lane;
        const Index first = chunk * each_chunk, last = first + each_chunk < rows ? first + each_chunk : rows;
        ACC product = 0, sum = 0;
        if (column < width)
            for (Index row = first + warp; row < last; row += 8) {
                const ACC mean = means ? means[row] : ACC(0), gradient = ACC(g[row * width + column]);
                product += gradient * (ACC(x[row * width + column]) - mean) * invs[row];
                sum += gradient;
            }
        products[warp][lane] = product;
        sums[warp][lane] = sum;
        __syncthreads();
        if (warp == 0 && column < width) {
            for (int other = 1; other < 8; other++) {
                product += products[other][lane];
                sum += sums[other][lane];
            }
            dw[chunk * width + column] = product;
            if (db) db[chunk * width + column] = sum;
        }
        __syncthreads();
    }
}

// total[j] = Σ parts[i, j] over i.
extern "C" __global__ void fold(const ACC *parts, Index chunks, Index width, ACC *total) {
    each(width, [=](Index j) {
        ACC sum = 0;
        for (Index i = 0; i < chunks; i++) sum += parts[i * width + j];
        total[j] = sum;
    });
}
