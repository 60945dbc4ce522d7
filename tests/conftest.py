"""Tests that draw run where something can be drawn, and say so where it cannot."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from viz.opengl import OpenGLMissingError, require_opengl

settings.register_profile("untimed", deadline=None)  # kernels compile within the first example
settings.load_profile("untimed")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test marked `image` needs OpenGL: skipped on a desk without it, failed where CI is set."""
    if item.get_closest_marker("image") is None:
        return
    try:
        require_opengl()
    except OpenGLMissingError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))
