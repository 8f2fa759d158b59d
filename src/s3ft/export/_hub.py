"""Uploading a mixture and a model to the Hub."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..errors import InputError, RunError
from ._terms import CARD

if TYPE_CHECKING:
    from huggingface_hub import HfApi

MODEL_FILES = (
    "*.safetensors",
    "*.json",
    "*.jinja",
    "*.model",
    "*.txt",
    "*.tiktoken",
    "*.py",
    "LICENSE*",
    "NOTICE*",
)
"""What is uploaded of a model's folder and of the folders in `MODEL_FOLDERS`: all else stays."""

MODEL_FOLDERS = ("adapter", "additional_chat_templates")


@dataclass(frozen=True, slots=True)
class Upload:
    """Files for one repository: what each is called there, and where it lies or what it holds."""

    kind: Literal["dataset", "model"]
    files: dict[str, Path | bytes]

    def sizes(self) -> dict[str, int]:
        """The bytes of each file."""
        return {
            name: len(file) if isinstance(file, bytes) else file.stat().st_size
            for name, file in self.files.items()
        }


def mixture_upload(mixture: Path, card: str) -> Upload:
    """A mixture as a data set: its Parquet file and its card."""
    name = "train.parquet"
    return Upload("dataset", {CARD: card.encode(), name: mixture / name})


def model_upload(model: Path, card: str) -> Upload:
    """A tuned model: weights, configuration, tokenizer, templates, terms, and its card."""
    return Upload("model", {CARD: card.encode(), **dict(_model_files(model))})


def _model_files(model: Path) -> Iterator[tuple[str, Path]]:
    for folder in (model, *(model / name for name in MODEL_FOLDERS)):
        for path in sorted(folder.glob("*")):
            if path.is_file() and any(fnmatch(path.name, known) for known in MODEL_FILES):
                yield path.relative_to(model).as_posix(), path


def check_name(repo: str) -> None:
    """See that a repository may be called so.

    Raises:
        InputError: it may not.
    """
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

    try:
        validate_repo_id(repo)
    except HFValidationError as error:
        raise InputError(f"--repo {repo}", str(error), "Write NAMESPACE/NAME.") from None


def push(uploads: Sequence[Upload], repo: str, *, public: bool = False) -> list[str]:
    """Upload to repositories of one name, which are made where they are not there: a data set and
    a model may share it.

    Each is one commit; what was uploaded before it broke off is not uploaded again.

    Returns:
        The commits' addresses.

    Raises:
        InputError: offline, no token or one that may not, or a repository that is there and public
            while ``public`` is not said, or the other way round. Nothing is uploaded.
        RunError: the Hub refused, or broke off.
    """
    from huggingface_hub import HfApi, errors

    check_name(repo)
    api = hub_client()
    try:
        known = [_known(api, upload.kind, repo, public) for upload in uploads]
        places = [
            name or api.create_repo(repo, repo_type=upload.kind, private=not public).repo_id
            for upload, name in zip(uploads, known, strict=True)
        ]
        return [_commit(api, *one) for one in zip(uploads, places, strict=True)]
    except (errors.HTTPError, OSError, RuntimeError, ValueError) as error:  # type: ignore[attr-defined]
        status = getattr(getattr(error, "response", None), "status_code", None)
        problem = " ".join(str(error).split())
        if status in (401, 403):
            remedy = "Log in with a token that may write there: hf auth login, or HF_TOKEN."
            raise InputError(f"--repo {repo}", problem, remedy) from error
        remedy = "The same command goes on from there."
        raise RunError(f"{HfApi().endpoint}: {problem}\n  {remedy}") from error


def hub_client() -> HfApi:
    """The Hub's client, for somebody who may write there.

    Raises:
        InputError: offline, or there is no token.
    """
    from huggingface_hub import HfApi, constants, get_token

    if constants.is_offline_mode():
        problem = "the Hub is switched off: HF_HUB_OFFLINE is set"
        raise InputError("s3ft push", problem, "Unset it where there is a network.")
    if get_token() is None:
        problem = "there is no token of the Hub"
        raise InputError("s3ft push", problem, "Log in: hf auth login. Or set HF_TOKEN.")
    return HfApi(library_name="s3ft")


def _known(api: HfApi, kind: str, repo: str, public: bool) -> str | None:
    """The repository's full name; None where it is not there."""
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        known: Any = api.repo_info(repo, repo_type=kind)
    except RepositoryNotFoundError:
        return None
    if not known.private and not public:
        problem = f"this {kind} is there already, and public"
        raise InputError(f"--repo {repo}", problem, "Say --public, or choose another name.")
    if known.private and public:
        problem = f"this {kind} is there already, and private"
        raise InputError(f"--repo {repo}", problem, "Leave --public out, or open it on the Hub.")
    return str(known.id)


def _commit(api: HfApi, upload: Upload, repo: str) -> str:
    from huggingface_hub import CommitOperationAdd

    operations = [CommitOperationAdd(name, file) for name, file in upload.files.items()]
    told = f"Upload {upload.kind} with s3ft"
    return str(
        api.create_commit(repo, operations, commit_message=told, repo_type=upload.kind).commit_url
    )
