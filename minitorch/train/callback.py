"""`Callback`: what acts at certain moments of a training run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minitorch.train.trainer import Trainer


class Callback:
    """Acts at certain moments of a training run; subclasses define the methods that they need.

    Each method gets the trainer, and may read and change all that it has: see its attributes. To end the run
    after the present step, set `trainer.stop` to the reason. The moments of an epoch with two batches:

        on_fit_begin
          on_epoch_begin
            on_step_begin, after_forward, after_backward, before_update, after_update, on_step_end
            on_step_begin, after_forward, after_backward, before_update, after_update, on_step_end
            on_evaluate_begin, on_evaluate_step (for each batch), on_evaluate_end
          on_epoch_end
        on_fit_end

    `trainer.step` and `trainer.epoch` count what is finished: both are 0 in the first step, `step` is 1 from its
    `after_update` on, and `epoch` is 1 in the first `on_epoch_end`. With `accumulate`, only the last batch of each
    group has `before_update` and `after_update`; those of an incomplete group come after the epoch's last step.

    After an error come `on_exception` and `on_fit_end`, which is called in every case.

    What a callback must remember to continue an interrupted run belongs into its `state_dict`.

    >>> from minitorch import nn, optim, ones, train, utils
    >>> class Loud(train.Callback):
    ...     def on_epoch_end(self, trainer):
    ...         print(f"epoch {trainer.epoch} of {trainer.epochs}, step {trainer.step}")
    >>> model = nn.Linear(1, 1)
    >>> trainer = train.Trainer(model, optim.SGD(model.parameters(), lr=0.1), nn.MSELoss(), callbacks=[Loud()])
    >>> _ = trainer.fit([(ones(4, 1), ones(4, 1))] * 3, epochs=2)
    epoch 1 of 2, step 3
    epoch 2 of 2, step 6
    """

    order = 0  # callbacks with a higher one come later, those with the same one as they were given

    def on_fit_begin(self, trainer: Trainer) -> None:
        """Before the first epoch; after the state was loaded, if the run is resumed."""

    def on_fit_end(self, trainer: Trainer) -> None:
        """At the end, also after an error: close files, put back what was changed."""

    def on_exception(self, trainer: Trainer, error: BaseException) -> None:
        """After an error; the step in which it happened is undone as far as it goes."""

    def on_epoch_begin(self, trainer: Trainer) -> None:
        """Before the first batch of an epoch (when an epoch is resumed in its middle, before the next one)."""

    def on_epoch_end(self, trainer: Trainer) -> None:
        """After training and validation; `trainer.history[-1]` has the epoch's values."""

    def on_step_begin(self, trainer: Trainer) -> None:
        """Before the model sees `trainer.batch`."""

    def after_forward(self, trainer: Trainer) -> None:
        """Once `output`, `targets` and `batch_loss` are there, which still has its graph."""

    def after_backward(self, trainer: Trainer) -> None:
        """Once the gradients are there."""

    def before_update(self, trainer: Trainer) -> None:
        """Before the optimizer's step: the time to change gradients."""

    def after_update(self, trainer: Trainer) -> None:
        """After the optimizer's step; gradients are still there."""

    def on_step_end(self, trainer: Trainer) -> None:
        """After a batch: `step` and `loss_value` count it."""

    def on_evaluate_begin(self, trainer: Trainer) -> None:
        """Before the first batch of an evaluation, in evaluation mode."""

    def on_evaluate_step(self, trainer: Trainer) -> None:
        """After each batch of an evaluation: `batch`, `output`, `targets` are its."""

    def on_evaluate_end(self, trainer: Trainer) -> None:
        """After an evaluation, also if it failed; `trainer.evaluation` has its values."""

    def on_predict_begin(self, trainer: Trainer) -> None:
        """Before the first batch of `predict`, in evaluation mode."""

    def on_predict_end(self, trainer: Trainer) -> None:
        """After `predict`, also if it failed."""

    def state_dict(self) -> dict[str, Any]:
        """What is saved with the trainer: values that `minitorch.save` takes; empty if there is nothing."""
        return {}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continues from a state given by `state_dict`."""
