// Batch norm over (N, C, L), L being all places of a channel.
//
// A channel may have millions of numbers and there may be few channels. So each is divided into `chunks`, whose sums
// are taken by one block each, and put together by another kernel in double precision.
//
// What there is one of for each channel, statistics, parameters and their gradients, is ACC: float for half precision.
#include "common.cuh"

// Calls f(i) for the elements of one chunk of a channel that belong to this thread.
template <class F>
__device__ void each_of_chunk(Index task, Index images, Index channels, Index places, Index chunks, F f) {
    const Index channel = task / chunks, chunk = task % chunks, count = images * places;
    const Index size = (count + chunks - 1) / chunks;
    const Index end = (chunk + 1) * size < count ? (chunk + 1) * size : count;
    for (Index i = chunk * size + threadIdx.x; i < end; i += blockDim.x) {
        const Split place = split(i, places);
        f((place.quotient * channels + channel) * places + place.remainder);
    }
}

// Σ (x − s) and Σ (x − s)² of each chunk, s being the channel's first number: that leaves digits for the variance of
// numbers that are far from zero.
extern "C" __global__ void batch_norm_sums(const REAL *x, Index images, Index channels, Index places, Index chunks,
                                           ACC *sums, ACC *squares) {
    for (Index task = blockIdx.x; task < channels * chunks; task += gridDim.x) {
        const ACC shift = x[task / chunks * places];
        ACC sum = 0, square = 0;
        each_of_chunk(task, images, channels, places, chunks, [&](Index i) {
            const ACC difference = ACC(x[i]) - shift;
            sum += difference;
            square += difference * difference;
        });
        sum = block_sum(sum);
        square = block_sum(square);
        if (threadIdx.x == 0) {
            sums[task] = sum;
            squares[task] = square;
        }
    }
}

extern "C" __global__ void batch_norm_statistics(const REAL *x, const ACC *sums, const ACC *squares, double eps,
                                                 Index images, Index channels, Index places, Index chunks,
                                                 ACC *means, ACC *variances, ACC *invs) {
    each(channels, [=](Index channel) {
        double sum = 0, square = 0;
        const double n = (double)(images * places);
        for (Index chunk = 0; chunk < chunks; chunk++) {
            sum += sums[channel * chunks + chunk];
            square += squares[channel * chunks + chunk];
        }
        const double offset = sum / n, variance = square / n - offset * offset;
        means[channel] = ACC(offset + double(ACC(x[channel * places])));
        variances[channel] = ACC(variance < 0 ? 0 : variance);
        invs[channel] = ACC(1 / sqrt((variance < 0 ? 0 : variance) + eps));
    });
}

// y = (x − mean)·inv·w + b; any of the four may be null.
extern "C" __global__ void scale_channels(const REAL *x, const ACC *means, const ACC *invs, const ACC *w,
                                          const ACC *b, Index channels, Index places, Index n, REAL *y) {
    each(n, [=](Index i) {
        const Index channel = split(split(i, places).quotient, channels).remainder;
        ACC value = x[i], scale = 1;
        if (means) value -= means[channel];
        if (invs) scale *= invs[channel];
        if (w) scale *= w[channel];
        value *= scale;
        if (b) value += b[channel];
        y[i] = REAL(value);
    });
}

// Σ g and Σ g·x̂ of each chunk, with x̂ = (x − mean)·inv.
extern "C" __global__ void batch_norm_gradient_sums(const REAL *x, const ACC *means, const ACC *invs,
                                                    const REAL *g, Index images, Index channels, Index places,
                                                    Index chunks, ACC *sums, ACC *products) {
    for (Index task = blockIdx.x; task < channels * chunks; task += gridDim.x) {
        const ACC mean = means[task / chunks], inv = invs[task / chunks];
        ACC sum = 0, product = 0;
        each_of_chunk(task, images, channels, places, chunks, [&](Index i) {
            sum += ACC(g[i]);
            product += ACC(g[i]) * (ACC(x[i]) - mean) * inv;
        });
        sum = block_sum(sum);
        product = block_sum(product);
        if (threadIdx.x == 0) {
            sums[task] = sum;
            products[task] = product;
        }
    }
}

// dw = Σ g·x̂ and db = Σ g, and both divided by n, for the kernel below.
extern "C" __global__ void batch_norm_parameters(const ACC *sums, const ACC *products, Index images, Index channels,
                                                 Index places, Index chunks, ACC *dw, ACC *db, ACC *of_all) {
    each(channels, [=](Index channel) {
        double sum = 0, product = 0;
        const double n = (double)(images * places);
        for (Index chunk = 0; chunk < chunks; chunk++) {
            sum += sums[channel * chunks + chunk];
            product += products[channel * chunks + chunk];
        }
        dw[channel] = ACC(product);
        db[channel] = ACC(sum);
        of_all[channel] = ACC(product / n);
        of_all[channels + channel] = ACC(sum / n);
    });
}

// dx = w·inv·(g − db/n − x̂·dw/n); w may be null.
extern "C" __global__ void batch_norm_backward(const REAL *x, const ACC *means, const ACC *invs, const ACC *w,
                                               const REAL *g, const ACC *of_all, Index channels, Index places,
                                               Index n, REAL *dx) {
    each(n, [=](Index i) {
        const Index channel = split(split(i, places).quotient, channels).remainder;
        const ACC inv = invs[channel], normed = (ACC(x[i]) - means[channel]) * inv;
        const ACC scale = w ? inv * w[channel] : inv;
        dx[i] = REAL((ACC(g[i]) - of_all[channels + channel] - normed * of_all[channel]) * scale);
    });
}
