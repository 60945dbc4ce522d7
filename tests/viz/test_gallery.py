"""The gallery shows every shot, each picture with its command, and none too heavy for a page."""

import re
from pathlib import Path

from PIL import Image

from viz.pictures import films, shots

DOCS = Path(__file__).resolve().parents[2] / "docs"


class TestGalleryLaw:
    def test_every_shot_is_shown_with_its_command(self):
        page = (DOCS / "gallery.md").read_text(encoding="utf-8")
        shown = set(re.findall(r"^dawnring render \w+ --shot (\S+)", page, re.MULTILINE))
        assert shown == set(shots())
        filmed = set(re.findall(r"^dawnring video \w+ --shot (\S+)", page, re.MULTILINE))
        assert filmed == set(films())

    def test_every_picture_is_there_light_and_not_empty(self):
        page = (DOCS / "gallery.md").read_text(encoding="utf-8")
        linked = {DOCS / path for path in re.findall(r"\]\((images/gallery/[^)]+)\)", page)}
        assert linked == set((DOCS / "images" / "gallery").iterdir())
        for file in linked:
            assert file.stat().st_size < 250_000
            with Image.open(file) as image:
                assert image.size == (1600, 900)
                assert max(high - low for low, high in image.getextrema()) > 100
