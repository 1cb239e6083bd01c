"""Who can be asked for performances, first choice first."""

from pipeline.hire.rows import Bench, Row
from pipeline.ports.avatar import Avatar as Port
from pipeline.ports.can import Can, Speaks
from pipeline.ports.facts import Facts
from pipeline.settings import Account
from pipeline.vendors import kling, omnihuman, seedance, veo
from pipeline.vendors.builtin.avatar import Avatar
from pipeline.wires.kling import Account as Kling

_READ = "2026-11-22"
_OMNIHUMAN_15 = "jimeng_realman_avatar_picture_omni_v15"
_OMNIHUMAN_QUICK = "jimeng_realman_avatar_picture_omni_v2"
_STANDARD, _BETTER = "avatar-std", "avatar-pro"
_SEEDANCE_20, _SEEDANCE_FAST = "doubao-seedance-2-0-260128", "doubao-seedance-2-0-fast-260128"
_SEEDANCE_MINI, _SEEDANCE_15 = "doubao-seedance-2-0-mini-260615", "doubao-seedance-1-5-pro-251215"
_TOKENS = 720 * 1280 * 24 / 1024  # of a second at 720p
_PER_MILLION = {_SEEDANCE_20: 46.0, _SEEDANCE_FAST: 37.0, _SEEDANCE_MINI: 23.0, _SEEDANCE_15: 8.0}  # yuan
_PER_MILLION_HEARD = {**_PER_MILLION, _SEEDANCE_15: 16.0}  # with sound, which is dearer with 1.5 only
_KLING_SCENES = {  # dollars a second at 720p, silent; with sound; the clips that may have it
    "kling-2.6": (0.042, Speaks(price=0.14, clips=(5, 10))),
    "kling-3.0": (0.084, Speaks(price=0.126, clips=tuple(range(3, 16)))),
    "kling-3.0-turbo": (0.112, Speaks(price=0.112, clips=tuple(range(3, 16)))),
}
_KLING_HEARD = {"kling-2.6": "1080p"}  # the only one that has sound
_LIPS, _FACES = 0.014, 0.007  # dollars a second; for looking for faces on a clip
_VEO = {"veo3_fast": 0.325, "veo3": 1.275, "veo3_lite": 0.175}  # dollars a clip


def _builtin(_: Account, __: str, bench: Bench) -> Port:
    return Avatar(bench.workshop)


def _omnihuman(account: Account, model: str, bench: Bench) -> Port:
    plain = model == _OMNIHUMAN_QUICK
    can = Can(
        animals=None if plain else True,
        most=59.4,
        best=14.0 if plain else 30.0,
        needs_url=True,
        mode="fast" if plain else "best",
        short_side=480 if plain else 720,
        fps=30.0,
    )
    facts = Facts(
        vendor="omnihuman",
        model=model,
        price=1.0 if plain else 1.2,
        unit="second",
        bills_failures=True,  # nobody says
        at_once=1,
        source="clients' notes on www.volcengine.com/docs/85621/1829013; the price page was not read",
        read=_READ,
        can=can,
    )
    access, secret = (
        account.keys[name].get_secret_value() for name in ("volc_access_key", "volc_secret_key")
    )
    base = account.base_url or "https://visual.volcengineapi.com"
    return omnihuman.Avatar(bench.http, access, secret, facts, base, plain=plain)


def _kling(account: Account, model: str, bench: Bench) -> Port:
    base = account.base_url or "https://api-beijing.klingai.com"
    facts = Facts(
        vendor="kling",
        model=model,
        price=0.112 if model == _BETTER else 0.056,
        currency="USD",
        unit="second",
        at_once=1,
        source="klingai.com price list of 2026-08, by way of a copy",
        read=_READ,
        can=Can(
            least=2.0,
            most=300.0,
            best=45.0,  # 5 MB of sound
            mode="best" if model == _BETTER else "fast",
            minutes=60.0,
        ),
    )
    if model in _KLING_SCENES:
        price, speaks = _KLING_SCENES[model]
        lips = Can(least=2.0, most=60.0, needs_url=True, mode="fast")
        dubbing = facts.model_copy(update={"model": "lip-sync", "price": _LIPS, "can": lips})
        looking = facts.model_copy(
            update={"model": "identify-face", "price": _FACES, "unit": "clip", "at_once": None, "can": None}
        )
        faces = kling.Faces(Kling(bench.http, account.keys, looking, base))
        dubber = kling.LipSync(Kling(bench.http, account.keys, dubbing, base), faces)
        can = Can(
            sound="own",
            least=5.0,
            most=5.0,
            best=5.0,
            mode="fast",
            dub=_LIPS,
            dub_once=_FACES,
            pace=30.0,
            speaks=speaks,
        )
        facts = facts.model_copy(update={"price": price, "can": can})
        heard = _KLING_HEARD.get(model, "720p")
        one_shot = {"multi_shot": False} if model == "kling-3.0" else {}  # else it cuts as it likes
        scene = Kling(bench.http, account.keys, facts, base)
        return kling.Scene(scene, dubber, heard=heard, more=one_shot)
    mode = model.rpartition("-")[2]
    return kling.Avatar(Kling(bench.http, account.keys, facts, base), mode=mode)


def _seedance(account: Account, model: str, bench: Bench) -> Port:
    per_million = _PER_MILLION.get(model, _PER_MILLION[_SEEDANCE_20])
    heard = _PER_MILLION_HEARD.get(model, per_million)
    scene = model == _SEEDANCE_15  # takes no sound of ours
    facts = Facts(
        vendor="seedance",
        model=model,
        price=_a_second(per_million),
        unit="second",
        at_once=3,
        per_minute=180,
        source="www.volcengine.com/docs/82379/1544106; prices of 2.x from public clients",
        read=_READ,
        can=Can(
            animals=True,
            sound="own" if scene else "reference",
            least=4.0,
            most=5.0 if scene else 15.0,
            best=5.0 if scene else 15.0,
            mode="best" if model == _SEEDANCE_20 else "fast",
            fps=24.0,
            pace=12.0,
            speaks=Speaks(price=_a_second(heard), clips=tuple(range(4, 13 if scene else 16))),
        ),
    )
    base = account.base_url or "https://ark.cn-beijing.volces.com/api/v3"
    key = account.keys["ark_api_key"].get_secret_value()
    return seedance.Avatar(bench.http, key, facts, base, per_million=(per_million, heard))


def _a_second(per_million: float) -> float:
    return round(per_million * _TOKENS / 1e6, 4)


def _veo(account: Account, model: str, bench: Bench) -> Port:
    price = _VEO.get(model, _VEO["veo3_fast"])
    facts = Facts(
        vendor="veo",
        model=model,
        price=price,
        currency="USD",
        bills_failures=True,  # nobody says, but for one code
        per_minute=120,
        source="docs.kie.ai; prices from a public audit of 2026-10-07",
        read=_READ,
        can=Can(
            animals=True,
            sound="own",
            least=8.0,
            most=8.0,
            best=8.0,
            widest=0.85,
            mode="best" if model == "veo3" else "fast",
            fps=24.0,
            minutes=15.0,
            pace=20.0,
            speaks=Speaks(price=price, clips=(8,)),
        ),
    )
    upload = account.keys.get("kie_upload_base_url")
    return veo.Avatar(
        bench.http,
        account.keys["kie_api_key"].get_secret_value(),
        facts,
        account.base_url or "https://api.kie.ai",
        upload.get_secret_value() if upload else "https://kieai.redpandaai.co",
    )


_VOLC = (("volc_access_key", "volc_secret_key"),)
_KLING = (("kling_api_key",), ("kling_access_key", "kling_secret_key"))
_ARK = (("ark_api_key",),)

# A vendor's second row joins its faster or better model without being named. Scenes that do not follow our
# sound join only when somebody names them: that is the stated choice.
ROWS: tuple[Row[Port], ...] = (
    Row("omnihuman", (_OMNIHUMAN_15, _OMNIHUMAN_QUICK), _omnihuman, account="volc_visual", keys=_VOLC),
    Row("kling", (_STANDARD, _BETTER, *_KLING_SCENES), _kling, account="kling", keys=_KLING),
    Row("kling", (_BETTER,), _kling, account="kling", keys=_KLING),
    Row("seedance", tuple(_PER_MILLION), _seedance, account="ark", keys=_ARK),
    Row("veo", tuple(_VEO), _veo, account="kie", keys=(("kie_api_key",),), uncalled=False),
    Row("builtin", ("",), _builtin),
)
