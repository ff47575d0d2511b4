"""How fast and how small: ``python -m benchmarks`` measures an installed package and prints one table."""
