"""Automatic logging of fits: hooks that wait for a library to be imported by the user, never import it."""

from .imports import when_imported


def install() -> None:
    """Makes each known library tell us of its fits once it is imported. Those imported already are hooked now."""
    when_imported("sklearn.base", "sklearn", "base")
