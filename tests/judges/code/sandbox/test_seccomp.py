"""The filter's search by halves finds what the list says."""

from __future__ import annotations

from s3ft.judges.code.sandbox.inside.seccomp import _ALLOW, _ALLOWED, _decide, _steps


def test_every_call_of_the_list_and_no_other_is_allowed() -> None:
    for column in (0, 1):
        allowed = {numbers[column] for numbers in _ALLOWED.values()} - {-1}
        code = _decide(*_steps(allowed))
        for number in range(600):
            at = 0
            while code[at][0] != 0x06:  # until it returns
                _, if_true, if_false, start = code[at]
                assert max(if_true, if_false) < 256
                at += 1 + (if_true if number >= start else if_false)
            assert (code[at][3] == _ALLOW) == (number in allowed), number
