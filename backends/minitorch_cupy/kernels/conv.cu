// Convolution: windows as columns and back, for products of matrices; and convolution with one input channel in each
// group, where there are no sums over channels, so nothing for a product to do.
#include "common.cuh"
#include "windows.cuh"

// columns[n, c, k, j] = x[n, c, the k-th element of window j], 0 for padding.
extern "C" __global__ void windows_to_columns(const REAL *x, Windows w, Index n, REAL *columns) {
    const Index windows = w.windows(), elements = w.elements(), places = w.places();
    each(n, [=](Index i) {
        const Split row = split(i, windows), plane = split(row.quotient, elements);
        const Index at = element_of(w, place_of(row.remainder, w.counts), place_of(plane.remainder, w.kernel));
        columns[i] = at < 0 ? REAL(ACC(0)) : x[plane.quotient * places + at];
    });
}

// x[n, c, i] = Σ columns[n, c, k, j] over the windows j whose k-th element is i; with b[c] added, unless that is null.
extern "C" __global__ void columns_to_windows(const REAL *columns, const REAL *b, Windows w, Index channels, Index n,
                                              REAL *x) {
    const Index windows = w.windows(), elements = w.elements(), places = w.places();
    each(n, [=](Index i) {
        const Split plane = split(i, places);
        const Place here = place_of(plane.remainder, w.size);
        ACC sum = b ? ACC(b[split(plane.quotient, channels).remainder]) : ACC(0);
        for (Index k = 0; k < elements; k++) {
            const Index j = window_of(w, here, place_of(k, w.kernel));
            if (j >= 0) sum += ACC(columns[(plane.quotient * elements + k) * windows + j]);
        }
        x[i] = REAL(sum);
    });
}

// y[n, o, j] = b[o] + Σ x[n, c, the k-th element of window j]·w[o, k] over k, o being the multiple-th one of c.
extern "C" __global__ void depthwise(const REAL *x, const REAL *weight, const REAL *b, Windows w, Index channels,
                                     Index multiple, Index n, REAL *y) {
    const Index windows = w.windows(), elements = w.elements(), places = w.places(), outputs = channels * multiple;
    each(n, [=](Index i) {
        const Split plane = split(i, windows), image = split(plane.quotient, outputs);
        const Index output = image.remainder, channel = image.quotient * channels + output / multiple;
        const Place j = place_of(plane.remainder, w.counts);
        ACC sum = b ? ACC(b[output]) : ACC(0);
        for (Index k = 0; k < elements; k++) {
            const Index at = element_of(w, j, place_of(k, w.kernel));
            if (at >= 0) sum += ACC(x[channel * places + at]) * ACC(weight[output * elements + k]);
        }
        y[i] = REAL(sum);
    });
}

// x[n, c, i] = b[c] + Σ y[n, o, j]·w[o, k] over the outputs o of c and the windows j whose k-th element is i.
extern "C" __global__ void depthwise_transpose(const REAL *y, const REAL *weight, const REAL *b, Windows w,
                                               Index channels, Index multiple, Index n, REAL *x) {
    const Index windows = w.windows(), elements = w.elements(), places = w.places();
    each(n, [=](Index i) {
        const Split plane = split(i, places);
        const Index channel = split(plane.quotient, channels).remainder;
        const Place here = place_of(plane.remainder, w.size);
        ACC sum = b ? ACC(b[channel]) : ACC(0);
        for (Index k = 0; k < elements; k++) {
            const Index j = window_of(w, here, place_of(k, w.kernel));
            for (Index m = 0; j >= 0 && m < multiple; m++)
                sum += ACC(y[(plane.quotient * multiple + m) * windows + j]) *
                       ACC(weight[(channel * multiple + m) * elements + k]);
        }
        x[i] = REAL(sum);
    });
}

// w[o, k] = Σ x[n, c, the k-th element of window j]·y[n, o, j] over n and j; one block for each number.
extern "C" __global__ void depthwise_weight(const REAL *x, const REAL *y, Windows w, Index images, Index channels,
                                            Index multiple, REAL *weight) {
    const Index windows = w.windows(), elements = w.elements(), places = w.places(), outputs = channels * multiple;
    for (Index task = blockIdx.x; task < outputs * elements; task += gridDim.x) {
        const Index output = task / elements;
        const Place k = place_of(task % elements, w.kernel);
        ACC sum = 0;
        for (Index i = threadIdx.x; i < images * windows; i += blockDim.x) {
            const Split image = split(i, windows);
            const Index at = element_of(w, place_of(image.remainder, w.counts), k);
            if (at >= 0)
                sum += ACC(x[(image.quotient * channels + output / multiple) * places + at]) *
                       ACC(y[(image.quotient * outputs + output) * windows + image.remainder]);
        }
        sum = block_sum(sum);
        if (threadIdx.x == 0) weight[task] = REAL(sum);
    }
}
