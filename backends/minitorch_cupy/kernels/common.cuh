// What all kernels share: the types of numbers, the loop over elements, and sums over a block.
//
// Each file is compiled once for each dtype: REAL is the type of the numbers in memory, and ACC the one that formulas
// and sums are computed in, which is float for half precision. Numbers among a kernel's arguments are `Index` or
// `double`, as Python hands them over.
//
// The same source is compiled for the CPU by the tests, where cuda_on_cpu.h plays the GPU.

#ifndef __CUDACC__
#include "cuda_on_cpu.h"
#elif defined(REAL_HEADER)
#include REAL_HEADER
#endif

typedef long long Index;  // sizes may pass 2³¹

const unsigned ALL_LANES = 0xffffffff;

// Calls f(i) for i = 0 … n − 1, shared among all threads of the grid.
template <class F>
__device__ void each(Index n, F f) {
    const Index threads = (Index)gridDim.x * blockDim.x;
    for (Index i = (Index)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += threads) f(i);
}

struct Split {
    Index quotient, remainder;
};

// i divided by n, both positive: in 32 bits where they fit, since that is several times as fast.
__device__ Split split(Index i, Index n) {
    if (((i | n) >> 32) == 0) {
        const unsigned quotient = (unsigned)i / (unsigned)n;
        return {quotient, (unsigned)i - quotient * (unsigned)n};
    }
    return {i / n, i % n};
}

struct Add {
    __device__ ACC operator()(ACC x, ACC y) const { return x + y; }
};

struct Larger {  // NaN is larger than everything
    __device__ ACC operator()(ACC x, ACC y) const { return x > y || x != x ? x : y; }
};

// Combines the values of a warp's threads; each thread gets the result.
template <class Combine>
__device__ ACC over_warp(ACC value, Combine combine) {
    for (int distance = 16; distance > 0; distance /= 2)
        value = combine(value, __shfl_xor_sync(ALL_LANES, value, distance));
    return value;
}

// Combines the values of a block's threads, a multiple of 32; each thread gets the result.
template <class Combine>
__device__ ACC over_block(ACC value, Combine combine, ACC neutral) {
    __shared__ ACC of_warp[32];
    value = over_warp(value, combine);
    if (blockDim.x == 32) return value;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    __syncthreads();  // of_warp may still be read, in the call before
    if (lane == 0) of_warp[warp] = value;
    __syncthreads();
    return over_warp(lane < blockDim.x / 32 ? of_warp[lane] : neutral, combine);
}

__device__ ACC block_sum(ACC value) { return over_block(value, Add(), ACC(0)); }

__device__ ACC minus_infinity() { return ACC(-1) / ACC(0); }

__device__ ACC block_max(ACC value) { return over_block(value, Larger(), minus_infinity()); }

__device__ ACC not_a_number() { return minus_infinity() - minus_infinity(); }

__device__ ACC sigmoid_of(ACC x) { return ACC(1) / (ACC(1) + exp(-x)); }
