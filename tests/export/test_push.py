"""Uploading by the Hub's own client to a server that speaks its protocol: what goes there, what
never does, and one message where it cannot."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hub import Hub, Repository, serve
from huggingface_hub import DatasetCard, ModelCard
from published import SECRETS, publishable

from s3ft import cli
from s3ft.errors import InputError, RunError
from s3ft.export import Upload
from s3ft.export import push as upload
from s3ft.pipeline import uploads_of

MODEL = {
    "README.md",
    "adapter/adapter_config.json",
    "adapter/adapter_model.safetensors",
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "training.json",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared: do not change it."""
    run = publishable(tmp_path_factory.mktemp("published"))
    recipe = (run / "recipe.yaml").read_text()
    (run / "recipe.yaml").write_text(recipe.replace("model: null", "model: {id: some/base}"))
    return run


@pytest.fixture(scope="module")
def uploads(run: Path) -> list[Upload]:
    return uploads_of(run, "ssr", "me/mine")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub that is asked in place of the real one, by somebody with a token."""
    with serve() as served:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", served.url)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
        monkeypatch.setenv("HF_TOKEN", "hf_mine")
        yield served


def push(run: Path, *more: str) -> int:
    return cli.run_command(["push", str(run), *more])


def test_without_yes_it_tells_and_asks_the_hub_nothing(
    run: Path, hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    assert push(run, "ssr", "--repo", "me/mine") == 0
    said = capsys.readouterr().out
    assert "dataset me/mine (private)" in said
    assert "model me/mine (private)" in said
    for name in MODEL | {"train.parquet"}:
        assert name in said
    assert "Nothing was uploaded" in said
    assert hub.asked == []


def test_mixture_and_model_arrive_with_their_cards(
    run: Path, hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert push(run, "ssr", "--repo", "me/mine", "--yes") == 0
    data = hub.repositories["dataset", "me/mine"]
    model = hub.repositories["model", "me/mine"]
    assert data.private
    assert model.private
    assert set(data.files) == {"README.md", "train.parquet"}
    assert set(model.files) == MODEL
    assert model.files["model.safetensors"] == b"ssr-seed0" * 500
    (tmp_path / "train.parquet").write_bytes(data.files["train.parquet"])
    assert pq.read_table(tmp_path / "train.parquet").num_rows == 12
    assert ModelCard(model.files["README.md"].decode()).data.model_name == "me/mine"
    assert DatasetCard(data.files["README.md"].decode()).data.size_categories == ["n<1K"]
    assert f"{hub.url}/me/mine/commit/" in capsys.readouterr().out
    assert "Bearer hf_mine" in hub.tokens


def test_as_json(run: Path, hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    assert push(run, "ssr", "--repo", "me/mine", "--only", "mixture", "--json") == 0
    [told] = json.loads(capsys.readouterr().out)["uploads"]
    assert (told["kind"], told["private"], told["commit"]) == ("dataset", True, None)
    assert set(told["files"]) == {"README.md", "train.parquet"}
    assert hub.asked == []


def test_secrets_and_the_runs_file_never_leave(uploads: list[Upload], hub: Hub) -> None:
    upload(uploads, "me/mine")
    for repository in hub.repositories.values():
        assert not set(SECRETS) & {name.rpartition("/")[2] for name in repository.files}
        assert not any(b"hf_" in content for content in repository.files.values())


def test_a_seed_and_one_of_both(run: Path, hub: Hub) -> None:
    assert push(run, "ssr-seed1", "--repo", "mine", "--only", "model", "--public", "--yes") == 0
    assert set(hub.repositories) == {("model", "me/mine")}
    assert hub.repositories["model", "me/mine"].files["model.safetensors"][:9] == b"ssr-seed1"
    assert not hub.repositories["model", "me/mine"].private


def test_what_is_there_is_not_uploaded_again(uploads: list[Upload], hub: Hub) -> None:
    hub.refuse = 503
    with pytest.raises(RunError, match="The same command goes on"):
        upload(uploads, "me/mine")
    assert all(not repository.files for repository in hub.repositories.values())
    before, hub.refuse = Counter(hub.puts), 0
    assert before
    upload(uploads, "me/mine")
    assert {oid: hub.puts[oid] for oid in before} == before
    assert set(hub.repositories["model", "me/mine"].files) == MODEL


def test_a_public_repository_is_not_filled_unawares(uploads: list[Upload], hub: Hub) -> None:
    hub.repositories["model", "me/mine"] = Repository(private=False)
    with pytest.raises(InputError, match="there already, and public"):
        upload(uploads, "me/mine")
    assert set(hub.repositories) == {("model", "me/mine")}
    assert hub.repositories["model", "me/mine"].files == {}
    upload(uploads, "me/mine", public=True)
    assert all(repository.files for repository in hub.repositories.values())


def test_a_private_repository_is_not_called_public(uploads: list[Upload], hub: Hub) -> None:
    hub.repositories["model", "me/mine"] = Repository(private=True)
    with pytest.raises(InputError, match="there already, and private"):
        upload(uploads, "me/mine", public=True)
    assert hub.asked[-1].startswith("GET")


def test_a_token_that_may_not_is_one_message(uploads: list[Upload], hub: Hub) -> None:
    hub.refuse = 403
    with pytest.raises(InputError, match="hf auth login") as caught:
        upload(uploads, "me/mine")
    assert "hf_mine" not in str(caught.value)


def test_a_hub_that_does_not_answer_is_one_message(
    uploads: list[Upload], hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(RunError, match=r"127\.0\.0\.1:9"):
        upload(uploads, "me/mine")


def test_offline_and_without_a_token_it_is_one_message(
    run: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", "/nowhere/token")
    assert push(run, "ssr", "--repo", "me/mine", "--yes") == 2
    assert "there is no token of the Hub" in capsys.readouterr().err
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert push(run, "ssr", "--repo", "me/mine", "--yes") == 2
    assert "HF_HUB_OFFLINE is set" in capsys.readouterr().err
    assert hub.asked == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ssr"], "--repo is needed"),
        (["ssr", "--repo", "a/b/c"], "NAMESPACE/NAME"),
        (["--repo", "me/mine"], "has several methods: sft, ssr"),
        (["s3ft", "--repo", "me/mine"], "There are: sft, ssr, sft-seed0"),
        (["ssr", "--repo", "me/mine", "--only", "all"], "Say mixture or model"),
        (["sft-seed1", "--repo", "me/mine", "--only", "model"], "is not there yet"),
    ],
)
def test_wrong_requests(
    run: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert push(run, *arguments) == 2
    assert said in capsys.readouterr().err


@pytest.mark.slow
def test_as_a_user_calls_it(run: Path) -> None:
    with serve() as hub:
        command = [str(Path(sys.executable).with_name("s3ft")), "push", str(run), "ssr"]
        environment = {**os.environ, "HF_ENDPOINT": hub.url, "HF_TOKEN": "hf_mine"}
        environment |= {"HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_XET": "1"}
        done = subprocess.run(
            [*command, "--repo", "mine", "--yes"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=200,
        )
        assert done.returncode == 0, done.stderr
        assert set(hub.repositories["model", "me/mine"].files) == MODEL
        assert "Traceback" not in done.stderr
