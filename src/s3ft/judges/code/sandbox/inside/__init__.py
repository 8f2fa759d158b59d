"""What runs in the sandbox's own process: nothing here imports s3ft, or is imported into torch's.

The process starts clean, with this folder's parent as the only addition to its path:
``zygote`` finds out how far it can be confined (``levels``, ``canaries``), confines itself
(``confine``, ``seccomp``), and forks a pair for each program: ``candidate`` and ``tester``, which
speak in literals (``wire``). The tester sees the candidate through ``remote``, and runs test
functions and classes as ``cases``, with what ``pytest_like`` has of pytest.
"""
