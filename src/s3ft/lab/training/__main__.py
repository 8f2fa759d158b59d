"""``python -m s3ft.lab.training``."""

from .train import main

main()
