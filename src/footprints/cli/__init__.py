"""The command: what people type, what they read, and what a script acts on."""

from footprints.cli.app import main

__all__ = ["main"]
