"""A matplotlib backend whose figures become outputs of the running cell."""

from matplotlib.backend_bases import FigureManagerBase, _Backend
from matplotlib.backends.backend_agg import FigureCanvasAgg

from . import outputs


@_Backend.export
class _BackendDaybook(_Backend):
    FigureCanvas = FigureCanvasAgg
    FigureManager = FigureManagerBase

    @staticmethod
    def show(*_args: object, **_options: object) -> None:
        """Shows what is open, and closes it."""
        outputs.show_figures()
