"""Fourier transforms and windows beyond the op table."""

import numpy as np
import pytest
import scipy.signal

import minitorch
from minitorch import fft
from minitorch.autograd import gradcheck, gradgradcheck
from minitorch.errors import ArgumentError, DtypeError, ShapeError
from minitorch.signal import windows

rng = np.random.default_rng(0)
X = minitorch.ones(8)


def random(*shape, complex=False):
    x = rng.standard_normal(shape)
    return minitorch.tensor(x + 1j * rng.standard_normal(shape) if complex else x)


def near(got, wanted, tolerance=1e-9):
    np.testing.assert_allclose(got.detach().numpy(), wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("norm", [None, "backward", "forward", "ortho"])
@pytest.mark.parametrize("n", [5, 6])
def test_inverses_undo_the_transforms(n, norm):
    x, z = random(3, n), random(3, n, complex=True)
    near(fft.ifft(fft.fft(z, norm=norm), norm=norm), z.numpy())
    near(fft.irfft(fft.rfft(x, norm=norm), n, norm=norm), x.numpy())
    near(fft.hfft(fft.ihfft(x, norm=norm), n, norm=norm), x.numpy())
    near(fft.irfft2(fft.rfft2(x, norm=norm), (3, n), norm=norm), x.numpy())
    near(fft.hfft2(fft.ihfft2(x, norm=norm), (3, n), norm=norm), x.numpy())
    near(fft.ifftn(fft.fftn(z, norm=norm), norm=norm), z.numpy())


def test_precision_and_dtypes():
    assert fft.fft(minitorch.ones(4)).dtype is minitorch.complex64
    assert fft.rfft(minitorch.ones(4).double()).dtype is minitorch.complex128
    assert fft.irfft(minitorch.ones(3, dtype=minitorch.complex64)).dtype is minitorch.float32
    assert fft.fft(minitorch.arange(4)).dtype is minitorch.complex64


def test_size_minus_one_leaves_a_dim_as_it_is():
    x = random(3, 4)
    near(fft.fft2(x, s=(-1, 2)), np.fft.fft2(x.numpy(), s=(3, 2)))


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: fft.fft(minitorch.ones(3), n=0), ArgumentError, "0 numbers"),
        (lambda: fft.fft(minitorch.ones(3), norm="half"), ArgumentError, "'half'"),
        (lambda: fft.rfft(minitorch.ones(3).cfloat()), DtypeError, "real input.*complex64"),
        (lambda: fft.fft(minitorch.ones(3).half()), DtypeError, "float16"),
        (lambda: fft.fft(minitorch.tensor(1.0)), ShapeError, "0-d"),
        (lambda: fft.fftn(minitorch.ones(2, 2), dim=(0, -2)), ArgumentError, "twice"),
        (lambda: fft.fftn(minitorch.ones(2, 2), s=(1, 1, 1)), ShapeError, "3 sizes"),
        (lambda: minitorch.stft(minitorch.ones(8), 4), ArgumentError, "return_complex"),
        (
            lambda: minitorch.stft(minitorch.ones(8), 4, window=minitorch.ones(3), return_complex=True),
            ShapeError,
            "win",
        ),
        (lambda: minitorch.istft(minitorch.ones(3, 2), 4), DtypeError, "complex"),
        (lambda: windows.kaiser(3, beta=-1.0), ArgumentError, "beta"),
        (lambda: windows.hann(-1), ArgumentError, "-1"),
        (lambda: windows.hann(3, dtype=minitorch.int64), DtypeError, "int64"),
        (lambda: windows.exponential(3, center=1.0), ArgumentError, "center"),
    ],
)
def test_errors(call, error, match):
    with pytest.raises(error, match=match):
        call()


def test_frequencies_agree_with_numpy():
    for n in (1, 4, 5):
        near(fft.fftfreq(n, 0.5, dtype=minitorch.float64), np.fft.fftfreq(n, 0.5))
        near(fft.rfftfreq(n, 0.5, dtype=minitorch.float64), np.fft.rfftfreq(n, 0.5))
    out = minitorch.empty(4)
    assert fft.fftfreq(4, out=out) is out


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("normalized", [True, False])
def test_the_short_time_spectrum_goes_back_to_the_signal(center, normalized):
    x = random(2, 50)
    settings = {
        "window": windows.hamming(8, dtype=minitorch.float64),
        "center": center,
        "normalized": normalized,
    }
    spectra = minitorch.stft(x, 8, 2, **settings, return_complex=True)
    back = minitorch.istft(spectra, 8, 2, **settings, length=50 if center else None)
    near(back, x.numpy()[:, : back.shape[1]])


def test_the_short_time_spectrum_agrees_with_scipy():
    x = random(40)
    window = scipy.signal.get_window("hann", 8)
    found = minitorch.stft(x, 8, 2, window=minitorch.tensor(window), center=False, return_complex=True)
    transform = scipy.signal.ShortTimeFFT(window, 2, 1.0, phase_shift=None)
    wanted = transform.stft(x.numpy())[:, 3 : 3 + found.shape[1]]
    near(found, wanted)


def test_gradients_of_the_short_time_spectrum():
    x, w = random(12).requires_grad_(), minitorch.rand(4, dtype=minitorch.float64).requires_grad_()

    def there(x, w):
        return minitorch.stft(x, 4, 2, window=w + 0.5, return_complex=True)

    assert gradcheck(there, [x, w])
    assert gradgradcheck(there, [x, w])
    assert gradcheck(lambda x, w: minitorch.istft(there(x, w), 4, 2, window=w + 0.5), [x, w])


SCIPY = {
    "hann": (), "hamming": (), "blackman": (), "bartlett": (), "cosine": (), "nuttall": (),
    "kaiser": (8.6,), "gaussian": (2.0,), "general_hamming": (0.6,), "general_cosine": ([0.5, 0.3, 0.2],),
}  # fmt: skip
KEYWORDS = {"kaiser": "beta", "gaussian": "std", "general_hamming": "alpha", "general_cosine": "a"}


@pytest.mark.parametrize("name", SCIPY)
@pytest.mark.parametrize("sym", [True, False])
def test_windows_agree_with_scipy(name, sym):
    for n in (0, 1, 2, 7):
        wanted = getattr(scipy.signal.windows, name)(n, *SCIPY[name], sym=sym)
        given = {KEYWORDS[name]: SCIPY[name][0]} if SCIPY[name] else {}
        near(getattr(windows, name)(n, sym=sym, dtype=minitorch.float64, **given), wanted, 1e-7)


def test_exponential_windows():
    near(
        windows.exponential(5, tau=3.0, dtype=minitorch.float64), scipy.signal.windows.exponential(5, tau=3.0)
    )
    wanted = scipy.signal.windows.exponential(5, center=1.0, tau=2.0, sym=False)
    near(windows.exponential(5, center=1.0, tau=2.0, sym=False, dtype=minitorch.float64), wanted)


@pytest.mark.parametrize("name", ["hann", "hamming", "blackman", "bartlett"])
def test_older_windows_are_periodic(name):
    older = getattr(minitorch, f"{name}_window")
    near(older(6, dtype=minitorch.float64), scipy.signal.get_window(name, 6))
    near(older(6, periodic=False, dtype=minitorch.float64), scipy.signal.get_window(name, 6, fftbins=False))
    assert older(6).dtype is minitorch.float32
    assert older(6, requires_grad=True).requires_grad
    near(
        minitorch.kaiser_window(6, beta=5.0, dtype=minitorch.float64),
        scipy.signal.get_window(("kaiser", 5.0), 6),
    )
