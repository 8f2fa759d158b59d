"""A run's directory: opened, locked, resumed by the recipe that began it, and its data."""
