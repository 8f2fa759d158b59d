"""``python -m s3ft`` is ``s3ft``."""

from .cli import main

main()
