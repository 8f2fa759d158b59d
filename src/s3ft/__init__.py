"""Fine-tune a language model on your data without making it forget."""
