"""`SummaryWriter`: PyTorch's methods on tensorboardX, for tensors of minitorch."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count
from typing import Any, Self

from minitorch.creation import as_tensor
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    MinitorchError,
    NotSupportedError,
)
from minitorch.utils.tensorboard.tensors import bare, tensor_message, tensorboardx

numbers = count()  # of the writers of this process


class SummaryWriter:
    """Writes scalars, images, histograms and more to a folder whose content TensorBoard shows.

    Wherever PyTorch takes a tensor, tensors, arrays of NumPy and lists do. Images and figures need Pillow.

    Args:
        log_dir: the folder; by default `runs/` with date, time and the name of the machine.
        comment: put behind that name.
        purge_step: what an earlier writer wrote from this step on is not shown any more.
        max_queue: how many events may wait to be written.
        flush_secs: for how long they may.
        filename_suffix: put behind the names of files.

    Raises:
        ArgumentTypeError: for a folder that is no path.
        ArgumentError: for one that cannot be written to.
        MissingDependencyError: without tensorboardX.

    >>> import os, tempfile
    >>> import minitorch
    >>> from minitorch.utils.tensorboard import SummaryWriter
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with SummaryWriter(folder) as writer:
    ...         for step in range(3):
    ...             writer.add_scalar("loss", minitorch.tensor(1 / (1 + step)), step)
    ...     print(len(os.listdir(folder)))
    1
    """

    def __init__(
        self,
        log_dir: Any = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: int = 120,
        filename_suffix: str = "",
    ) -> None:
        if log_dir is not None and not isinstance(log_dir, (str, os.PathLike)):
            raise ArgumentTypeError(f"SummaryWriter: log_dir must be a path, got {type(log_dir).__name__}")
        self._suffix = filename_suffix
        try:
            self._writer = tensorboardx().SummaryWriter(
                logdir=None if log_dir is None else os.fspath(log_dir),
                comment=comment,
                purge_step=purge_step,
                max_queue=max_queue,
                flush_secs=flush_secs,
                filename_suffix=self._new_suffix(),
            )
        except OSError as error:
            raise ArgumentError(
                f"SummaryWriter: cannot write to {log_dir}: {error}; name a folder"
            ) from error
        self.log_dir: str = self._writer.logdir

    def _new_suffix(self) -> str:
        """Tells files apart: the rest of a name tells the second only, and a later file would replace the other."""
        return f".{os.getpid()}.{next(numbers):04}{self._suffix}"

    def _add(self, method: str, *args: Any, **named: Any) -> None:
        self._attempt(method, lambda: getattr(self._writer, method)(*map(bare, args), **named))

    def _attempt(self, method: str, write: Callable[[], Any]) -> None:
        """Lets tensorboardX write; what it does not like becomes an error of ours."""
        try:
            write()
        except (MinitorchError, OSError):
            raise
        except (TypeError, NotImplementedError, AttributeError) as error:
            raise ArgumentTypeError(f"SummaryWriter.{method}: {error}") from error
        except (AssertionError, ValueError, IndexError, KeyError) as error:
            reason = str(error) or "the shape is not as expected"
            raise ArgumentError(f"SummaryWriter.{method}: {reason}") from error

    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        new_style: bool = False,
        double_precision: bool = False,
    ) -> None:
        """A number, as a point of the curve `tag`.

        Raises:
            ArgumentTypeError: for what is no number.
            ArgumentError: for tensors with several elements.
            NotSupportedError: for `new_style` and `double_precision`, which tensorboardX does not have.
        """
        if new_style or double_precision:
            raise NotSupportedError(
                "SummaryWriter.add_scalar: new_style and double_precision are not offered; leave them out"
            )
        if not isinstance(scalar_value, (list, tuple)) and not hasattr(scalar_value, "__float__"):
            raise ArgumentTypeError(
                f"SummaryWriter.add_scalar: scalar_value must be a number or a tensor with one element, got "
                f"{type(scalar_value).__name__}"
            )
        self._add("add_scalar", tag, scalar_value, global_step, walltime)

    def add_scalars(
        self,
        main_tag: str,
        tag_scalar_dict: dict[str, Any],
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Several numbers, whose curves share one chart."""
        self._add("add_scalars", main_tag, tag_scalar_dict, global_step, walltime)

    def add_tensor(
        self, tag: str, tensor: Any, global_step: int | None = None, walltime: float | None = None
    ) -> None:
        """A whole tensor, for programs that read the files.

        Raises:
            ArgumentError: for 2 GiB and more.
        """
        from tensorboardX.proto.summary_pb2 import SummaryMetadata

        content = tensor_message(as_tensor(tensor))
        kind = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="tensor"))
        self._add_summary(tag, global_step, walltime, tensor=content, metadata=kind)

    def add_histogram(
        self,
        tag: str,
        values: Any,
        global_step: int | None = None,
        bins: Any = "tensorflow",
        walltime: float | None = None,
        max_bins: int | None = None,
    ) -> None:
        """How values are distributed."""
        self._add("add_histogram", tag, values, global_step, bins, walltime, max_bins)

    def add_histogram_raw(
        self,
        tag: str,
        min: float,
        max: float,
        num: int,
        sum: float,
        sum_squares: float,
        bucket_limits: Any,
        bucket_counts: Any,
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """A histogram that was counted already."""
        numbers = (min, max, num, sum, sum_squares, bucket_limits, bucket_counts)
        self._add("add_histogram_raw", tag, *numbers, global_step, walltime)

    def add_image(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "CHW",
    ) -> None:
        """An image: floats from 0 to 1, or uint8; `dataformats` says which dim is which, such as "HWC" or "HW"."""
        self._add("add_image", tag, img_tensor, global_step, walltime, dataformats)

    def add_images(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "NCHW",
    ) -> None:
        """Several images, as one."""
        self._add("add_images", tag, img_tensor, global_step, walltime, dataformats)

    def add_image_with_boxes(
        self,
        tag: str,
        img_tensor: Any,
        box_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        rescale: float = 1,
        dataformats: str = "CHW",
        labels: Any = None,
    ) -> None:
        """An image, with boxes (N, 4) of x₁, y₁, x₂, y₂ drawn into it."""
        where = (global_step, walltime, dataformats, labels)
        self._add("add_image_with_boxes", tag, img_tensor, box_tensor, *where, rescale=rescale)

    def add_figure(
        self,
        tag: str,
        figure: Any,
        global_step: int | None = None,
        close: bool = True,
        walltime: float | None = None,
    ) -> None:
        """A figure of Matplotlib, or a list of them."""
        self._add("add_figure", tag, figure, global_step, close, walltime)

    def add_video(
        self,
        tag: str,
        vid_tensor: Any,
        global_step: int | None = None,
        fps: float = 4,
        walltime: float | None = None,
    ) -> None:
        """Clips (N, T, C, H, W), side by side, as a GIF: floats from 0 to 1, or uint8."""
        from minitorch.utils.tensorboard.media import gif

        data, height, width = gif(as_tensor(vid_tensor), fps)
        self._add_summary(
            tag,
            global_step,
            walltime,
            image={"height": height, "width": width, "colorspace": 3, "encoded_image_string": data},
        )

    def add_audio(
        self,
        tag: str,
        snd_tensor: Any,
        global_step: int | None = None,
        sample_rate: int = 44100,
        walltime: float | None = None,
    ) -> None:
        """A sound of shape (1, length), from −1 to 1."""
        from minitorch.utils.tensorboard.media import wav

        sound = as_tensor(snd_tensor)
        content = {
            "sample_rate": sample_rate,
            "num_channels": 1,
            "length_frames": sound.numel(),
            "encoded_audio_string": wav(sound, sample_rate),
            "content_type": "audio/wav",
        }
        self._add_summary(tag, global_step, walltime, audio=content)

    def _add_summary(self, tag: str, step: int | None, walltime: float | None, **content: Any) -> None:
        from tensorboardX.proto.summary_pb2 import Summary

        summary = Summary(value=[Summary.Value(tag=tag, **content)])
        self._writer._get_file_writer().add_summary(summary, step, walltime)

    def add_text(
        self, tag: str, text_string: str, global_step: int | None = None, walltime: float | None = None
    ) -> None:
        """A text, which may be Markdown."""
        self._add("add_text", tag, text_string, global_step, walltime)

    def add_graph(
        self, model: Any, input_to_model: Any = None, verbose: bool = False, use_strict_trace: bool = True
    ) -> None:
        """The operations that autograd records when the model gets this input.

        Args:
            model: the module.
            input_to_model: an example, or a tuple of several arguments.
            verbose: print the operations.
            use_strict_trace: accepted for PyTorch's sake; nothing is traced.

        Raises:
            ArgumentError: without input.
            GradientError: if nothing in the model requires a gradient.
        """
        from tensorboardX.proto.event_pb2 import Event
        from tensorboardX.proto.graph_pb2 import GraphDef
        from tensorboardX.proto.node_def_pb2 import NodeDef

        from minitorch.utils.tensorboard.graph import nodes_of

        nodes = nodes_of(model, input_to_model)
        if verbose:
            for name, kind, sources in nodes:
                print(f"{name} = {kind}({', '.join(sources)})")
        graph = GraphDef(node=[NodeDef(name=name, op=kind, input=sources) for name, kind, sources in nodes])
        self._writer._get_file_writer().add_event(Event(graph_def=graph.SerializeToString()))

    def add_onnx_graph(self, prototxt: Any) -> None:
        """Not offered: files of ONNX are not read.

        Raises:
            NotSupportedError: always.
        """
        raise NotSupportedError("SummaryWriter.add_onnx_graph: files of ONNX are not read; use add_graph")

    def add_embedding(
        self,
        mat: Any,
        metadata: list[Any] | None = None,
        label_img: Any = None,
        global_step: int | None = None,
        tag: str = "default",
        metadata_header: list[str] | None = None,
    ) -> None:
        """Points (N, D) for the projector, with labels and small images (N, C, H, H) if wanted."""
        self._add("add_embedding", mat, metadata, label_img, global_step, tag, metadata_header)

    def add_pr_curve(
        self,
        tag: str,
        labels: Any,
        predictions: Any,
        global_step: int | None = None,
        num_thresholds: int = 127,
        weights: Any = None,
        walltime: float | None = None,
    ) -> None:
        """Precision and recall over thresholds, from labels 0 and 1 and probabilities."""
        self._add("add_pr_curve", tag, labels, predictions, global_step, num_thresholds, weights, walltime)

    def add_pr_curve_raw(
        self,
        tag: str,
        true_positive_counts: Any,
        false_positive_counts: Any,
        true_negative_counts: Any,
        false_negative_counts: Any,
        precision: Any,
        recall: Any,
        global_step: int | None = None,
        num_thresholds: int = 127,
        weights: Any = None,
        walltime: float | None = None,
    ) -> None:
        """A precision-recall curve that was counted already."""
        counts = (true_positive_counts, false_positive_counts, true_negative_counts, false_negative_counts)
        rest = (precision, recall, global_step, num_thresholds, weights, walltime)
        self._add("add_pr_curve_raw", tag, *counts, *rest)

    def add_hparams(
        self,
        hparam_dict: dict[str, Any],
        metric_dict: dict[str, Any],
        hparam_domain_discrete: dict[str, list[Any]] | None = None,
        run_name: str | None = None,
        global_step: int | None = None,
    ) -> None:
        """The settings of a run and what came out of it, for the table of runs.

        Raises:
            NotSupportedError: for `hparam_domain_discrete`, which tensorboardX does not have.
        """
        if hparam_domain_discrete is not None:
            raise NotSupportedError(
                "SummaryWriter.add_hparams: hparam_domain_discrete is not offered; leave it out"
            )
        if isinstance(hparam_dict, dict):
            hparam_dict = {key: x.item() if hasattr(x, "item") else x for key, x in hparam_dict.items()}
        self._add("add_hparams", hparam_dict, metric_dict, run_name, global_step)

    def add_mesh(
        self,
        tag: str,
        vertices: Any,
        colors: Any = None,
        faces: Any = None,
        config_dict: dict[str, Any] | None = None,
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Points or triangles in space: vertices (B, N, 3), colours (B, N, 3), faces (B, M, 3)."""
        self._add("add_mesh", tag, vertices, colors, faces, config_dict, global_step, walltime)

    def add_custom_scalars(self, layout: dict[str, dict[str, list[Any]]]) -> None:
        """Which curves share which chart."""
        self._add("add_custom_scalars", layout)

    def add_custom_scalars_marginchart(
        self, tags: list[str], category: str = "default", title: str = "untitled"
    ) -> None:
        """A chart of a curve between two others."""
        self._add("add_custom_scalars_marginchart", tags, category, title)

    def add_custom_scalars_multilinechart(
        self, tags: list[str], category: str = "default", title: str = "untitled"
    ) -> None:
        """A chart of several curves."""
        self._add("add_custom_scalars_multilinechart", tags, category, title)

    def get_logdir(self) -> str:
        """The folder."""
        return self.log_dir

    def flush(self) -> None:
        """Writes what is waiting."""
        self._writer.flush()

    def close(self) -> None:
        """Writes what is waiting, and closes the files; what is added afterwards goes into a new one."""
        self._writer.close()
        self._writer._filename_suffix = self._new_suffix()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
