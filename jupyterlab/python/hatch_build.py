"""Names the platform in the wheel's name: the programs carry natives."""

import os

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PlatformHook(BuildHookInterface):
    """The platform is given by the build script, which knows what it copied."""

    def initialize(self, version: str, build_data: dict) -> None:
        """Any Python 3, this platform."""
        build_data["pure_python"] = False
        build_data["tag"] = "py3-none-" + os.environ["DAYBOOK_WHEEL_PLATFORM"]
