"""Signatures, checked against worked vectors: a wrong bit means no vendor at all."""

import calendar

import pytest

from pipeline.ports.errors import Surprise, Unsure
from pipeline.ports.http import Reply
from pipeline.wires.shapes import Answer, shaped
from pipeline.wires.tokens import jwt, mark
from pipeline.wires.verdicts import Who
from pipeline.wires.volc_signature import signed

_ACCESS, _SECRET = "AKLTEXAMPLEEXAMPLEEXAMPLEEXAMPLE", "RVhBTVBMRS1TRUNSRVQtS0VZLUZPUi1URVNUUw=="
_AT = float(calendar.timegm((2026, 11, 22, 3, 4, 5)))
_SUBMIT = (
    '{"req_key":"jimeng_realman_avatar_picture_omni_v15","image_url":"https://media.example.com/pets/bun.png",'
    '"audio_url":"https://media.example.com/voice/lines.mp3","prompt":"小狗抱着包子，面对镜头说话，镜头缓慢推进",'
    '"output_resolution":720,"pe_fast_mode":true}'
)
_RESULT = '{"req_key":"jimeng_realman_avatar_picture_omni_v15","task_id":"7392616336519610409"}'
_ABROAD = (
    '{"req_key":"realman_avatar_picture_omni15_cv","image_url":"https://media.example.com/pets/bun.png",'
    '"audio_url":"https://media.example.com/voice/lines.mp3"}'
)


@pytest.mark.parametrize(
    ("host", "region", "query", "body", "signature"),
    [
        (
            "visual.volcengineapi.com",
            "cn-north-1",
            "Action=CVSubmitTask&Version=2022-08-31",
            _SUBMIT,
            "d93c52837c115b04338373fd9d648bd27556c82e2b1ac38efc11d21b24e1467e",
        ),
        (
            "visual.volcengineapi.com",
            "cn-north-1",
            "Action=CVGetResult&Version=2022-08-31",
            _RESULT,
            "adb38512749eac2c193d9eda68c399715c3278270b40e0cf6e54ae51f1b9747b",
        ),
        (
            "cv.byteplusapi.com",
            "ap-singapore-1",
            "Action=CVSubmitTask&Version=2024-06-06",
            _ABROAD,
            "03857aa91e6e382c77b13fcd56349a072691aecdd1038436e0f9b0c4b340b31b",
        ),
    ],
)
def test_the_signature_is_that_of_the_vendors_own_client(
    host: str, region: str, query: str, body: str, signature: str
) -> None:
    """Protects the three vectors that the vendor's client and an independent one agree on."""
    headers = signed(
        _ACCESS, _SECRET, host=host, query=query, body=body.encode(), at=_AT, region=region, service="cv"
    )
    assert headers["authorization"] == (
        f"HMAC-SHA256 Credential={_ACCESS}/20261122/{region}/cv/request,"
        f" SignedHeaders=content-type;host;x-content-sha256;x-date, Signature={signature}"
    )
    assert headers["x-date"] == "20261122T030405Z"


def test_the_token_is_the_worked_one() -> None:
    """Protects the JSON web token that older keys are turned into."""
    assert jwt("ak-example-0001", "sk-example-0001-do-not-use", 1795316645.9) == (
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
        "eyJpc3MiOiJhay1leGFtcGxlLTAwMDEiLCJleHAiOjE3OTUzMTg0NDUsIm5iZiI6MTc5NTMxNjY0MH0."
        "rJa2yextYkPdBicCe6j-eCgaDiDrljjQVSxZZyChyL4"
    )


def test_a_mark_tells_nothing_and_is_always_the_same() -> None:
    """A job can be found again by its take, and the vendor learns no project's name."""
    assert mark("prj-1:animate:abc:1") == mark("prj-1:animate:abc:1") != mark("prj-1:animate:abc:2")
    assert "prj" not in mark("prj-1:animate:abc:1")
    assert len(mark("x")) <= 64


class _Kind(Answer):
    id: str


def test_an_odd_answer_is_in_doubt_where_it_may_have_cost() -> None:
    """The operator sees the outline of what came, without addresses or media; a paid one is not repeated."""
    body = b'{"task": {"url": "https://x.example/?sig=secret", "n": 1, "media": "%s"}}' % (b"A" * 500)
    reply = Reply(host="h", status=200, headers={}, body=body)
    who = Who(vendor="kling", model="m", key="KLING_API_KEY", order="MAKE_AVATAR")
    with pytest.raises(Surprise) as free:
        shaped(reply, _Kind, who)
    with pytest.raises(Unsure) as paid:
        shaped(reply, _Kind, who, paid=True)
    assert free.value.cause == paid.value.cause
    assert "secret" not in free.value.cause
    assert "AAAA" not in free.value.cause
    assert '"n": 1' in free.value.cause
    assert shaped(Reply(host="h", status=200, headers={}, body=b'{"id":"a","b":1}'), _Kind, who).id == "a"
