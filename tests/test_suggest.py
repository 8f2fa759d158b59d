from __future__ import annotations

from s3ft.suggest import closest, did_you_mean

KNOWN = ("epochs", "epoch_length", "seed")


def test_the_most_like_name_is_meant() -> None:
    assert closest("epoch", KNOWN) == "epochs"
    assert closest("sead", iter(KNOWN)) == "seed"
    assert did_you_mean("epoch", KNOWN) == "Did you mean 'epochs'?"


def test_nothing_is_meant_by_what_is_like_nothing() -> None:
    assert closest("temperature", KNOWN) is None
    assert closest("seed", ()) is None
    assert did_you_mean("temperature", KNOWN) == ""


def test_how_like_it_must_be_is_for_the_caller_to_say() -> None:
    assert closest("sead", KNOWN, 0.8) is None
    assert closest("seed", KNOWN, 1.0) == "seed"
