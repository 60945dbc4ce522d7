"""List the presets."""

from __future__ import annotations

from viz.cli.options import DEFAULT_VOICE, Json, Voice
from viz.cli.results import Report, print_json, print_table


def presets(*, json: Json = False, voice: Voice = DEFAULT_VOICE) -> None:
    """List the presets, with a line on each."""
    report = Report("presets", voice)
    from geometry.design import presets as known

    found = known()
    if json:
        rows = [{"name": name, "summary": line} for name, line in found.items()]
        print_json(report.document(None, {"presets": rows}))
    else:
        print_table(list(found.items()))
