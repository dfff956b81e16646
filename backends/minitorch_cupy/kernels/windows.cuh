// Windows over an input of three dims; what has fewer has dims of size 1 in front. See minitorch/windows.py.

struct Windows {
    Index size[3], kernel[3], stride[3], before[3], dilation[3], counts[3];

    __device__ Index places() const { return size[0] * size[1] * size[2]; }
    __device__ Index windows() const { return counts[0] * counts[1] * counts[2]; }
    __device__ Index elements() const { return kernel[0] * kernel[1] * kernel[2]; }
};

struct Place {
    Index at[3];
};

// The place of element i, row by row.
__device__ Place place_of(Index i, const Index *sizes) {
    const Split last = split(i, sizes[2]), middle = split(last.quotient, sizes[1]);
    return {{middle.quotient, middle.remainder, last.remainder}};
}

// Which element of the input is element k of window j; −1 for padding.
__device__ Index element_of(const Windows &w, const Place &j, const Place &k) {
    Index i = 0;
    for (int dim = 0; dim < 3; dim++) {
        const Index at = j.at[dim] * w.stride[dim] + k.at[dim] * w.dilation[dim] - w.before[dim];
        if (at < 0 || at >= w.size[dim]) return -1;
        i = i * w.size[dim] + at;
    }
    return i;
}

// Of which window element i of the input is element k; −1 if of none.
__device__ Index window_of(const Windows &w, const Place &i, const Place &k) {
    Index j = 0;
    for (int dim = 0; dim < 3; dim++) {
        const Index shifted = i.at[dim] + w.before[dim] - k.at[dim] * w.dilation[dim];
        if (shifted < 0) return -1;
        const Split window = split(shifted, w.stride[dim]);
        if (window.remainder || window.quotient >= w.counts[dim]) return -1;
        j = j * w.counts[dim] + window.quotient;
    }
    return j;
}
