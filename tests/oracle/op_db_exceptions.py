"""What of PyTorch's operator test inputs minitorch does not take, and why.

`NOT_OFFERED`: operators that minitorch does not have by name.
`EXCEPTIONS`: for an operator that it has, the checks that fail, each with its reason.  A check is a dtype ("float64",
"complex128" and so on: values and gradients in it), "method", "in place", "out", or "errors".  An entry that is no
longer needed fails the tests.
"""

INTERNAL = "an internal function of PyTorch, not part of its documented interface"

NOT_OFFERED: dict[str, str] = {
    **dict.fromkeys(
        (
            *("_batch_norm_with_update", "_chunk_cat", "_native_batch_norm_legit", "_segment_reduce.lengths"),
            *(
                "_segment_reduce.offsets",
                "_softmax_backward_data",
                "_unsafe_masked_index",
                "_upsample_bilinear2d_aa",
            ),
            *(
                "_unsafe_masked_index_put_accumulate",
                "grid_sampler_2d",
                "grid_sampler_3d",
                "hash_tensor",
                "slice",
            ),
            *("max_pool2d_with_indices_backward", "native_batch_norm", "native_dropout_backward"),
            *("native_group_norm", "native_layer_norm", "torch._scaled_mm", "torch._scaled_mm_v2"),
            *("torch.ops.aten._efficient_attention_forward", "torch.ops.aten._flash_attention_forward"),
            "torch.ops.aten._safe_softmax.default",
        ),
        INTERNAL,
    ),
    "chalf": "NumPy has no complex numbers of two halves",
    **dict.fromkeys(("to_sparse", "sparse.mm.reduce", "sparse.sampled_addmm"), "there are no sparse tensors"),
    **dict.fromkeys(
        (
            *("jiterator_2inputs_2outputs", "jiterator_4inputs_with_extra_args", "jiterator_binary"),
            *("jiterator_binary_return_by_ref", "jiterator_unary"),
        ),
        "kernels of CUDA, written as strings",
    ),
}

SCATTERED_0D = "for a 0-d region of a 1-element input PyTorch lets the gradient of what was replaced through"

OUT_OVERLAPS = "the result is complete before it is written into out=, so out may share memory with an input"

BESSEL = "PyTorch is wrong by up to 3e-7 around |x| = 5.5; minitorch agrees with SciPy"

ROUGH_EXP = "computed in double precision here; PyTorch's float32 result has errors beyond the tolerance"

EXCEPTIONS: dict[str, dict[str, str]] = {
    "matrix_exp": dict.fromkeys(("float32", "method"), ROUGH_EXP),
    "istft": {"complex128": "one window is a view made without grad, whose gradient PyTorch loses"},
    "special.bessel_j0": {"float64": BESSEL},
    "special.bessel_y1": {"float64": BESSEL},
    "kthvalue": {
        "errors": "the input itself may be an out=, since results are computed before they are written"
    },
    "cat": {
        "errors": "an out= that is too small gets memory of its own, even one that shares the memory of an array"
    },
    "gather": {"errors": "an out= of another dtype is cast to, as it is elsewhere"},
    "masked_select": {"errors": OUT_OVERLAPS},
    "take": {"errors": OUT_OVERLAPS},
    "as_strided_scatter": dict.fromkeys(("float64", "float32", "complex128"), SCATTERED_0D),
}
