"""A fake voice service on loopback and our vendor for it, built as the settings would."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
from pydantic import SecretStr

from pipeline.film import sound
from pipeline.hire import Bench
from pipeline.hire.voice import ROWS
from pipeline.ports.http import Http
from pipeline.ports.voice import Voice
from pipeline.settings import Account
from pipeline.workshop import Workshop
from tests.fakes import dashscope, minimax, volc_speech
from tests.fakes.dashscope import DashScope
from tests.fakes.minimax import MiniMax
from tests.fakes.serving import served
from tests.fakes.volc_speech import VolcSpeech
from tests.pipeline.beside import Beside
from tests.pipeline.sound.made import silence, talk

Fake = MiniMax | VolcSpeech | DashScope
KEYS = {
    "minimax": {"minimax_api_key": minimax.KEY},
    "volc-speech": {"volc_speech_api_key": volc_speech.KEY},
    "dashscope": {"dashscope_api_key": dashscope.KEY},
}
_VENDORS: dict[type[Fake], str] = {MiniMax: "minimax", VolcSpeech: "volc-speech", DashScope: "dashscope"}


@contextlib.contextmanager
def standing(fake: Fake) -> Iterator[Fake]:
    """Serve a fake, which then knows its address."""
    with served(fake.app) as address:
        fake.address = address
        yield fake


def built(fake: Fake, http: Http, workshop: Workshop, model: str = "", key: str = "") -> Voice:
    """Return our vendor for a fake that is served."""
    name = _VENDORS[type(fake)]
    row = next(row for row in ROWS if row.vendor == name)
    keys = {setting: SecretStr(key or right) for setting, right in KEYS[name].items()}
    account = Account(keys=keys, base_url=fake.address)
    return row.build(account, model or row.models[0], Bench(http, workshop, {}))


@contextlib.asynccontextmanager
async def hired(fake: Fake, model: str = "", key: str = "") -> AsyncIterator[Voice]:
    """Serve a fake and return our vendor for it."""
    with standing(fake):
        workshop = Beside()
        async with Http.opened(trust_env=False) as http:
            yield built(fake, http, workshop, model, key)
        await workshop.close()


def sample(path: Path, seconds: float = 12.0) -> Path:
    """Write a recording of somebody who talks: sentences of two seconds with a pause after each."""
    pieces = []
    for number in range(max(1, round(seconds / 2.4))):
        pieces += [talk(10, seed=number), silence(0.4)]
    sound.write(path, np.concatenate(pieces), 24_000)
    return path
