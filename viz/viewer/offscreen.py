"""Pictures of a session that need no window on a screen: those of tabs, and those of a film."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from viz.viewer.frames import Frames
from viz.viewer.session import Session

MOVING_QUALITY, RESTING_QUALITY = 80, 93


class Pictures:
    """Draws a session off screen, without panels."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._frames: Frames | None = None

    def jpeg(self, size: tuple[int, int], *, fine: bool) -> bytes:
        """The present view; coarser than `size` where it moves and there is no time for more."""
        return jpeg_bytes(self.picture(size, fine=fine), RESTING_QUALITY if fine else MOVING_QUALITY)

    def picture(self, size: tuple[int, int], *, fine: bool) -> NDArray[np.uint8]:
        """sRGB (H, W, 3)."""
        frames = self._offscreen(size)
        session = self.session
        if session.sees_craft and session.loads is not None:
            frames.draw(size, fine=fine)
            return frames.display.grabbed(panels=False)
        return frames.far_picture(size, fine=fine)

    def _offscreen(self, size: tuple[int, int]) -> Frames:
        """Frames of a window that nobody sees; its OpenGL is touched only where a craft is drawn."""
        if self._frames is None:
            from viz.viewer.display import Display, offscreen_window

            self._frames = Frames(self.session, Display(offscreen_window(size)))
        self._frames.display.window.SetSize(*size)
        return self._frames

    def close(self) -> None:
        """Give the window back."""
        if self._frames is not None:
            self._frames.display.window.Finalize()
            self._frames = None


def jpeg_bytes(image: NDArray[np.uint8], quality: int) -> bytes:
    """An sRGB picture (H, W, 3) as a JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
