"""Compare ways of smoothing on sequences: settings from some, figures from others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from training.sequences.heads import HEADS, Head, inputs_of, train_head
from training.sequences.kernels import best_paths, smooth_log_odds, smooth_probabilities
from training.sequences.synthesis import Sequences

SECONDS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5)
"""Smoothing times that are tried."""

REFERENCE = "kernel over probabilities"
"""What all others are compared with: what `--smooth` does."""

RAW = "raw"
_RESAMPLES = 2000

Smoother = Callable[[Sequences], npt.NDArray[np.float32]]
"""To probabilities `(s, n, 7)`; of a path of labels 1 and 0."""


@dataclass(frozen=True, slots=True)
class Method:
    """A way to smooth.

    Args:
        name: In the comparison.
        smoother: Does it.
        seconds: The smoothing time that was best; None where there is none.
        probable: Whether it gives probabilities, not labels alone.
        control: Name of the method that has the same input and looks at no other frame but
            through the kernel: what is gained over it has to do with time.
    """

    name: str
    smoother: Smoother
    seconds: float | None = None
    probable: bool = True
    control: str | None = None


def choose_methods(training: Sequences, choice: Sequences, seed: int) -> list[Method]:
    """Find the best setting of each way to smooth.

    Args:
        training: The heads are trained on these.
        choice: Smoothing times and epochs are chosen on these: by NLL, a path's by accuracy.
        seed: Of the heads.

    Returns:
        The methods, the reference among them.
    """
    methods = [Method(RAW, lambda seen: seen.probabilities)]
    methods += [
        _best(REFERENCE, choice, smooth_probabilities),
        _best("kernel over log-odds", choice, smooth_log_odds),
        _best("path of labels", choice, _one_hot_paths, probable=False),
    ]
    for head in HEADS:
        methods.append(_trained(head, training, choice, seed))
        if not head.recurrent:
            before = methods[-1].smoother
            methods.append(_best(_control(head), choice, smooth_probabilities, before=before))
    return methods


def judge(methods: list[Method], held_out: Sequences, seed: int = 0) -> list[dict[str, Any]]:
    """Measure methods on sequences that nothing was chosen on.

    Args:
        methods: As `choose_methods` returns.
        held_out: The sequences.
        seed: Of the bootstrap.

    Returns:
        By method: accuracy per frame, NLL, macro recall, changes of label a minute, and what
        accuracy and NLL are less those of `REFERENCE` and of the method's control; with 95%
        intervals by a bootstrap over sequences.
    """
    outputs = {method.name: method.smoother(held_out) for method in methods}
    right = {name: _right(values, held_out) for name, values in outputs.items()}
    losses = {name: _losses(values, held_out) for name, values in outputs.items()}
    count = len(held_out.labels)
    drawn = np.random.default_rng(seed).integers(0, count, (_RESAMPLES, count))
    entries = []
    for method in methods:
        values = outputs[method.name]
        figures = {
            "seconds": method.seconds,
            "macro_recall": _macro_recall(values, held_out),
            "changes_a_minute": _changes_a_minute(values.argmax(-1), held_out),
            **_against("accuracy", right, method, drawn),
        }
        if method.probable:
            figures |= _against("nll", losses, method, drawn)
        entries.append({"method": method.name, **figures})
    return entries


def _against(
    name: str,
    figures: Mapping[str, npt.NDArray[np.float64]],
    method: Method,
    drawn: npt.NDArray[np.int64],
) -> dict[str, Any]:
    """Return a figure of a method, and less those of what it is compared with."""
    own = figures[method.name]
    compared = {name: _with_interval(own, drawn)}
    for less, other in {"less_reference": REFERENCE, "less_control": method.control}.items():
        if other is not None:
            compared[f"{name}_{less}"] = _with_interval(own - figures[other], drawn)
    return compared


def true_changes_a_minute(sequences: Sequences) -> float:
    """Return how often the label changes."""
    return _changes_a_minute(sequences.labels, sequences)


def _best(
    name: str,
    choice: Sequences,
    smooth: Callable[..., npt.NDArray[np.float32]],
    *,
    probable: bool = True,
    before: Smoother = lambda seen: seen.probabilities,
) -> Method:
    methods = [
        Method(
            name,
            lambda seen, seconds=seconds: smooth(seen.times, before(seen), seconds),  # type: ignore[misc]
            seconds,
            probable,
        )
        for seconds in SECONDS
    ]

    def cost(method: Method) -> float:
        values = method.smoother(choice)
        return float((_losses if probable else _errors)(values, choice).mean())

    return min(methods, key=cost)


def _trained(head: Head, training: Sequences, choice: Sequences, seed: int) -> Method:
    network = train_head(head, training, choice, seed)
    return Method(
        head.name,
        lambda seen: network.predict(inputs_of(head, seen), batch_size=64, verbose=0),
        control=_control(head) if head.recurrent else None,
    )


def _control(head: Head) -> str:
    seen = "embedding" if head.embeddings else "probabilities"
    return f"frame by frame, {seen}, then kernel"


def _one_hot_paths(
    times: npt.NDArray[np.float64], values: npt.NDArray[np.float32], seconds: float
) -> npt.NDArray[np.float32]:
    return np.eye(values.shape[-1], dtype=np.float32)[best_paths(times, values, seconds)]


def _right(values: npt.NDArray[np.float32], truth: Sequences) -> npt.NDArray[np.float64]:
    """Return `(s,)` shares of frames with the right label."""
    return (values.argmax(-1) == truth.labels).mean(axis=1)


def _errors(values: npt.NDArray[np.float32], truth: Sequences) -> npt.NDArray[np.float64]:
    return 1 - _right(values, truth)


def _losses(values: npt.NDArray[np.float32], truth: Sequences) -> npt.NDArray[np.float64]:
    """Return `(s,)` mean NLL of the right label."""
    of_label = np.take_along_axis(values, truth.labels[..., None], axis=-1)[..., 0]
    return -np.log(np.maximum(of_label, 1e-6)).mean(axis=1)


def _macro_recall(values: npt.NDArray[np.float32], truth: Sequences) -> float:
    right = values.argmax(-1) == truth.labels
    recalls = [right[truth.labels == label].mean() for label in np.unique(truth.labels)]
    return round(float(np.mean(recalls)), 4)


def _changes_a_minute(labels: npt.NDArray[np.int64], truth: Sequences) -> float:
    minutes = (truth.times[:, -1] - truth.times[:, 0]).sum() / 60
    return round(float(np.count_nonzero(np.diff(labels, axis=1)) / minutes), 1)


def _with_interval(
    values: npt.NDArray[np.float64], drawn: npt.NDArray[np.int64]
) -> Mapping[str, Any]:
    low, high = np.percentile(values[drawn].mean(axis=1), (2.5, 97.5))
    return {
        "mean": round(float(values.mean()), 4),
        "interval_95": [round(float(low), 4), round(float(high), 4)],
    }
