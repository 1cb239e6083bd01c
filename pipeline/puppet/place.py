"""Where one picture lies on another: a scale and a shift, there and back."""

from typing import NamedTuple

from pipeline.model import Box, Pet
from storage.model import Point, Taps


class Place(NamedTuple):
    """There: pixel x scale + (x, y). Edges of pixels are whole numbers in both pictures."""

    scale: float
    x: float = 0.0
    y: float = 0.0

    def put(self, point: Point) -> Point:
        """Return where a point lies there."""
        return point[0] * self.scale + self.x, point[1] * self.scale + self.y

    def back(self, point: Point) -> Point:
        """Return where a point there lies here; the inverse of `put`."""
        return (point[0] - self.x) / self.scale, (point[1] - self.y) / self.scale

    def put_box(self, box: Box) -> Box:
        """Return a rectangle there."""
        x, y = self.put((box.x, box.y))
        return Box(x=x, y=y, w=box.w * self.scale, h=box.h * self.scale)

    def put_pet(self, pet: Pet) -> Pet:
        """Return the pet with everything that is measured in pixels put there."""
        return pet.model_copy(
            update={
                "box": self.put_box(pet.box),
                "eyes": (self.put(pet.eyes[0]), self.put(pet.eyes[1])) if pet.eyes else None,
                "eye_radius": pet.eye_radius * self.scale if pet.eye_radius is not None else None,
                "nose": self.put(pet.nose) if pet.nose else None,
                "mouth": self.put(pet.mouth) if pet.mouth else None,
                "lip": tuple(self.put(point) for point in pet.lip),
            }
        )

    def put_taps(self, taps: Taps) -> Taps:
        """Return what was tapped there."""
        mouth = self.put(taps.mouth) if taps.mouth else None
        eyes = (self.put(taps.eyes[0]), self.put(taps.eyes[1])) if taps.eyes else None
        return Taps(mouth=mouth, eyes=eyes, pet=taps.pet)
