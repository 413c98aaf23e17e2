"""mlflow's client: it makes runs by itself; of ours they need the environment."""

from typing import Any

from .. import process


def imported(module: Any) -> None:
    """Runs may come from now on that we do not begin: say what they run on."""
    session = process.session()
    if session.active:
        session.say_environment()
