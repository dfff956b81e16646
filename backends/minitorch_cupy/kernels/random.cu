// Random numbers from Philox 4x32-10: a function of a seed and a place in its sequence, with no state to update.
//
// Thread i computes the i-th group of four 32-bit numbers. `base` holds seed and offset of a captured graph, which
// every replay sets anew; without a graph it is null, and they come as arguments.
//
// Source: Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011.

#include <cuda_fp16.h>

typedef unsigned int u32;
typedef unsigned long long u64;

struct Four {
    u32 v[4];
};

__device__ Four philox(u64 seed, u64 offset, u64 place) {
    u32 k0 = (u32)seed, k1 = (u32)(seed >> 32);
    u64 counter = offset + place;
    u32 c0 = (u32)counter, c1 = (u32)(counter >> 32), c2 = 0, c3 = 0;
    for (int round = 0; round < 10; ++round) {
        u64 a = (u64)0xD2511F53u * c0, b = (u64)0xCD9E8D57u * c2;
        u32 n0 = (u32)(b >> 32) ^ c1 ^ k0, n2 = (u32)(a >> 32) ^ c3 ^ k1;
        c1 = (u32)b;
        c3 = (u32)a;
        c0 = n0;
        c2 = n2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return {{c0, c1, c2, c3}};
}

__device__ Four numbers(u64 seed, u64 offset, const u64* base, u64 place) {
    return base ? philox(base[0], base[1] + offset, place) : philox(seed, offset, place);
}

// On [0, 1): 24 of the 32 bits, and 53 of two numbers for double.
__device__ float unit(u32 x) { return (x >> 8) * 5.9604644775390625e-8f; }
__device__ double unit(u32 high, u32 low) {
    return (((u64)(high >> 5) << 26) | (low >> 6)) * 1.1102230246251565e-16;
}

#define HEAD u64 n, u64 seed, u64 offset, const u64* base
#define PLACE u64 i = blockIdx.x * (u64)blockDim.x + threadIdx.x;

extern "C" __global__ void uniform_float(float* y, HEAD) {
    PLACE
    if (4 * i >= n) return;
    Four r = numbers(seed, offset, base, i);
    for (int k = 0; k < 4 && 4 * i + k < n; ++k) y[4 * i + k] = unit(r.v[k]);
}

extern "C" __global__ void uniform_half(__half* y, HEAD) {
    PLACE
    if (4 * i >= n) return;
    Four r = numbers(seed, offset, base, i);
    for (int k = 0; k < 4 && 4 * i + k < n; ++k) y[4 * i + k] = __float2half_rd(unit(r.v[k]));
}

extern "C" __global__ void uniform_double(double* y, HEAD) {
    PLACE
    if (2 * i >= n) return;
    Four r = numbers(seed, offset, base, i);
    for (int k = 0; k < 2 && 2 * i + k < n; ++k) y[2 * i + k] = unit(r.v[2 * k], r.v[2 * k + 1]);
}

// Box and Muller's pairs: √(−2·ln u)·cos 2πv and √(−2·ln u)·sin 2πv, with u on (0, 1].
extern "C" __global__ void normal_float(float* y, HEAD) {
    PLACE
    if (4 * i >= n) return;
    Four r = numbers(seed, offset, base, i);
    for (int k = 0; k < 4; k += 2) {
        float radius = sqrtf(-2.0f * logf(1.0f - unit(r.v[k]))), s, c;
        sincospif(2.0f * unit(r.v[k + 1]), &s, &c);
        if (4 * i + k < n) y[4 * i + k] = radius * c;
        if (4 * i + k + 1 < n) y[4 * i + k + 1] = radius * s;
    }
}

extern "C" __global__ void normal_double(double* y, HEAD) {
    PLACE
    if (2 * i >= n) return;
    Four r = numbers(seed, offset, base, i);
    double radius = sqrt(-2.0 * log(1.0 - unit(r.v[0], r.v[1]))), s, c;
    sincospi(2.0 * unit(r.v[2], r.v[3]), &s, &c);
    y[2 * i] = radius * c;
    if (2 * i + 1 < n) y[2 * i + 1] = radius * s;
}

// low + x mod range: 64 bits are so many that no range of PyTorch's makes the difference visible.
extern "C" __global__ void integers(long long* y, HEAD, long long low, u64 range) {
    PLACE
    if (2 * i >= n) return;
    Four r = numbers(seed, offset, base, i);
    for (int k = 0; k < 2 && 2 * i + k < n; ++k) {
        u64 x = (u64)r.v[2 * k] << 32 | r.v[2 * k + 1];
        y[2 * i + k] = low + (long long)(range ? x % range : x);
    }
}

extern "C" __global__ void keep_mask(bool* y, HEAD, float keep) {
    PLACE
    if (4 * i >= n) return;
    Four r = numbers(seed, offset, base, i);
    for (int k = 0; k < 4 && 4 * i + k < n; ++k) y[4 * i + k] = unit(r.v[k]) < keep;
}

extern "C" __global__ void set_base(u64* base, u64 seed, u64 offset) {
    base[0] = seed;
    base[1] = offset;
}
