"""The Jupyter server extension: kernels of this server are tracked, and pages get a line to their project's daemon."""

from typing import Any, Optional

from jupyter_server.utils import url_path_join
from tornado.ioloop import IOLoop, PeriodicCallback
from traitlets import Bool
from traitlets.config import Configurable

from .events import EventsHandler
from .follower import Follower
from .kernels import KernelsHandler
from .project import ProjectHandler
from .tracking import leave_kernels_alone, track_kernels

#: How often it is looked whether a kernel was started, renamed, restarted or stopped without a page's word.
LOOK_EVERY_MS = 2_000


class Daybook(Configurable):
    """Settings of Daybook on this server (`c.Daybook.track = False` in jupyter_server_config.py).

    What is off here stays off, whatever a user's own settings say.
    """

    track = Bool(True, help="Whether kernels that this server starts are tracked.").tag(config=True)
    survive = Bool(True, help="Whether outputs are kept that kernels write while no page is open.").tag(config=True)

    def begin(self, server_app: Any) -> None:
        """Begins to track and to follow kernels."""
        self._app = server_app
        self.follower = Follower(server_app)
        self.follower.stand_by()
        self._looks = PeriodicCallback(self.follower.look, LOOK_EVERY_MS)
        self.apply(True, True)
        IOLoop.current().add_callback(self._looks.start)

    def apply(self, capture: bool, survive: bool) -> None:
        """Takes over what the user wants, as far as this server lets him."""
        if capture and self.track:
            track_kernels(self._app.root_dir)
        else:
            leave_kernels_alone()
        self.follower.survive = survive and self.survive

    async def wish(self, capture: Optional[bool], survive: Optional[bool]) -> None:
        """A page told settings, where it did, and wants a look at the kernels."""
        if capture is not None and survive is not None:
            self.apply(capture, survive)
        await self.follower.look()


def load(server_app: Any) -> None:
    """Called by the Jupyter server when it starts."""
    web_app = server_app.web_app
    base = web_app.settings["base_url"]
    daybook = Daybook(config=server_app.config)
    daybook.begin(server_app)
    web_app.add_handlers(
        ".*$",
        [
            (url_path_join(base, "daybook", "project"), ProjectHandler),
            (url_path_join(base, "daybook", "events"), EventsHandler),
            (url_path_join(base, "daybook", "kernels"), KernelsHandler, {"daybook": daybook}),
        ],
    )
    server_app.log.info("Daybook: the line to this server's projects is open")
