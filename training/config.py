"""What a training run is made of: every choice, with its default and its rule.

The defaults are the recipe of the shipped weights. A field's rule is checked when it is made,
whether it comes from a file, a flag or a test.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from fervid.errors import UsageError, valid_names
from fervid.networks.registry import ARCHITECTURES
from training.augmentation import Augmentation, Mix
from training.curriculum import Curriculum
from training.rows import FOLDS

Policy = Literal["mixed_bfloat16", "float32"]
"""Keras dtype policies; float16 would need its loss scaled, and CPUs have no use for it."""

MOST_SEED = 20_000

Balance = Literal["none", "class-weights", "sampling"]


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows are trained on, and how often.

    Args:
        share: Share of the archive's training rows, for a trial.
        fold: Which tenth of them is validation.
        hold_out: Whether training does without validation. Without, for a last training once all
            choices are made, nothing more can be chosen or said by it.
        balance: `class-weights` weighs the loss of the head `fer` by the inverse frequency of the
            class, `sampling` draws every class equally often; of the training split alone.
    """

    share: float = 1.0
    fold: int = 0
    hold_out: bool = True
    balance: Balance = "none"

    def __post_init__(self) -> None:
        _require(0 < self.share <= 1, "share", "must be above 0 and at most 1", self.share)
        _require(self.fold in range(FOLDS), "fold", f"must be 0 to {FOLDS - 1}", self.fold)
        _one_of("balance", self.balance, get_args(Balance))


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long, in which portions."""

    epochs: int = 30
    batch_size: int = 64

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size"):
            _at_least(1, name, getattr(self, name))


@dataclass(frozen=True, slots=True)
class AdamW:
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019), betas .9 and .99."""

    kind: Literal["adamw"] = "adamw"
    learning_rate: float = 1.4e-3
    weight_decay: float = 0.05
    clip_norm: float | None = None

    def __post_init__(self) -> None:
        _check_optimizer(self)


@dataclass(frozen=True, slots=True)
class Sgd:
    """Gradient descent with Nesterov's momentum of .9; weight decay is decoupled as in AdamW."""

    kind: Literal["sgd"] = "sgd"
    learning_rate: float = 0.05
    weight_decay: float = 5e-4
    clip_norm: float | None = None

    def __post_init__(self) -> None:
        _check_optimizer(self)


@dataclass(frozen=True, slots=True)
class Cosine:
    """Linear warm-up to the optimizer's learning rate, then a cosine down to a thousandth of it."""

    kind: Literal["cosine"] = "cosine"
    warm_up_share: float = 0.08

    def __post_init__(self) -> None:
        _share_below_1("warm_up_share", self.warm_up_share)


@dataclass(frozen=True, slots=True)
class Plateau:
    """Times `factor` when the validation NLL has not improved for `patience` epochs."""

    kind: Literal["plateau"] = "plateau"
    factor: float = 0.5
    patience: int = 3

    def __post_init__(self) -> None:
        _require(0 < self.factor < 1, "factor", "must lie between 0 and 1", self.factor)
        _at_least(1, "patience", self.patience)


@dataclass(frozen=True, slots=True)
class Sgdr:
    """Cosines with warm restarts (Loshchilov and Hutter 2017).

    Args:
        kind: `sgdr`.
        first_epochs: Length of the first cosine.
        longer: How many times longer each one is than the one before.
    """

    kind: Literal["sgdr"] = "sgdr"
    first_epochs: int = 10
    longer: float = 2.0

    def __post_init__(self) -> None:
        _at_least(1, "first_epochs", self.first_epochs)
        _at_least(1, "longer", self.longer)


@dataclass(frozen=True, slots=True)
class EarlyStopping:
    """Stop when the validation NLL of the averaged weights has not improved for so many epochs."""

    patience: int = 10

    def __post_init__(self) -> None:
        _at_least(1, "patience", self.patience)


@dataclass(frozen=True, slots=True)
class Distillation:
    """Learn from what trained networks say, too.

    Args:
        teachers: Their run folders.
        views: Stored pictures of each image, itself among them.
        teacher_share: Share of the teachers in the targets.
    """

    teachers: tuple[Path, ...]
    views: int = 8
    teacher_share: float = 0.5

    def __post_init__(self) -> None:
        _require(len(self.teachers) > 0, "teachers", "must name a run folder", self.teachers)
        _at_least(2, "views", self.views)
        fits = 0 < self.teacher_share <= 1
        _require(fits, "teacher_share", "must be above 0 and at most 1", self.teacher_share)


@dataclass(frozen=True, slots=True)
class Config:
    """A whole run.

    Args:
        architecture: A name of `fervid.networks.registry`.
        seed: Of weights, order, augmentation and dropout.
        policy: Keras dtype policy.
        start: The run folder whose averaged weights are gone on from, of the same architecture; or
            the weights file that `pretrained` starts from.
        dropout: Before the two heads.
        label_smoothing: Of the head `fer`, on top of what its targets have.
        ema_momentum: Of the average of the weights; 0 keeps the last weights alone.
        rows: Which rows.
        schedule: Epochs and batch size.
        optimizer: AdamW or SGD.
        learning_rate: How it changes over the run.
        early_stopping: None for the whole run.
        augmentation: How far pictures are changed.
        mix: Mixup and CutMix.
        distillation: None for the labels' targets alone.
    """

    architecture: str = "residual-se"
    seed: int = 1
    policy: Policy = "mixed_bfloat16"
    start: Path | None = None
    dropout: float = 0.2
    label_smoothing: float = 0.0
    ema_momentum: float = 0.999
    rows: Rows = field(default_factory=Rows)
    schedule: Schedule = field(default_factory=Schedule)
    optimizer: AdamW | Sgd = field(default_factory=AdamW)
    learning_rate: Cosine | Plateau | Sgdr = field(default_factory=Cosine)
    early_stopping: EarlyStopping | None = None
    augmentation: Augmentation = field(default_factory=Augmentation)
    mix: Mix = field(default_factory=Mix)
    distillation: Distillation | None = None

    def __post_init__(self) -> None:
        _one_of("architecture", self.architecture, ARCHITECTURES)
        # the input pipeline multiplies it: what it makes of one must fit 32 bits
        fits = 0 <= self.seed <= MOST_SEED
        _require(fits, "seed", f"must be 0 to {MOST_SEED}", self.seed)
        _one_of("policy", self.policy, get_args(Policy))
        for name in ("dropout", "label_smoothing", "ema_momentum"):
            _share_below_1(name, getattr(self, name))
        _check_pictures(self.augmentation, self.mix)
        if not self.rows.hold_out:
            self._check_last_training()

    def _check_last_training(self) -> None:
        """Validation rows that are trained on can neither lower a rate nor end a run."""
        blind = self.early_stopping is None and not isinstance(self.learning_rate, Plateau)
        _require(
            blind and self.start is not None and self.architecture != "pretrained",
            "rows.hold_out = false",
            "takes a start, the run that speaks for it on validation, and neither "
            "early_stopping nor a learning_rate of the kind plateau",
            self.rows.hold_out,
        )

    def curriculum(self) -> Curriculum:
        """Return what the input pipeline wants to know."""
        return Curriculum(
            self.schedule.epochs,
            self.schedule.batch_size,
            self.seed,
            small_first=self.start is None,
        )


def _check_optimizer(optimizer: AdamW | Sgd) -> None:
    for name in ("learning_rate", "clip_norm"):
        value = getattr(optimizer, name)
        _require(value is None or value > 0, name, "must be above 0", value)
    _at_least(0, "weight_decay", optimizer.weight_decay)


def _check_pictures(augmentation: Augmentation, mix: Mix) -> None:
    for one in fields(augmentation):
        _at_least(0, f"augmentation.{one.name}", getattr(augmentation, one.name))
    for name in ("erase", "small"):
        share = getattr(augmentation, name)
        _require(share <= 1, f"augmentation.{name}", "is a share, at most 1", share)
    for name in ("mixup", "cutmix"):
        _at_least(0, f"mix.{name}", getattr(mix, name))
    both = mix.mixup + mix.cutmix
    _require(both <= 1, "mix.mixup + mix.cutmix", "must be at most 1", both)
    _require(mix.alpha > 0, "mix.alpha", "must be above 0", mix.alpha)


def _at_least(least: float, name: str, value: float) -> None:
    _require(value >= least, name, f"must be at least {least}", value)


def _share_below_1(name: str, value: float) -> None:
    _require(0 <= value < 1, name, "must be at least 0 and below 1", value)


def _require(holds: bool, name: str, rule: str, value: Any) -> None:
    if not holds:
        raise UsageError(f"{name} {rule}.", f"Received: {name}={value!r}")


def _one_of(name: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        raise UsageError(f"{name}: there is no {value!r}.", valid_names(value, known))
