"""The configuration: read once, into values. ``load`` reads it, ``schema`` has the keys, ``values`` what they hold."""

from tracker.config.load import EXAMPLE, find, load
from tracker.config.schema import Config
from tracker.errors import ConfigError

__all__ = ["EXAMPLE", "Config", "ConfigError", "find", "load"]
