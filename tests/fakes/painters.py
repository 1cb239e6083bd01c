"""Every hosted painter beside its fake, built as the table of who can be hired builds it."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

from PIL import Image as Pictures
from pydantic import SecretStr

from pipeline.hire import Bench
from pipeline.hire.image import ROWS
from pipeline.ports.facts import Paid
from pipeline.ports.http import Http
from pipeline.ports.image import Came, Delivers, DrawAsk, Image
from pipeline.settings import Account
from tests.fakes.desk import KEY
from tests.fakes.gateway import Gateway
from tests.fakes.kie import KieBanana
from tests.fakes.nano import GoogleBanana, RoutedBanana
from tests.fakes.seedream import Seedream
from tests.fakes.serving import served
from tests.pipeline.beside import Beside

Fake = Seedream | RoutedBanana | GoogleBanana | KieBanana | Gateway
WORDS = "画它站着哭，秘密的愿望"


class _Place(NamedTuple):
    vendor: str
    path: str


_PLACES: dict[type[Fake], _Place] = {
    Seedream: _Place("ark", "/api/v3"),
    RoutedBanana: _Place("openrouter", "/api/v1"),
    GoogleBanana: _Place("gemini", "/v1beta"),
    KieBanana: _Place("kie", ""),
    Gateway: _Place("uiuiapi", "/v1"),
}


@contextlib.asynccontextmanager
async def painter(fake: Fake, *, model: str = "", key: str = KEY) -> AsyncIterator[Image]:
    """Serve a fake, and lend our vendor for it."""
    place = _PLACES[type(fake)]
    workshop = Beside()
    with served(fake.app) as url:
        fake.address = url
        keys = {f"{place.vendor}_api_key": SecretStr(key), "kie_upload_base_url": SecretStr(url)}
        async with Http.opened(trust_env=False) as http:
            row = next(row for row in ROWS if row.vendor == place.vendor)
            made = row.build(
                Account(keys=keys, base_url=url + place.path),
                model or row.models[0],
                Bench(http, workshop, {}),
            )
            assert isinstance(made, Image)
            yield made
    await workshop.close()


def ask(folder: Path) -> DrawAsk:
    """A photo, as the step writes it, and what is wanted."""
    photo = folder / "photo.jpg"
    Pictures.new("RGB", (600, 800), "tan").save(photo, "JPEG")
    return DrawAsk(photo=photo, words=WORDS)


async def drawn(vendor: Image, wanted: DrawAsk, out: Path) -> tuple[Paid, Came, float | None]:
    """Ask once and bring the picture home; what was paid, what came, what it did cost in the end."""
    paid = await vendor.draw(wanted, "prj-1:paint:x:1", out)
    came = Came.model_validate_json(paid.value)
    if came.end != "whole" or came.here:
        return paid, came, paid.cost
    assert isinstance(vendor, Delivers)
    while not await vendor.poll(came):
        pass
    cost = await vendor.deliver(came, out)
    return paid, came, paid.cost if cost is None else cost
