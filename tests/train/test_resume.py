from __future__ import annotations

import signal
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
import torch
from peft import LoraModel
from safetensors.torch import load_file

from restarts import SERVER
from s3ft.chat import Chat
from s3ft.models import load_chat
from s3ft.recipe import Lora, Model, Train
from s3ft.records import Target
from s3ft.train import TrainedModel, last_checkpoint, tokenize, train

CONFIG = Train(
    lora=Lora(r=4, alpha=8, dropout=0.3),
    learning_rate=3e-3,
    epochs=3,
    batch_size=4,
    args={"save_steps": 2},
)
"""Eighteen steps of six in an epoch: checkpoints are in the middle of epochs, dropout is on."""


class Killed(BaseException):
    pass


def run(model: Model, chat: Chat, targets: list[Target], out: Path, stop: int = 0) -> TrainedModel:
    """Train, and be interrupted after step ``stop``."""

    def on_step(step: int, steps: int, loss: float) -> None:
        if step == stop:
            raise Killed

    return train(
        tokenize(targets, chat, None),
        model=model,
        config=CONFIG,
        seed=0,
        out=out,
        fingerprint="f",
        on_step=on_step,
    )


@pytest.fixture(scope="module")
def whole(
    llama: Model, chat: Chat, targets: list[Target], tmp_path_factory: pytest.TempPathFactory
) -> TrainedModel:
    """The run that nothing interrupted."""
    return run(llama, chat, targets, tmp_path_factory.mktemp("whole") / "out")


def assert_same(resumed: TrainedModel, whole: TrainedModel) -> None:
    assert [x for _, x in resumed.losses] == pytest.approx([x for _, x in whole.losses], rel=1e-6)
    assert (resumed.steps, resumed.tokens) == (whole.steps, whole.tokens)
    ours, theirs = (load_file(one.path / "model.safetensors") for one in (resumed, whole))
    for name, weight in theirs.items():
        assert torch.allclose(ours[name], weight, rtol=0, atol=1e-6), name
    assert list(resumed.path.parent.glob("*.partial")) == []


@pytest.mark.slow
def test_interrupted_twice_and_its_last_checkpoint_torn(
    llama: Model, chat: Chat, targets: list[Target], out: Path, whole: TrainedModel
) -> None:
    for stop in (5, 11):
        with pytest.raises(Killed):
            run(llama, chat, targets, out, stop)
        assert not out.exists()
    [checkpoints] = out.with_name(out.name + ".partial").glob("*/checkpoints")
    assert last_checkpoint(checkpoints) == checkpoints / "checkpoint-10"
    state = checkpoints / "checkpoint-10" / "trainer_state.json"
    state.write_text(state.read_text()[:100])
    assert last_checkpoint(checkpoints) == checkpoints / "checkpoint-8"
    assert_same(run(llama, chat, targets, out), whole)


@pytest.mark.slow
def test_interrupted_after_the_last_step(
    llama: Model,
    chat: Chat,
    targets: list[Target],
    out: Path,
    whole: TrainedModel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(LoraModel, "merge_and_unload", killed)
        with pytest.raises(Killed):
            run(llama, chat, targets, out)
    assert not out.exists()
    assert_same(run(llama, chat, targets, out), whole)


@pytest.mark.slow
def test_checkpoints_of_another_training_are_not_taken_and_not_lost(
    llama: Model, chat: Chat, targets: list[Target], out: Path, whole: TrainedModel
) -> None:
    """Whoever tries other settings and goes back finds what was done with the first."""
    with pytest.raises(Killed):
        run(llama, chat, targets, out, 5)
    first: list[int] = []

    def killed(step: int, steps: int, loss: float) -> None:
        first.append(step)
        raise Killed

    with pytest.raises(Killed):
        train(
            tokenize(targets, chat, None),
            model=llama,
            config=CONFIG.model_copy(update={"learning_rate": 1e-3}),
            seed=0,
            out=out,
            fingerprint="g",
            on_step=killed,
        )
    assert first == [1], "it took the other training's checkpoint"
    with pytest.raises(Killed):
        train(
            tokenize(targets, chat, None),
            model=llama,
            config=CONFIG,
            seed=0,
            out=out,
            fingerprint="f",
            on_step=killed,
        )
    assert first == [1, 5]
    assert_same(run(llama, chat, targets, out), whole)


@pytest.mark.parametrize("files", [{}, {"trainer_state.json": ""}, {"trainer_state.json": '{"gl'}])
def test_a_torn_checkpoint_is_none(files: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "checkpoint-7").mkdir()
    for name, text in files.items():
        (tmp_path / "checkpoint-7" / name).write_text(text)
    assert last_checkpoint(tmp_path) is None
    assert last_checkpoint(tmp_path / "nowhere") is None


def training(model_id: str, targets: list[Target], out: str, told: Connection) -> None:
    """A training as a process of its own, which tells its steps."""
    torch.set_num_threads(1)
    model = Model(id=model_id, dtype="float32", device="cpu")
    dataset = tokenize(targets, load_chat(model), None)
    train(
        dataset,
        model=model,
        config=CONFIG,
        seed=0,
        out=Path(out),
        fingerprint="f",
        on_step=lambda *step: told.send(step),
    )


@pytest.mark.slow
def test_killed(
    llama: Model, chat: Chat, targets: list[Target], out: Path, whole: TrainedModel
) -> None:
    for steps in (7, 5):  # the second attempt begins at step 6 at the latest
        told, tells = SERVER.Pipe(duplex=False)
        process = SERVER.Process(target=training, args=(llama.id, targets, str(out), tells))
        process.start()
        tells.close()  # so that a process that ends is the end of what it tells
        for _ in range(steps):
            told.recv()
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
    assert not out.exists()
    assert_same(run(llama, chat, targets, out), whole)
