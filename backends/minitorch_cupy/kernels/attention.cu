// Attention that never holds all scores: a block takes a tile of queries, and goes through the keys tile by tile.
//
// Eight threads share a row. Along the way they keep the row's largest score so far and the sum of exp(score − largest);
// when a larger score comes, what was summed up before is scaled down. Backward, the scores are computed anew.
//
// Shapes: q (batch, rows, E), k (batch, columns, E), v (batch, columns, D), with E and D ≤ WIDTH; what is missing is
// taken as 0. `mask` is added to the scores, or null; its strides are those of (outer batch, head, row, column).
//
// Source: Milakov and Gimelshein, Online normalizer calculation for softmax, 2018; Dao et al., FlashAttention, 2022.
#include "common.cuh"

struct Scores {
    const REAL *q, *k, *v, *mask;
    Index mask_strides[4];
    Index batch, heads, rows, columns, E, D;
    double scale;
    Index causal;

    // What is added to the score of a row and a column: −∞ where the row does not see the column.
    __device__ ACC added(Index b, Index row, Index column) const {
        if (row >= rows || column >= columns || (causal && column > row)) return minus_infinity();
        if (!mask) return 0;
        const Split place = split(b, heads);
        return ACC(mask[place.quotient * mask_strides[0] + place.remainder * mask_strides[1] +
                        row * mask_strides[2] + column * mask_strides[3]]);
    }
};

const int TEAM = 8;  // threads of a row

__device__ ACC team_sum(ACC value) {
    for (int distance = TEAM / 2; distance > 0; distance /= 2) value += __shfl_xor_sync(ALL_LANES, value, distance);
    return value;
}

__device__ ACC team_max(ACC value) {
    for (int distance = TEAM / 2; distance > 0; distance /= 2)
        value = Larger()(__shfl_xor_sync(ALL_LANES, value, distance), value);
    return value;
}

// Copies rows first … first + TILE − 1 of a matrix into shared memory, with zeros around it.
template <int WIDTH, int TILE>
__device__ void load(ACC (*tile)[WIDTH + 1], const REAL *matrix, Index first, Index rows, Index width) {
    for (int i = threadIdx.x; i < TILE * WIDTH; i += TILE * TEAM) {
        const int row = i / WIDTH, column = i % WIDTH;
        const bool inside = first + row < rows && column < width;
        tile[row][column] = inside ? ACC(matrix[(first + row) * width + column]) : ACC(0);
    }
}

template <int WIDTH>
__device__ ACC dot(const ACC *x, const ACC *y) {
    ACC sum = 0;
    for (int e = 0; e < WIDTH; e++) sum += x[e] * y[e];
    return sum;
}

template <int WIDTH, int TILE>
__device__ void forward(const Scores &s, REAL *y, ACC *log_totals) {
    __shared__ ACC queries[TILE][WIDTH + 1], others[TILE][WIDTH + 1], weights[TILE][TILE + 1];
    const int row = threadIdx.x / TEAM, lane = threadIdx.x % TEAM;
    const Index tiles = (s.rows + TILE - 1) / TILE;
    for (Index task = blockIdx.x; task < s.batch * tiles; task += gridDim.x) {
        const Index b = task / tiles, first = task % tiles * TILE;
        const REAL *k = s.k + b * s.columns * s.E, *v = s.v + b * s.columns * s.D;
        ACC out[WIDTH / TEAM] = {}, top = minus_infinity(), total = 0;
        __syncthreads();
        load<WIDTH, TILE>(queries, s.q + b * s.rows * s.E, first, s.rows, s.E);
        const Index end = s.causal && first + TILE < s.columns ? first + TILE : s.columns;
        for (Index start = 0; start < end; start += TILE) {
            __syncthreads();
            load<WIDTH, TILE>(others, k, start, s.columns, s.E);
            __syncthreads();
            ACC scores[TILE / TEAM], largest = top;
            for (int j = 0; j < TILE / TEAM; j++) {
                const int column = lane + TEAM * j;
                scores[j] = dot<WIDTH>(queries[row], others[column]) * ACC(s.scale) +
                            s.added(b, first + row, start + column);
                largest = Larger()(scores[j], largest);
            }
            largest = team_max(largest);
            const ACC base = largest == minus_infinity() ? ACC(0) : largest, rescale = exp(top - base);
            ACC sum = 0;
            for (int j = 0; j < TILE / TEAM; j++) sum += weights[row][lane + TEAM * j] = exp(scores[j] - base);
            total = total * rescale + team_sum(sum);
            top = largest;
            __syncthreads();
            load<WIDTH, TILE>(others, v, start, s.columns, s.D);
            __syncthreads();
            for (int c = 0; c < WIDTH / TEAM; c++) {
                ACC along = 0;
                for (int j = 0; j < TILE; j++) along += weights[row][j] * others[j][lane + TEAM * c];
                out[c] = out[c] * rescale + along;
            }
        }
        if (first + row >= s.rows) continue;
        const Index place = b * s.rows + first + row;
        const ACC divisor = total == 0 ? ACC(1) : total;
        for (int c = 0; c < WIDTH / TEAM; c++)
            if (lane + TEAM * c < s.D) y[place * s.D + lane + TEAM * c] = REAL(out[c] / divisor);
        // +∞ for a row that sees nothing, so that exp(score − it) is 0
        if (lane == 0) log_totals[place] = total == 0 ? -minus_infinity() : top + log(total);
    }
}

// dq = scale·Σ ds·k over the columns, with p = exp(score − log_total) and ds = p·(g·v − along).
template <int WIDTH, int TILE>
__device__ void backward_rows(const Scores &s, const REAL *g, const ACC *log_totals, const ACC *alongs, REAL *dq) {
    __shared__ ACC queries[TILE][WIDTH + 1], gradients[TILE][WIDTH + 1];
    __shared__ ACC keys[TILE][WIDTH + 1], values[TILE][WIDTH + 1], ds[TILE][TILE + 1];
    const int row = threadIdx.x / TEAM, lane = threadIdx.x % TEAM;
    const Index tiles = (s.rows + TILE - 1) / TILE;
    for (Index task = blockIdx.x; task < s.batch * tiles; task += gridDim.x) {
        const Index b = task / tiles, first = task % tiles * TILE, place = b * s.rows + first + row;
        const bool inside = first + row < s.rows;
        const ACC log_total = inside ? log_totals[place] : ACC(0), along = inside ? alongs[place] : ACC(0);
        ACC out[WIDTH / TEAM] = {};
        __syncthreads();
        load<WIDTH, TILE>(queries, s.q + b * s.rows * s.E, first, s.rows, s.E);
        load<WIDTH, TILE>(gradients, g + b * s.rows * s.D, first, s.rows, s.D);
        const Index end = s.causal && first + TILE < s.columns ? first + TILE : s.columns;
        for (Index start = 0; start < end; start += TILE) {
            __syncthreads();
            load<WIDTH, TILE>(keys, s.k + b * s.columns * s.E, start, s.columns, s.E);
            load<WIDTH, TILE>(values, s.v + b * s.columns * s.D, start, s.columns, s.D);
            __syncthreads();
            for (int column = lane; column < TILE; column += TEAM) {
                const ACC score = dot<WIDTH>(queries[row], keys[column]) * ACC(s.scale) +
                                  s.added(b, first + row, start + column);
                ds[row][column] = exp(score - log_total) * (dot<WIDTH>(gradients[row], values[column]) - along);
            }
            __syncthreads();
            for (int c = 0; c < WIDTH / TEAM; c++)
                for (int j = 0; j < TILE; j++) out[c] += ds[row][j] * keys[j][lane + TEAM * c];
        }
        for (int c = 0; c < WIDTH / TEAM; c++)
            if (inside && lane + TEAM * c < s.E) dq[place * s.E + lane + TEAM * c] = REAL(out[c] * ACC(s.scale));
    }
}

// dv = Σ p·g and dk = scale·Σ ds·q over the rows; here a block has a tile of columns.
template <int WIDTH, int TILE>
__device__ void backward_columns(const Scores &s, const REAL *g, const ACC *log_totals, const ACC *alongs, REAL *dk,
                                 REAL *dv) {
    __shared__ ACC queries[TILE][WIDTH + 1], gradients[TILE][WIDTH + 1];
    __shared__ ACC keys[TILE][WIDTH + 1], values[TILE][WIDTH + 1], p[TILE][TILE + 1], ds[TILE][TILE + 1];
    const int column = threadIdx.x / TEAM, lane = threadIdx.x % TEAM;
    const Index tiles = (s.columns + TILE - 1) / TILE;
    for (Index task = blockIdx.x; task < s.batch * tiles; task += gridDim.x) {
        const Index b = task / tiles, first = task % tiles * TILE;
        ACC of_key[WIDTH / TEAM] = {}, of_value[WIDTH / TEAM] = {};
        __syncthreads();
        load<WIDTH, TILE>(keys, s.k + b * s.columns * s.E, first, s.columns, s.E);
        load<WIDTH, TILE>(values, s.v + b * s.columns * s.D, first, s.columns, s.D);
        for (Index start = s.causal ? first : 0; start < s.rows; start += TILE) {
            __syncthreads();
            load<WIDTH, TILE>(queries, s.q + b * s.rows * s.E, start, s.rows, s.E);
            load<WIDTH, TILE>(gradients, g + b * s.rows * s.D, start, s.rows, s.D);
            __syncthreads();
            for (int row = lane; row < TILE; row += TEAM) {
                const bool inside = start + row < s.rows;
                const Index place = b * s.rows + start + row;
                const ACC score = dot<WIDTH>(queries[row], keys[column]) * ACC(s.scale) +
                                  s.added(b, start + row, first + column);
                const ACC weight = inside ? exp(score - log_totals[place]) : ACC(0);
                const ACC along = inside ? alongs[place] : ACC(0);
                p[column][row] = weight;
                ds[column][row] = weight * (dot<WIDTH>(gradients[row], values[column]) - along);
            }
            __syncthreads();
            for (int c = 0; c < WIDTH / TEAM; c++)
                for (int i = 0; i < TILE; i++) {
                    of_value[c] += p[column][i] * gradients[i][lane + TEAM * c];
                    of_key[c] += ds[column][i] * queries[i][lane + TEAM * c];
                }
        }
        if (first + column >= s.columns) continue;
        const Index place = b * s.columns + first + column;
        for (int c = 0; c < WIDTH / TEAM; c++) {
            const int e = lane + TEAM * c;
            if (e < s.E) dk[place * s.E + e] = REAL(of_key[c] * ACC(s.scale));
            if (e < s.D) dv[place * s.D + e] = REAL(of_value[c]);
        }
    }
}

// along = Σ g·y of each row, a block for each.
extern "C" __global__ void attention_along(const REAL *g, const REAL *y, Index rows, Index width, ACC *alongs) {
    for (Index row = blockIdx.x; row < rows; row += gridDim.x) {
        ACC sum = 0;
        for (Index j = threadIdx.x; j < width; j += blockDim.x)
            sum += ACC(g[row * width + j]) * ACC(y[row * width + j]);
        sum = block_sum(sum);
        if (threadIdx.x == 0) alongs[row] = sum;
    }
}

// Tiles are as large as 48 KB of shared memory allow; launched with 8 threads for each of their rows.
const int FORWARD = sizeof(ACC) == 8 ? 16 : 32, BACKWARD = sizeof(ACC) == 8 ? 8 : 16;

extern "C" __global__ void attention_64(Scores s, REAL *y, ACC *log_totals) { forward<64, FORWARD>(s, y, log_totals); }

extern "C" __global__ void attention_128(Scores s, REAL *y, ACC *log_totals) {
    forward<128, FORWARD>(s, y, log_totals);
}

extern "C" __global__ void attention_rows_64(Scores s, const REAL *g, const ACC *log_totals, const ACC *alongs,
                                             REAL *dq) {
    backward_rows<64, BACKWARD>(s, g, log_totals, alongs, dq);
}

extern "C" __global__ void attention_rows_128(Scores s, const REAL *g, const ACC *log_totals, const ACC *alongs,
                                              REAL *dq) {
    backward_rows<128, BACKWARD>(s, g, log_totals, alongs, dq);
}

extern "C" __global__ void attention_columns_64(Scores s, const REAL *g, const ACC *log_totals, const ACC *alongs,
                                                REAL *dk, REAL *dv) {
    backward_columns<64, BACKWARD>(s, g, log_totals, alongs, dk, dv);
}

extern "C" __global__ void attention_columns_128(Scores s, const REAL *g, const ACC *log_totals, const ACC *alongs,
                                                 REAL *dk, REAL *dv) {
    backward_columns<128, BACKWARD>(s, g, log_totals, alongs, dk, dv);
}
