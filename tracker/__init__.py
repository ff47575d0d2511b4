"""The program: configuration, command line, daemon. The only place that reads clock, environment and arguments."""

__version__ = "0.1.0"
