"""A house with keys, for transcripts about money; what things cost there is made up."""

from pipeline.ports.can import Can, Speaks
from pipeline.ports.facts import Facts
from pipeline.quote import Prices

FREE = Facts(vendor="builtin", model="", free=True, likeness="stand-in", seconds=2.0)
PICTURE = Facts(vendor="ark", model="seedream", draws=True, price=0.25, unit="picture", seconds=12.0)
SPEECH = Facts(
    vendor="minimax",
    model="speech",
    price=0.00035,
    unit="character",
    learning=9.9,
    likeness="clone",
    seconds=4.0,
)
STAGE = Facts(vendor="omnihuman", model="1.5", price=1.2, unit="second", can=Can(pace=20.0))
QUICK = Facts(vendor="omnihuman", model="quick", price=1.0, unit="second", can=Can(mode="fast", pace=8.0))
SCENE = Facts(
    vendor="kling", model="std", price=0.042, currency="USD", unit="second", can=Can(mode="fast", pace=25.0)
)
SPEAKS = SCENE.model_copy(
    update={
        "model": "kling-2.6",
        "can": Can(
            sound="own", least=5, most=5, best=5, mode="fast", pace=30.0, dub=0.014,
            speaks=Speaks(price=0.14, clips=(5, 10)),
        ),
    }
)  # fmt: skip
PRICES = Prices(
    image=(PICTURE, FREE),
    voice=(SPEECH, FREE),
    avatar=(STAGE, QUICK, SCENE, FREE.model_copy(update={"whole_film": True})),
    worth={"CNY": 1.0, "USD": 7.1},
)
SCENES = PRICES.model_copy(update={"avatar": (SPEAKS, STAGE, FREE.model_copy(update={"whole_film": True}))})
"""The same, with a model that speaks for itself asked first."""
