// Plays a GPU for kernels that are compiled as C++: the words of CUDA C that they use, and a grid of threads.
//
// Blocks run one after the other. The threads of a block are fibers, which take turns: each runs until it has to wait
// for others at __syncthreads or at a shuffle. So a block needs one thread of the CPU, and memory is shared without
// races. Launches take turns with three orders, so that a missing __syncthreads shows in one of them: thread by thread,
// the last one first, and each warp as far as it gets while the others have not begun.
#pragma once

#include <ucontext.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#define __global__
#define __device__ inline
#define __forceinline__ inline
#define __shared__ static
#define __launch_bounds__(...)

using std::abs, std::exp, std::expm1, std::log, std::log1p, std::pow, std::sqrt, std::tanh, std::erf, std::isfinite;

struct dim3 {
    unsigned x = 1, y = 1, z = 1;
};
static dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace cpu {

constexpr size_t STACK = 64 * 1024;

struct Meeting {  // of all threads of a warp, or of a block
    int expected = 0, arrived = 0;
    unsigned long round = 0;
};

struct Fiber {
    ucontext_t context;
    std::vector<char> stack = std::vector<char>(STACK);
    bool done = true;
};

static ucontext_t scheduler;
static std::vector<Fiber> fibers;
static int current;
static long moves;  // how often threads met, or ended
static Meeting whole_block, warps[32];
static uint64_t lanes[32][32];
static void (*kernel)(void *);
static void *arguments;

inline void yield() { swapcontext(&fibers[current].context, &scheduler); }

inline void close_if_complete(Meeting &meeting) {
    if (meeting.arrived && meeting.arrived == meeting.expected) {
        meeting.arrived = 0;
        meeting.round++;
        moves++;
    }
}

inline void meet(Meeting &meeting) {
    const unsigned long round = meeting.round;
    meeting.arrived++;
    close_if_complete(meeting);
    while (meeting.round == round) yield();
}

inline void leave(Meeting &meeting) {
    meeting.expected--;
    close_if_complete(meeting);
}

static void body() {
    kernel(arguments);
    fibers[current].done = true;
    moves++;
    leave(whole_block);
    leave(warps[current / 32]);
    yield();
}

enum Order { FORWARDS, BACKWARDS, WARP_BY_WARP };

// Lets threads first … last − 1 run until each has ended, or waits.
inline void let_run(int first, int last, bool backwards) {
    for (int i = first; i < last; i++) {
        current = backwards ? first + last - 1 - i : i;
        if (fibers[current].done) continue;
        threadIdx = {(unsigned)current};
        swapcontext(&scheduler, &fibers[current].context);
    }
}

inline void run_block(Order order) {
    const int count = blockDim.x;
    if ((int)fibers.size() < count) fibers = std::vector<Fiber>(count);
    whole_block = Meeting{count};
    for (int warp = 0; warp < 32; warp++) warps[warp] = Meeting{};
    for (int i = 0; i < count; i++) {
        Fiber &fiber = fibers[i];
        warps[i / 32].expected++;
        getcontext(&fiber.context);
        fiber.context.uc_stack.ss_sp = fiber.stack.data();
        fiber.context.uc_stack.ss_size = STACK;
        fiber.context.uc_link = nullptr;
        fiber.done = false;
        makecontext(&fiber.context, body, 0);
    }
    while (whole_block.expected) {
        const long before = moves;
        const int group = order == WARP_BY_WARP ? 32 : count;
        for (int first = 0; first < count; first += group) {
            const int last = first + group < count ? first + group : count;
            long earlier;
            do {
                earlier = moves;
                let_run(first, last, order == BACKWARDS);
            } while (order == WARP_BY_WARP && moves > earlier);
        }
        if (moves == before) {
            std::fprintf(stderr, "cuda_on_cpu: threads of block %u wait for one another for ever\n", blockIdx.x);
            std::abort();
        }
    }
}

template <class... A, size_t... I>
void call(void (*function)(A...), void **args, std::index_sequence<I...>) {
    function(*(A *)args[I]...);
}

template <class... A>
void launch(void (*function)(A...), long long blocks, long long threads, void **args) {
    static int launches = 0;
    const Order order = (Order)(launches++ % 3);
    static void (*launched)(A...);
    launched = function;
    kernel = [](void *values) { call(launched, (void **)values, std::index_sequence_for<A...>()); };
    arguments = args;
    gridDim = {(unsigned)blocks};
    blockDim = {(unsigned)threads};
    for (unsigned block = 0; block < blocks; block++) {
        blockIdx = {block};
        run_block(order);
    }
}

template <class T>
T exchange(T value, int other) {
    static_assert(sizeof(T) <= 8, "a shuffle moves 8 bytes at most");
    const int warp = current / 32;
    std::memcpy(&lanes[warp][current % 32], &value, sizeof(T));
    meet(warps[warp]);
    std::memcpy(&value, &lanes[warp][other % 32], sizeof(T));
    meet(warps[warp]);
    return value;
}

// Rounded to the nearest number; ties go to even.
inline uint16_t to_bfloat16(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, 4);
    if (value != value) return 0x7fff;
    return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

inline float from_bfloat16(uint16_t half) {
    const uint32_t bits = (uint32_t)half << 16;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}

inline uint16_t to_float16(float value) {
    const uint16_t sign = std::signbit(value) ? 0x8000 : 0;
    const float size = std::fabs(value);
    if (value != value) return 0x7fff;
    if (size >= 65520.0f) return sign | 0x7c00;
    if (size < 0x1p-14f) return sign | (uint16_t)std::nearbyint(size * 0x1p24f);
    int exponent;
    const float mantissa = std::frexp(size, &exponent);  // in [½, 1)
    return sign | (uint16_t)((exponent + 13) * 1024 + (int)std::nearbyint(mantissa * 2048));
}

inline float from_float16(uint16_t half) {
    const int exponent = half >> 10 & 31, mantissa = half & 1023;
    float size = exponent ? std::ldexp(1024.0f + mantissa, exponent - 25) : std::ldexp((float)mantissa, -24);
    if (exponent == 31) size = mantissa ? NAN : INFINITY;
    return half & 0x8000 ? -size : size;
}

}  // namespace cpu

struct __half {
    uint16_t bits;
    __half() = default;
    explicit __half(float value) : bits(cpu::to_float16(value)) {}
    operator float() const { return cpu::from_float16(bits); }
};

struct __nv_bfloat16 {
    uint16_t bits;
    __nv_bfloat16() = default;
    explicit __nv_bfloat16(float value) : bits(cpu::to_bfloat16(value)) {}
    operator float() const { return cpu::from_bfloat16(bits); }
};

inline void __syncthreads() { cpu::meet(cpu::whole_block); }

inline void __syncwarp() { cpu::meet(cpu::warps[cpu::current / 32]); }

template <class T>
T __shfl_xor_sync(unsigned, T value, int distance) {
    return cpu::exchange(value, cpu::current ^ distance);
}

template <class T>
T atomicAdd(T *place, T value) {
    const T old = *place;
    *place = old + value;
    return old;
}

inline __half __float2half_rd(float value) {
    __half half(value);
    if ((float)half > value) half.bits += half.bits & 0x8000 ? 1 : -1;
    return half;
}

template <class T>
void sine_and_cosine(T x, T *sine, T *cosine) {
    *sine = std::sin(T(3.14159265358979323846) * x);
    *cosine = std::cos(T(3.14159265358979323846) * x);
}

inline void sincospi(double x, double *sine, double *cosine) { sine_and_cosine(x, sine, cosine); }
inline void sincospif(float x, float *sine, float *cosine) { sine_and_cosine(x, sine, cosine); }

// Makes a kernel callable from outside, with pointers to its arguments.
#define EXPORT(name) \
    extern "C" void run_##name(long long blocks, long long threads, void **args) { \
        cpu::launch(name, blocks, threads, args); \
    }
