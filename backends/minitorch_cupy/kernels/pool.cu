// Pools. Forward, a thread has a window; backward, it has an element of the input and asks the windows that see it:
// so nobody else adds to that element, and sums come out the same every time.
#include "common.cuh"
#include "windows.cuh"

// y = the largest element of each window, NaN if there is one; padding does not count.
extern "C" __global__ void max_pool(const REAL *x, Windows w, Index n, REAL *y) {
    const Index windows = w.windows(), elements = w.elements(), places = w.places();
    each(n, [=](Index i) {
        const Split plane = split(i, windows);
        const Place j = place_of(plane.remainder, w.counts);
        ACC top = minus_infinity();
        for (Index k = 0; k < elements; k++) {
            const Index at = element_of(w, j, place_of(k, w.kernel));
            if (at >= 0) top = Larger()(ACC(x[plane.quotient * places + at]), top);
        }
        y[i] = REAL(top);
    });
}

// Which element of its plane is the largest one of window j: of equal ones the first; −1 if there is none.
__device__ Index chosen(const REAL *plane, ACC top, const Windows &w, const Place &j) {
    for (Index k = 0; k < w.elements(); k++) {
        const Index at = element_of(w, j, place_of(k, w.kernel));
        if (at >= 0 && ACC(plane[at]) == top) return at;
    }
    return -1;
}

// Where the largest element of each window stands; of several NaN the last one.
extern "C" __global__ void max_pool_indices(const REAL *x, const REAL *y, Windows w, Index n, Index *indices) {
    const Index windows = w.windows(), elements = w.elements(), places = w.places();
    each(n, [=](Index i) {
        const Split plane = split(i, windows);
        const Place j = place_of(plane.remainder, w.counts);
        const REAL *from = x + plane.quotient * places;
        Index found = chosen(from, ACC(y[i]), w, j);
        for (Index k = 0; k < elements; k++) {
            const Index at = element_of(w, j, place_of(k, w.kernel));
            if (at >= 0 && ACC(from[at]) != ACC(from[at])) found = at;
        }
        indices[i] = found < 0 ? 0 : found;
    });
}

// g, added at the place of the largest element of each window, the first of equal ones.
extern "C" __global__ void max_pool_backward(const REAL *x, const REAL *y, const REAL *g, Windows w, Index n,
                                             REAL *dx) {
    const Index windows = w.windows(), elements = w.elements(), places = w.places();
    each(n, [=](Index i) {
        const Split plane = split(i, places);
        const Place here = place_of(plane.remainder, w.size);
        ACC sum = 0;
        for (Index k = 0; k < elements; k++) {
            const Index j = window_of(w, here, place_of(k, w.kernel));
            if (j < 0) continue;
            const Index window = plane.quotient * windows + j;
            if (ACC(y[window]) != ACC(x[i])) continue;
            if (chosen(x + plane.quotient * places, ACC(y[window]), w, place_of(j, w.counts)) == plane.remainder)
                sum += ACC(g[window]);
        }
        dx[i] = REAL(sum);
    });
}

// y = the sum of each window.
extern "C" __global__ void sum_pool(const REAL *x, Windows w, Index n, REAL *y) {
    const Index windows = w.windows(), elements = w.elements(), places = w.places();
    each(n, [=](Index i) {
        const Split plane = split(i, windows);
        const Place j = place_of(plane.remainder, w.counts);
        ACC sum = 0;
        for (Index k = 0; k < elements; k++) {
            const Index at = element_of(w, j, place_of(k, w.kernel));
            if (at >= 0) sum += ACC(x[plane.quotient * places + at]);
        }
        y[i] = REAL(sum);
    });
}

// x = for each element the sum of g over the windows that see it.
extern "C" __global__ void sum_pool_backward(const REAL *g, Windows w, Index n, REAL *dx) {
    const Index windows = w.windows(), elements = w.elements(), places = w.places();
    each(n, [=](Index i) {
        const Split plane = split(i, places);
        const Place here = place_of(plane.remainder, w.size);
        ACC sum = 0;
        for (Index k = 0; k < elements; k++) {
            const Index j = window_of(w, here, place_of(k, w.kernel));
            if (j >= 0) sum += ACC(g[plane.quotient * windows + j]);
        }
        dx[i] = REAL(sum);
    });
}
