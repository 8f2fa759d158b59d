"""Text files line by line, compressed or not, each line with its number or why it is no text."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ..errors import InputError


def _zstd(path: Path) -> IO[bytes]:
    import pyarrow as pa

    if not pa.Codec.is_available("zstd"):
        raise OSError("this build of pyarrow has no zstd; unpack the file first")
    raw: Any = pa.input_stream(str(path), compression="zstd")
    return io.BufferedReader(raw)


_OPENERS: dict[str, Callable[[Path], Any]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
    ".zst": _zstd,
}
COMPRESSED = tuple(_OPENERS)
"""Endings of compressed files."""


OLD_MAC = "Its lines end as on old Macs, in CR: convert them to LF."
"""The remedy where a line holds others."""


def opened(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked where its ending says that they are packed."""
    file: IO[bytes] = _OPENERS.get(path.suffix.lower(), _as_it_is)(path)
    return file


def _as_it_is(path: Path) -> IO[bytes]:
    return path.open("rb")


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turns what goes wrong in opening and unpacking into an InputError."""
    try:
        yield
    except FileNotFoundError:
        remedy = "Check the path; a relative one begins at the current folder."
        raise InputError(str(path), "there is no such file", remedy) from None
    except IsADirectoryError:
        remedy = "Give a file, or a folder whose name does not end like a file's."
        raise InputError(str(path), "is a folder", remedy) from None
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise InputError(str(path), f"cannot be read: {error}") from None


def lines(path: Path) -> Iterator[tuple[int, str | InputError]]:
    """Number and text of each line, with its line end, or why it is no text."""
    offset = 0
    with opened(path) as file:
        for number, line in enumerate(file, 1):
            try:
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                byte, at = error.object[error.start], offset + error.start
                problem = f"is not UTF-8: byte 0x{byte:02x} at offset {at} of the file"
                yield number, InputError(f"{path}:{number}", problem, "Convert the file to UTF-8.")
            offset += len(line)


def text_lines(path: Path) -> Iterator[str]:
    """The lines' texts; raises at the first that is none."""
    for _, line in lines(path):
        if isinstance(line, InputError):
            raise line
        yield line
