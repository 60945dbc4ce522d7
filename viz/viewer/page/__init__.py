"""One self-contained page: the ring, the Earth and the craft in a browser, with nothing fetched."""

from viz.viewer.page.write import KINDS, WrittenPage, write_page

__all__ = ["KINDS", "WrittenPage", "write_page"]
