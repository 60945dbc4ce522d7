"""`Session`: a design that is looked at and changed, without a window.

The fronts (desktop, browser) send it what was done and ask it what to show.  All that must be quick is done
here and now, on a coarse answer; all that takes longer goes to `tasks`, and `tick` takes it in.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geometry.craft import Craft, build_craft
from geometry.design import Design, changed_design
from geometry.orbit import flight_of
from geometry.validation import FloatArray, check_choice
from viz.camera import Camera
from viz.times import year_of
from viz.viewer.background import JUMPS, prepared_loads, spacing_fault, time_to_jump_to, year_of_shadow
from viz.viewer.cameras import SIDES, camera_of, ground_aim, side_aim
from viz.viewer.coloring import COLORINGS, scale_top
from viz.viewer.knobs import KNOBS, knob_changes, law_changes
from viz.viewer.loads import FINE_TOLERANCE, CraftLoads, coarse_loads, fine_loads
from viz.viewer.moments import Moment, moment_of
from viz.viewer.picking import satellite_at, surface_at
from viz.viewer.sight import Sight, sight_from
from viz.viewer.state import AT_A_SATELLITE, START_AIMS, ViewState
from viz.viewer.tasks import NewestOnly

if TYPE_CHECKING:
    from geometry.radiation.ray_caster import RayCaster
    from geometry.studies.eclipse_year import EclipseYear

TURNED_RAD = 0.015  # of Sun or Earth as the craft sees them, that asks for new loads
MESSAGE_S, ALERT_S = 9.0, 25.0  # for which a message stands
QUICK_FACES = 2_500  # of a craft whose coarse loads are cast at once; of more, in the background
SETTLED_S = 0.35
NO_BOX_M = np.zeros((2, 3))  # of a craft that is not in view


class Session:
    """One viewer's design, state and results.

    Parameters
    ----------
    design : Design
    at_utc : datetime64, optional
        Default the design's epoch.
    tolerance : float
        Standard error of the fine loads, relative to each value.
    clock : callable
        Seconds before the screen; for tests.

    Attributes
    ----------
    design : Design
        As it is changed now.
    state : ViewState
    message : str
        The last thing worth saying; "" for nothing.
    alert : bool
        Whether it tells of something refused.
    filming : bool
        Whether a front films it.
    """

    def __init__(
        self,
        design: Design,
        at_utc: np.datetime64 | None = None,
        *,
        tolerance: float = FINE_TOLERANCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base = self.design = design
        self._changes: dict[str, Any] = {}
        self.state = ViewState(design.epoch_utc if at_utc is None else at_utc)
        self.message, self.alert, self.filming = "", False, False
        self.tasks = NewestOnly()
        self.searches = NewestOnly()  # of a moment: not to wait until the loads of this one are cast
        self._clock, self._tolerance = clock, tolerance
        self._changed_at = self._said_at = clock()
        self._moment: Moment | None = None
        self._member: tuple[Design, int, Design] | None = None
        self._craft: tuple[object, Craft] | None = None
        self._loads: CraftLoads | None = None
        self._loads_of: tuple[object, ...] = ()
        self._loads_seen: FloatArray | None = None
        self._followed: tuple[object, ...] = ()
        self._caster: tuple[object, RayCaster] | None = None
        self.year: EclipseYear | None = None
        self._year_of: tuple[object, ...] = ()
        self._year_had: tuple[object, ...] = ()  # whose year it is: of the design before, for a moment
        self._fine_asked: tuple[object, ...] = ()
        self._sight: Sight | None = None
        self._sight_asked: tuple[object, ...] = ()
        self._sight_seen: FloatArray | None = None
        self._dragging = False
        self._warm = False  # the kernels of the loads are there: a coarse answer takes no longer than a frame

    def close(self) -> None:
        """End the work in the background."""
        self.tasks.close()
        self.searches.close()

    @property
    def busy(self) -> bool:
        """Whether anything is worked on in the background."""
        return self.tasks.busy or self.searches.busy

    def warm_up(self) -> None:
        """Have the kernels of the loads loaded, so that the first slider answers like the next ones."""
        design, mesh = self.design.of_member(0), self.craft.mesh
        states = self.moment.state
        self.tasks.ask("warm", None, lambda: prepared_loads(design, mesh, states))

    # ---------------------------------------------------------------- what is shown

    @property
    def moment(self) -> Moment:
        """The ring at the present time."""
        state = self.state
        kept = self._moment
        if kept is None or kept.at_utc != state.at_utc or kept.satellite != state.satellite:
            self._moment = kept = moment_of(self.design, state.at_utc, state.satellite)
        return kept

    @property
    def member(self) -> Design:
        """The design as the satellite looked at flies it."""
        kept, satellite = self._member, self.state.satellite
        if kept is None or kept[0] is not self.design or kept[1] != satellite:
            self._member = kept = (self.design, satellite, self.design.of_member(satellite))
        return kept[2]

    @property
    def craft(self) -> Craft:
        """Of the satellite looked at, in the detail of the analysis."""
        member = self.member
        if self._craft is None or self._craft[0] != member.craft:
            self._craft = (member.craft, build_craft(member))
        return self._craft[1]

    @property
    def camera(self) -> Camera:
        """Where one looks from."""
        bounds_m = self.craft.mesh.bounds_m if self.sees_craft else NO_BOX_M
        return camera_of(self.state, self.moment, bounds_m)

    @property
    def sees_craft(self) -> bool:
        """Whether the camera stands at a satellite."""
        return self.state.camera in AT_A_SATELLITE

    @property
    def loads(self) -> CraftLoads | None:
        """On the satellite looked at; coarse ones at least, unless they too are still being cast."""
        return self._loads

    @property
    def settled(self) -> bool:
        """Whether nothing has moved for a while: time for the beautiful picture and the fine numbers."""
        return not (self.state.playing or self._dragging) and self._clock() - self._changed_at > SETTLED_S

    @property
    def laws(self) -> str:
        """Attitude law flown."""
        return self.design.attitude.law

    @property
    def sight(self) -> Sight | None:
        """What the selected surface sees; None where there is none, or its picture is not there yet."""
        state, kept = self.state, self._sight
        if kept is None or not self.sees_craft or kept.design is not self.design:
            return None
        return kept if (kept.satellite, kept.surface) == (state.satellite, state.surface) else None

    @property
    def scale_top(self) -> float | None:
        """End of the scale of the present colours, for what of the craft is in view; None: no scale."""
        values_of, loads = COLORINGS[self.state.coloring].values, self._loads
        if values_of is None or loads is None or not self.sees_craft:
            return None
        mesh, moment = loads.mesh, self.moment
        eye = moment.rotation_gcrs_from_body.T @ (
            self.camera.position_gcrs_m - moment.state.position_gcrs_m[0, 0]
        )
        towards = np.einsum("fk,fk->f", mesh.normals, eye - mesh.centroids_m)
        return scale_top(values_of(loads), mesh.areas_m2 * np.maximum([towards, -towards], 0.0))

    def say(self, message: str, *, alert: bool = False) -> None:
        """Leave a word for the status line, for a while."""
        self.message, self.alert, self._said_at = message, alert, self._clock()

    # ---------------------------------------------------------------- what is done

    def touch(self) -> None:
        """Something has moved."""
        self._changed_at = self._clock()

    def show(self, **changes: Any) -> None:
        """Change the state.

        Raises
        ------
        ValueError
            A value that the state refuses; it stays as it was.
        """
        if "coloring" in changes:
            check_choice(changes["coloring"], COLORINGS, name="coloring")
        if "satellite" in changes:
            count = flight_of(self.design).satellites
            if not 0 <= int(changes["satellite"]) < count:
                raise ValueError(f"satellite must be from 0 to {count - 1}, got {changes['satellite']}")
            changes["satellite"] = int(changes["satellite"])
        arrives = changes.get("camera") == "ground" != self.state.camera
        self.state = replace(self.state, **changes)
        if arrives:
            self.state = self.state.aimed(ground_aim(self.moment))
        self.touch()

    def tick(self, wall_s: float) -> bool:
        """Let time pass; take in what the background has found; returns whether anything changed."""
        before = self.state
        self.state = self.state.advanced(min(wall_s, 0.5))
        changed = self.state is not before
        if changed:
            self.touch()
        for kind, tag, result in (*self.searches.finished(), *self.tasks.finished()):
            _TAKE[kind](self, tag, result)
            changed = True
        if self.message and self._clock() - self._said_at > (ALERT_S if self.alert else MESSAGE_S):
            self.say("")
            changed = True
        changed |= self._follow_loads()
        self._ask_sight()
        self._ask_year()
        if self.settled:
            self._ask_fine()
        return changed

    def go_to(self, satellite: int) -> None:
        """Fly along with a satellite."""
        self.show(
            satellite=satellite, camera="follow" if not self.sees_craft else self.state.camera, surface=None
        )
        self.say(f"satellite {satellite}")

    def step_satellite(self, steps: int) -> None:
        """To a neighbour along the ring."""
        count = flight_of(self.design).satellites
        self.show(satellite=(self.state.satellite + steps) % count, surface=None)

    def click(self, place_px: tuple[float, float], size: tuple[int, int]) -> None:
        """Select what stands under the pointer: a surface of the craft, else a satellite, else nothing."""
        camera = self.camera
        if self.sees_craft:
            surface = surface_at(self._ray_caster(), self.craft.mesh, self.moment, camera, place_px, size)
            if surface is not None:
                self.show(surface=surface)
                return
        if self.state.camera != "ground":
            found = satellite_at(self.moment, camera, place_px, size)
            if found is not None and not (self.sees_craft and found == self.state.satellite):
                self.go_to(found)
                return
        if self.state.surface is not None:
            self.show(surface=None)

    def take_middle(self, size: tuple[int, int]) -> None:
        """Select what stands in the middle of the picture; of a ring, the satellite nearest to it."""
        shift = self.camera.shift
        middle = (0.5 * size[0] * (1.0 + shift[0]) - 0.5, 0.5 * size[1] * (1.0 - shift[1]) - 0.5)
        if self.sees_craft:
            self.click(middle, size)
        elif self.state.camera != "ground":
            found = satellite_at(self.moment, self.camera, middle, size, reach_px=float(max(size)))
            if found is not None:
                self.go_to(found)

    def leave(self) -> None:
        """One step back: from the list of keys, from the surface, from the satellite."""
        if self.state.help:
            self.show(help=False)
        elif self.sees_craft and self.state.surface is not None:
            self.show(surface=None)
        elif self.sees_craft:
            self.show(camera="free")

    def look_at_side(self, side: str) -> None:
        """Follow the satellite looked at from its shaded side, its sunlit side or its edge.

        Raises
        ------
        ValueError
            Another side.
        """
        check_choice(side, SIDES, name="side")
        self.show(camera="follow")
        self.state = self.state.aimed(side_aim(self.moment, side))

    def turn(self, dx_px: float, dy_px: float, size: tuple[int, int]) -> None:
        """Turn the camera by a drag over so many pixels, right and down."""
        scale = self.camera.pixels_per_tangent(size)
        mode = self.state.camera
        if mode in ("ride", "ground"):  # the picture is dragged along
            sign = 1.0 if mode == "ground" else -1.0
            by = (-sign * dx_px / scale * (1.0 if mode == "ground" else -1.0), dy_px / scale)
        else:
            rate = 3.2 / min(size) * min(1.0, max(self.state.aim.zoom, 0.05))
            by = (-dx_px * rate, dy_px * rate) if mode != "follow" else (dx_px * rate * -1.0, dy_px * rate)
        self.state = self.state.aimed(self.state.aim.turned(*by))
        self.touch()

    def zoom(self, factor: float) -> None:
        """Nearer or farther."""
        self.state = self.state.aimed(self.state.aim.zoomed(factor))
        self.touch()

    def aim_home(self) -> None:
        """The present camera as it stood at first."""
        at_first = START_AIMS[self.state.camera]
        self.state = self.state.aimed(ground_aim(self.moment) if self.state.camera == "ground" else at_first)
        self.touch()

    def jump(self, where: str) -> None:
        """To the next equinox or solstice, the next or the longest eclipse; searched in the background."""
        check_choice(where, JUMPS, name="jump")
        design, state = self.design, self.state
        year = self.year if self._year_had == self._year_wanted() else None
        self.say("searching ...")
        self.searches.ask(
            "jump",
            where,
            lambda: time_to_jump_to(where, design, state.at_utc, state.satellite, year),
        )

    # ---------------------------------------------------------------- changing the idea

    def knob_values(self) -> dict[str, float | None]:
        """Present value of each slider; None where the design has no such thing."""
        return {name: knob.read(self.design) for name, knob in KNOBS.items()}

    def set_knob(self, name: str, value: float, *, final: bool = True) -> None:
        """Move a slider; `final` when it is let go.

        Raises
        ------
        ValueError
            The value, or the design that it would make; everything stays as it was.
        """
        self._dragging = not final
        self._change(knob_changes(self.design, name, value), final=final)

    def set_law(self, law: str) -> None:
        """Fly another attitude law."""
        self._change(law_changes(law), final=True)

    def reset(self) -> None:
        """Back to the design as it was opened."""
        self._changes = {}
        self._take_design(self._base, final=True)
        self.say("back to the design as it was")

    @property
    def is_changed(self) -> bool:
        """Whether a slider has been moved."""
        return bool(self._changes)

    def _change(self, changes: dict[str, Any], *, final: bool) -> None:
        wanted = {**self._changes, **changes}
        design = changed_design(self._base, wanted)
        flight_of(design)  # refuses what cannot be flown before anything is replaced
        self._changes = wanted
        self._take_design(design, final=final)

    def _take_design(self, design: Design, *, final: bool) -> None:
        self.design = design
        self._moment = None
        count = flight_of(design).satellites
        state = self.state
        if state.satellite >= count:
            state = replace(state, satellite=state.satellite % count)
        if (
            self.sees_craft
            and state.surface is not None
            and state.surface not in self.craft.mesh.surface_names
        ):
            state = replace(state, surface=None)
        self.state = state
        self.touch()
        self.say("")  # it was of the ring as it was
        self._follow_loads()
        if final:
            self.tasks.ask("spacing", design, lambda: spacing_fault(design))

    # ---------------------------------------------------------------- results

    def _loads_key(self) -> tuple[object, ...]:
        member = self.member
        return (member.craft, member.environment, member.case)

    def _seen_now(self) -> FloatArray:
        """Sun, nadir and light as the craft has them: what its loads depend on."""
        body = self.moment.rotation_gcrs_from_body.T
        place = self.moment.state.position_gcrs_m[0, 0]
        nadir = body @ (-place / np.linalg.norm(place))
        lit = float(self.moment.state.sunlit_fraction[0, 0])
        height = float(np.linalg.norm(place)) / 6.4e6
        earth = body @ self.moment.earth_pole_gcrs
        return np.concatenate([body @ self.moment.sun_direction_gcrs, nadir, 0.2 * earth, [lit, height]])

    def _follow_loads(self) -> bool:
        """Cast coarse loads where the craft sees another Sun or Earth than those at hand; whether it did."""
        if not (self.sees_craft or self.state.surface):
            return False
        now = (self.moment, self.design, self._warm)
        if self._followed == now:
            return False
        self._followed = now
        key, seen = self._loads_key(), self._seen_now()
        before = self._loads_seen if key == self._loads_of else None
        if before is not None and np.abs(seen - before).max() < TURNED_RAD:
            return False
        self.tasks.forget("fine")
        self._fine_asked = ()
        design = self.member
        mesh, states = self.craft.mesh, self.moment.state
        self._loads_of, self._loads_seen = key, seen
        if len(mesh.faces) > QUICK_FACES or not self._warm:
            if before is None:
                self._loads = None
            self.tasks.ask("coarse", key, lambda: prepared_loads(design, mesh, states))
            return False
        self._loads = coarse_loads(design, mesh, states)
        return True

    def _ask_fine(self) -> None:
        """Have the fine loads cast, once for each view at rest."""
        if not self.sees_craft or (self._loads is not None and self._loads.is_fine):
            return
        wanted = (
            *self._loads_of,
            self.state.at_utc,
            self.state.satellite,
            self.design.orbit,
            self.design.attitude,
        )
        if wanted == self._fine_asked or not self._loads_of:
            return
        self._fine_asked = wanted
        design, craft = self.member, self.craft
        satellite, at, tolerance = self.state.satellite, self.state.at_utc, self._tolerance
        self.tasks.ask("fine", wanted, lambda: fine_loads(design, craft, satellite, at, tolerance))

    def _ask_sight(self) -> None:
        """Have what the selected surface sees drawn, anew where the craft has turned."""
        surface, satellite = self.state.surface, self.state.satellite
        if not self.sees_craft or surface not in self.craft.mesh.surface_names or self._dragging:
            return
        wanted, seen = (self.design, satellite, surface), self._seen_now()
        before = self._sight_seen if wanted == self._sight_asked else None
        if before is not None and np.abs(seen - before).max() < TURNED_RAD:
            return
        self._sight_asked, self._sight_seen = wanted, seen
        design, craft, at = self.design, self.craft, self.state.at_utc
        self.tasks.ask("sight", wanted, lambda: sight_from(design, craft, satellite, str(surface), at))

    def _ask_year(self) -> None:
        """Have the season strip drawn for another design or year."""
        wanted = self._year_wanted()
        if wanted == self._year_of or self._dragging:
            return
        self._year_of = wanted
        design, year = self.design, int(wanted[-1])
        self.tasks.ask("year", wanted, lambda: year_of_shadow(design, year))

    def _year_wanted(self) -> tuple[Any, ...]:
        """What the shadow's year depends on; the calendar year last."""
        return (
            self.design.orbit,
            self.design.ring.ltan_list_s,
            self.design.environment,
            year_of(self.state.at_utc),
        )

    def _ray_caster(self) -> RayCaster:
        from geometry.radiation.ray_caster import ray_caster

        mesh = self.craft.mesh
        if self._caster is None or self._caster[0] is not mesh:
            self._caster = (mesh, ray_caster(mesh, doubt_close_sheets=False))
        return self._caster[1]

    def _take_coarse(self, tag: Any, result: Any) -> None:
        if isinstance(result, Exception):
            self.say(str(result), alert=True)
        elif tag == self._loads_of:
            self._warm = True
            self._loads = result

    def _take_warm(self, _tag: Any, _result: Any) -> None:
        self._warm = True

    def _take_fine(self, tag: Any, result: Any) -> None:
        if isinstance(result, Exception):
            self.say(str(result), alert=True)
        elif tag == self._fine_asked:
            self._loads = result

    def _take_sight(self, tag: Any, result: Any) -> None:
        if isinstance(result, Exception):
            self.say(str(result), alert=True)
        elif tag == self._sight_asked:
            self._sight = result

    def _take_year(self, tag: Any, result: Any) -> None:
        if tag == self._year_of:
            self.year = None if isinstance(result, Exception) else result
            self._year_had = tag

    def _take_jump(self, tag: Any, result: Any) -> None:
        if isinstance(result, Exception):
            self.say(str(result), alert=True)
            return
        at, words = result
        if at is None:
            self.say(
                "no umbra on this orbit this year or the next" if tag == "eclipse" else "no umbra this year"
            )
            return
        self.show(at_utc=at, playing=False)
        self.say(words)

    def _take_spacing(self, tag: Any, result: Any) -> None:
        if tag is self.design and result is not None:
            self.say(str(result), alert=True)


_TAKE = {
    "coarse": Session._take_coarse,
    "fine": Session._take_fine,
    "sight": Session._take_sight,
    "year": Session._take_year,
    "jump": Session._take_jump,
    "spacing": Session._take_spacing,
    "warm": Session._take_warm,
}
"""What is done with a result of the background, by its kind."""
