// Rows of tables, looked up and added up. An index counts from the end if it is negative; one that is outside of the
// table gives NaN, or is left out of sums: the CPU does not wait for the GPU to say so.
#include "common.cuh"

// y[i] = w[indices[i]].
extern "C" __global__ void take_rows(const REAL *w, const Index *indices, Index rows, Index width, Index n, REAL *y) {
    each(n, [=](Index i) {
        const Split place = split(i, width);
        const Index row = indices[place.quotient] + (indices[place.quotient] < 0 ? rows : 0);
        y[i] = row >= 0 && row < rows ? w[row * width + place.remainder] : REAL(not_a_number());
    });
}

// w[indices[i]] += x[i], in any order: sums of floats may differ in their last digits from run to run.
extern "C" __global__ void add_rows(const REAL *x, const Index *indices, Index rows, Index width, Index n, ACC *w) {
    each(n, [=](Index i) {
        const Split place = split(i, width);
        const Index row = indices[place.quotient] + (indices[place.quotient] < 0 ? rows : 0);
        if (row >= 0 && row < rows) atomicAdd(&w[row * width + place.remainder], ACC(x[i]));
    });
}
