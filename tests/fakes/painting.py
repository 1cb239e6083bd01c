"""What the fake painters share: photos looked at strictly, pictures made, bills, faults to come."""

import base64
import io
from collections import deque
from typing import Any

from PIL import Image
from starlette.requests import Request
from starlette.responses import Response

from tests.fakes.desk import KEY

_MOST_BYTES = 10_000_000


class Painting:
    """`bills` are what was charged; `asked` the requests as they came, `photos` what was to start from;
    `faults` go wrong with the next calls, one entry each. `address` is where it is served, for those who need
    to know."""

    def __init__(self, *faults: str) -> None:
        self.bills: list[float] = []
        self.asked: list[dict[str, Any]] = []
        self.photos: list[bytes] = []
        self.faults = deque(faults)
        self.address = ""

    def fault(self) -> str:
        """What goes wrong with this call."""
        return self.faults.popleft() if self.faults else ""

    def looked(self, photo: bytes) -> str:
        """Return what is wrong with a photo; empty where nothing is. It must not tell where it was taken."""
        if not photo.startswith(b"\xff\xd8\xff") or len(photo) > _MOST_BYTES:
            return "not a JPEG of a usual size"
        with Image.open(io.BytesIO(photo)) as picture:
            picture.load()
            if picture.getexif():
                return "it tells more than it shows"
            if min(picture.size) <= 14 or not 1 / 16 <= picture.width / picture.height <= 16:
                return "its sides"
        self.photos.append(photo)
        return ""


def decoded(url: str) -> bytes:
    """Return what a data URL of a JPEG holds; nothing where it is none."""
    head, _, coded = url.partition(";base64,")
    return base64.b64decode(coded, validate=True) if head == "data:image/jpeg" else b""


def picture(wide: int, high: int, form: str = "PNG", number: int = 0) -> bytes:
    """Return a picture of these sides; another for each number."""
    drawn = Image.linear_gradient("L").resize((wide, high)).convert("RGB")
    drawn.paste((90, 20 * number % 256, 60), (0, 0, wide, high // 4))
    out = io.BytesIO()
    drawn.save(out, form)
    return out.getvalue()


def coded(image: bytes) -> str:
    """As base64."""
    return base64.b64encode(image).decode()


def stranger(request: Request) -> bool:
    """Whether the key is missing or another."""
    return request.headers.get("authorization") != f"Bearer {KEY}"


def page() -> Response:
    """A page of a gateway in place of an answer."""
    return Response("<html>502</html>", media_type="text/html")
