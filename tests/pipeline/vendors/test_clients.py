"""The vendors' own clients drive our fakes: what they understand is not our misunderstanding twice."""

import json
from typing import Any

import pytest

from pipeline.ports.text import WriteAsk
from pipeline.writing.hosted import question
from tests.fakes.ark import Ark
from tests.fakes.deepseek import DeepSeek
from tests.fakes.desk import KEY
from tests.fakes.gateway import Gateway
from tests.fakes.gemini import Gemini
from tests.fakes.nano import GoogleBanana
from tests.fakes.openrouter import OpenRouter
from tests.fakes.painting import coded, picture
from tests.fakes.seedream import Seedream
from tests.fakes.serving import served

_ASKED = question(WriteAsk(theme="raise-mom"))


def _messages() -> list[dict[str, Any]]:
    return [{"role": "system", "content": _ASKED.system}, {"role": "user", "content": _ASKED.words}]


def _schema() -> dict[str, Any]:
    return {
        "type": "json_schema",
        "json_schema": {"name": _ASKED.name, "strict": True, "schema": _ASKED.shape},
    }


@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::pydantic.warnings.PydanticDeprecatedSince20"
)
def test_arks_client() -> None:
    """It reads the answer, and knows the fake's refusals and absent models for what they are."""
    from volcenginesdkarkruntime import Ark as Client
    from volcenginesdkarkruntime._exceptions import ArkBadRequestError, ArkNotFoundError

    fake = Ark()
    with served(fake.app) as url:
        client = Client(api_key=KEY, base_url=f"{url}/api/v3", max_retries=0)

        def ask(model: str) -> Any:  # noqa: ANN401  the client's own type
            return client.chat.completions.create(
                model=model, messages=_messages(), thinking={"type": "disabled"}, response_format=_schema()
            )

        came = ask("doubao-seed-2-1-turbo-260628")
        fake.faults.append("400 InputTextSensitiveContentDetected")
        with pytest.raises(ArkBadRequestError) as refused:
            ask("doubao-seed-2-1-turbo-260628")
        with pytest.raises(ArkNotFoundError):
            ask("doubao-1-5-old")
        client.close()
    assert len(json.loads(came.choices[0].message.content)["options"]) == 3
    assert came.usage.completion_tokens == 500
    assert refused.value.body["code"] == "InputTextSensitiveContentDetected"


def test_openais_client_on_openrouter() -> None:
    """It reads answer and usage, and tells the errors apart by their status."""
    import openai

    fake = OpenRouter()
    with (
        served(fake.app) as url,
        openai.OpenAI(api_key=KEY, base_url=f"{url}/api/v1", max_retries=0) as client,
    ):

        def ask() -> Any:  # noqa: ANN401
            create: Any = client.chat.completions.create  # plain dicts are handed over, as on the wire
            return create(
                model="google/gemini-3.1-pro-preview", messages=_messages(), response_format=_schema(),
                extra_body={"provider": {"require_parameters": True}, "reasoning": {"effort": "low"}},
            )  # fmt: skip

        came = ask()
        assert len(client.models.list().data) == 1
        for fault, error in (
            ("limit", openai.RateLimitError), ("key", openai.AuthenticationError),
            ("moderated", openai.PermissionDeniedError), ("provider", openai.InternalServerError),
        ):  # fmt: skip
            fake.faults.append(fault)
            with pytest.raises(error):
                ask()
    assert len(json.loads(came.choices[0].message.content)["options"]) == 3
    assert came.usage.model_extra["cost"] == 0.0093


def test_openais_client_on_deepseek() -> None:
    """It reads JSON mode's answer, blank lines before it included."""
    import openai

    fake = DeepSeek()
    fake.faults.append("blank lines")
    with served(fake.app) as url, openai.OpenAI(api_key=KEY, base_url=url, max_retries=0) as client:
        create: Any = client.chat.completions.create
        came = create(
            model="deepseek-flash", messages=[*_messages(), {"role": "user", "content": "json"}],
            response_format={"type": "json_object"}, extra_body={"thinking": {"type": "disabled"}},
        )  # fmt: skip
        with pytest.raises(openai.BadRequestError):
            create(
                model="deepseek-flash", messages=_messages(), response_format=_schema(),
            )  # fmt: skip
    assert len(json.loads(came.choices[0].message.content or "")["options"]) == 3


# Its client leaves a connection of its own to the collector of garbage.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_googles_client() -> None:
    """It reads the answer without the thoughts, and its errors have the code and the status."""
    from google import genai
    from google.genai import errors, types

    fake = Gemini()
    with served(fake.app) as url:
        client = genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=url, api_version="v1beta"))

        def ask(model: str = "gemini-3.8-flash") -> types.GenerateContentResponse:
            config = types.GenerateContentConfig(
                system_instruction=_ASKED.system,
                response_mime_type="application/json",
                response_json_schema=_ASKED.shape,
                thinking_config=types.ThinkingConfig(thinking_level=types.ThinkingLevel.MINIMAL),
            )
            return client.models.generate_content(model=model, contents=_ASKED.words, config=config)

        came = ask()
        fake.faults.append("blocked")
        blocked = ask()
        fake.faults.append("limit")
        with pytest.raises(errors.ClientError) as limited:
            ask()
        with pytest.raises(errors.ClientError) as gone:
            ask("gemini-3-pro-preview")
        client.close()
    assert len(json.loads(came.text or "")["options"]) == 3
    assert blocked.prompt_feedback is not None
    assert blocked.prompt_feedback.block_reason == types.BlockedReason.PROHIBITED_CONTENT
    assert (limited.value.code, limited.value.status, gone.value.code) == (429, "RESOURCE_EXHAUSTED", 404)


@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::pydantic.warnings.PydanticDeprecatedSince20"
)
def test_arks_client_draws() -> None:
    """It sends what the fake takes, reads the picture, and knows a refusal and a size that is too small."""
    from volcenginesdkarkruntime import Ark as Client
    from volcenginesdkarkruntime._exceptions import ArkBadRequestError

    fake = Seedream()
    with served(fake.app) as url:
        client = Client(api_key=KEY, base_url=f"{url}/api/v3", max_retries=0)

        def draw(size: str = "1440x2560") -> Any:  # noqa: ANN401  the client's own type
            return client.images.generate(
                model="doubao-seedream-4-5-251128", prompt="the same cat", image=_photo(), size=size,
                response_format="b64_json", watermark=False, sequential_image_generation="disabled",
            )  # fmt: skip

        came = draw()
        fake.faults.append("400 OutputImageSensitiveContentDetected")
        with pytest.raises(ArkBadRequestError) as refused:
            draw()
        with pytest.raises(ArkBadRequestError):
            draw("1024x1024")
        client.close()
    assert came.data[0].b64_json == coded(picture(1440, 2560, "JPEG", 1))
    assert came.usage.generated_images == 1
    assert refused.value.body["code"] == "OutputImageSensitiveContentDetected"


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_googles_client_draws() -> None:
    """It sends what the fake takes, and finds the picture among the parts."""
    from google import genai
    from google.genai import types

    fake = GoogleBanana("drafts")
    with served(fake.app) as url:
        client = genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=url, api_version="v1beta"))
        photo = types.Part.from_bytes(data=picture(300, 400, "JPEG"), mime_type="image/jpeg")

        def draw() -> types.GenerateContentResponse:
            config = types.GenerateContentConfig(
                response_modalities=["TEXT", "IMAGE"],
                image_config=types.ImageConfig(aspect_ratio="9:16", image_size="1K"),
            )
            parts = [types.Part.from_text(text="the same cat"), photo]
            contents = [types.Content(role="user", parts=parts)]
            return client.models.generate_content(model=GoogleBanana.model, contents=contents, config=config)

        came = draw()
        fake.faults.append("safety")
        stopped = draw()
        client.close()
    assert came.candidates
    assert came.candidates[0].content
    found = [
        one.inline_data
        for one in came.candidates[0].content.parts or ()
        if one.inline_data and not one.thought
    ]
    assert [one.data for one in found] == [picture(768, 1344)]
    assert stopped.candidates
    assert stopped.candidates[0].finish_reason == types.FinishReason.IMAGE_SAFETY


def test_openais_client_draws_at_a_gateway() -> None:
    """It reads both of the shapes it knows: the picture inside, and its address."""
    import openai

    for way in ("inside", "url"):
        fake = Gateway(way=way)
        with (
            served(fake.app) as url,
            openai.OpenAI(api_key=KEY, base_url=f"{url}/v1", max_retries=0) as client,
        ):
            fake.address = url
            generate: Any = client.images.generate
            came = generate(
                model=Gateway.model, prompt="a cat", n=1, size="9:16", extra_body={"image_urls": [_photo()]}
            )
        assert bool(came.data[0].b64_json) == (way == "inside")
        assert bool(came.data[0].url) == (way == "url")


def _photo() -> str:
    return f"data:image/jpeg;base64,{coded(picture(300, 400, 'JPEG'))}"
