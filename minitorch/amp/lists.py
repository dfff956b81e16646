"""What autocast does with which operation: the lists of PyTorch 2.13, one set for each type of device.

    LOWER     computed in the lower precision, bfloat16 or float16: products and convolutions
    FLOAT32   computed in float32, for its range or its digits: losses, norms, sums, exponentials
    WIDEST    inputs of several dtypes are promoted to the widest of them
    PARTS     left to the lists as the operations that it is made of
    BANNED    refused, since its results are not finite too often

What stands in no list runs in the dtype of its inputs. Names are those of PyTorch's operators, without
those of rooms: `inv` stands for `linalg.inv`.

Source: the PyTorch documentation, "Automatic Mixed Precision package", section "Autocast Op Reference", and the
operators that PyTorch registers for the dispatch keys AutocastCPU and AutocastCUDA.
"""

from __future__ import annotations

LOWER, FLOAT32, WIDEST, PARTS, BANNED = "lower", "float32", "widest", "parts", "banned"

_PRODUCTS = """
    _addmm_activation _native_multi_head_attention addbmm addmm baddbmm bmm conv1d conv2d conv3d conv_tbc
    conv_transpose1d conv_transpose2d conv_transpose3d vecdot linear linear_relu linear_gelu matmul mm prelu
    scaled_dot_product_attention run_lstm run_rnn
"""
_LOSSES = """
    binary_cross_entropy_with_logits cosine_embedding_loss hinge_embedding_loss huber_loss kl_div l1_loss
    margin_ranking_loss mse_loss multi_margin_loss multilabel_margin_loss nll_loss poisson_nll_loss smooth_l1_loss
    soft_margin_loss triplet_margin_loss
"""

BY_DEVICE: dict[str, dict[str, str]] = {
    "cpu": {
        LOWER: f"{_PRODUCTS} tensordot",
        FLOAT32: f"""{_LOSSES}
            adaptive_avg_pool3d adaptive_max_pool3d avg_pool3d binary_cross_entropy cdist cholesky cholesky_ex
            cholesky_inverse cholesky_solve cond cross_entropy ctc_loss eig eigh eigvals eigvalsh fft fft2 fftn
            fractional_max_pool2d fractional_max_pool3d geqrf grid_sample hfft householder_product ifft ifft2 ifftn
            ihfft inv inv_ex inverse irfft irfft2 irfftn lstsq lu_solve matrix_rank max_pool3d max_unpool1d
            max_unpool2d max_unpool3d nanquantile orgqr ormqr pinverse polar prod qr quantile reflection_pad
            replication_pad rfft rfft2 rfftn run_gated_cell run_gru solve stft svd svdvals tensorinv tensorsolve trace
            triangular_solve view_as_complex
        """,
        WIDEST: "cat index_copy stack",
        PARTS: "chain_matmul einsum multi_dot",
    },
    "cuda": {
        LOWER: f"{_PRODUCTS} addmv addr chain_matmul einsum multi_dot mv run_gated_cell run_gru",
        FLOAT32: f"""{_LOSSES}
            acos asin cdist cosh cosine_similarity cross_entropy cumprod cumsum dist erfinv exp expm1 frobenius_norm
            group_norm layer_norm log log10 log1p log2 log_softmax logsumexp matrix_norm norm nuclear_norm pdist pow
            prod reciprocal renorm rms_norm rsqrt sinh softmax softplus sum tan upsample vector_norm
        """,
        WIDEST: "addcdiv addcmul atan2 bilinear cross dot grid_sample index_put scatter_add tensordot vdot",
        BANNED: "binary_cross_entropy",
    },
}

POLICIES = {
    device: {name: policy for policy, names in lists.items() for name in names.split()}
    for device, lists in BY_DEVICE.items()
}

# Ops of minitorch under the name of PyTorch's operator that they compute.
OPERATORS = {"norm2": "norm", "norm_p": "norm", "resample": "upsample", "set_item": "index_put"}
