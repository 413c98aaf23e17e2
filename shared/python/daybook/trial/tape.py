"""What the shared cells log is kept, and told again in each trial's run."""

from typing import Any, Dict, List

from ..lines import Item
from ..runs import Run
from ..session import Session

STAND_IN = "0" * 32
"""Stands for the run of the trial that is to come."""


class Tape:
    """Takes what a session puts; stands for its way to the daemon."""

    spool = None
    away = False

    def __init__(self) -> None:
        self.items: List[Item] = []

    def put(self, item: Item, urgent: bool = False) -> None:
        """Keeps an event."""
        if len(self.items) < 100_000:
            self.items.append(item)

    def flush(self, timeout_s: float = 0.0) -> bool:
        """Nothing waits."""
        return True

    def close(self, timeout_s: float = 0.0) -> None:
        """Nothing to close."""

    def after_fork(self, spool: Any) -> None:
        """A child goes on with what is kept."""


def tape_session() -> Session:
    """A session for shared cells: what they log by hand is kept; fits belong to no trial and are not told."""
    session = Session(None)
    tape = Tape()
    session._sender = tape  # type: ignore[assignment]
    session.put = tape.put
    session.rests = True
    session.given = Run(session, run_id=STAND_IN)
    session.given.seen = True
    return session


def replay(tape: Tape, session: Session, run_id: str) -> None:
    """Tells it all in another session under a run's id. Events of other runs are left out."""
    for item in tape.items:
        if isinstance(item, tuple):
            if item[0] == STAND_IN:
                session.put((run_id,) + item[1:])
        elif isinstance(item, dict) and item.get("run_id") == STAND_IN and item.get("type") != "run_end":
            fresh: Dict[str, Any] = dict(item)
            fresh["run_id"] = run_id
            session.put(fresh)
