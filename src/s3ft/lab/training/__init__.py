"""What makes the lab's model, its tokenizer and its benchmarks: `python -m s3ft.lab.training`."""
