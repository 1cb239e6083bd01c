"""Settings: environment, then `.env`, then `pawlogue.toml`, then these defaults. The only reader of them.

Unknown names in the files, and unknown environment names with a prefix of ours, are told with the nearest
known one. Secrets count only from the environment or `.env`.
"""

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pipeline.ports.errors import BadInput
from storage.model import Lang

_ENV_FILE = ".env"
_TOML_FILE = "pawlogue.toml"
MODALITIES = ("text", "image", "voice", "avatar")


class Settings(BaseSettings):
    """The names of the environment variables in lower case; empty means not set."""

    model_config = SettingsConfigDict(
        env_file=_ENV_FILE, toml_file=_TOML_FILE, extra="ignore", env_ignore_empty=True, frozen=True
    )

    telegram_bot_token: SecretStr | None = None
    telegram_base_url: str = "https://api.telegram.org"
    telegram_webhook_url: str | None = None
    telegram_webhook_secret: SecretStr | None = None
    telegram_local_mode: bool = False

    feishu_app_id: str | None = None
    feishu_app_secret: SecretStr | None = None
    feishu_domain: str = "https://open.feishu.cn"
    feishu_encrypt_key: SecretStr | None = None
    feishu_verification_token: SecretStr | None = None
    feishu_mode: Literal["socket", "webhook"] = "socket"

    web_chat: str | None = None
    web_host: str = "127.0.0.1"
    web_port: int = 8000
    web_token: SecretStr | None = None
    public_base_url: str | None = None

    ark_api_key: SecretStr | None = None
    ark_base_url: str | None = None
    openrouter_api_key: SecretStr | None = None
    openrouter_base_url: str | None = None
    deepseek_api_key: SecretStr | None = None
    deepseek_base_url: str | None = None
    gemini_api_key: SecretStr | None = None
    gemini_base_url: str | None = None
    uiuiapi_api_key: SecretStr | None = None
    uiuiapi_base_url: str | None = None
    kie_api_key: SecretStr | None = None
    kie_base_url: str | None = None
    kie_upload_base_url: str | None = None
    minimax_api_key: SecretStr | None = None
    minimax_base_url: str | None = None
    minimax_group_id: str | None = None
    volc_access_key: SecretStr | None = None
    volc_secret_key: SecretStr | None = None
    volc_visual_base_url: str | None = None
    volc_speech_api_key: SecretStr | None = None
    volc_speech_base_url: str | None = None
    dashscope_api_key: SecretStr | None = None
    dashscope_base_url: str | None = None
    kling_api_key: SecretStr | None = None
    kling_access_key: SecretStr | None = None
    kling_secret_key: SecretStr | None = None
    kling_base_url: str | None = None

    make_text: str = ""
    make_image: str = ""
    make_voice: str = ""
    make_avatar: str = ""

    data_dir: Path = Path("data")
    database_url: str | None = None
    blobs_url: str | None = None
    aws_access_key_id: SecretStr | None = None
    aws_secret_access_key: SecretStr | None = None
    aws_session_token: SecretStr | None = None
    aws_region: str | None = None
    aws_default_region: str | None = None
    aws_endpoint_url: str | None = None

    daily_budget: float | None = None
    project_budget: float | None = None
    daily_films_per_person: int | None = None
    currency: str = "CNY"
    allowed_users: str = ""
    admin_users: str = ""
    keep_days: int = 30

    aigc_producer: str = "pawlogue"
    aigc_label_text: str = "AI生成"
    aigc_label: bool = True

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the files in the order this page promises."""
        return init_settings, env_settings, dotenv_settings, _Toml(settings_cls)

    def order(self, modality: str) -> tuple[str, ...]:
        """The vendors named for a modality, first choice first; empty when nothing was named."""
        return tuple(
            each.strip() for each in str(getattr(self, f"make_{modality}")).split(",") if each.strip()
        )

    def aws(self) -> dict[str, str]:
        """The usual AWS names with their values, for the blobs."""
        values = {name: getattr(self, name) for name in Settings.model_fields if name.startswith("aws_")}
        return {name.upper(): _plain(value) for name, value in values.items() if value}


class _Toml(TomlConfigSettingsSource):
    """`pawlogue.toml` without the secrets somebody may have put there."""

    def __call__(self) -> dict[str, object]:
        return {name: value for name, value in super().__call__().items() if name not in _secrets()}


def load() -> Settings:
    """Read the settings.

    Raises:
        BadInput: one value cannot be understood, or a file is not what its name says.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        raise BadInput("settings.bad_value", {"name": name, "why": first["msg"]}) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput("settings.bad_file", {"name": _TOML_FILE, "why": str(error)}) from error


def complaints(environ: Mapping[str, str] = os.environ) -> list[tuple[str, dict[str, str]]]:
    """What is odd about the settings: text keys with fields, names only, never values."""
    in_env_file = list(dotenv_values(_ENV_FILE)) if Path(_ENV_FILE).is_file() else []
    in_toml = _toml_names()
    ours = tuple(
        {name.split("_")[0].upper() + "_" for name in Settings.model_fields if "_" in name} - {"AWS_"}
    )
    around = [name for name in environ if name.startswith(ours)]
    found = [
        ("settings.unknown", {"name": name, "where": where, "nearest": _nearest(name)})
        for where, names in ((_ENV_FILE, in_env_file), (_TOML_FILE, in_toml), ("environment", around))
        for name in names
        if name.lower() not in Settings.model_fields
    ]
    secrets = _secrets()
    found += [
        ("settings.secret_in_file", {"name": name.upper(), "where": _TOML_FILE})
        for name in in_toml
        if name.lower() in secrets
    ]
    return found


def language(environ: Mapping[str, str] = os.environ) -> Lang:
    """The terminal's language: Chinese where the locale says so, else English."""
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return "zh" if locale.lower().startswith("zh") else "en"


def _secrets() -> set[str]:
    return {name for name, field in Settings.model_fields.items() if field.annotation == SecretStr | None}


def _toml_names() -> Iterable[str]:
    path = Path(_TOML_FILE)
    return list(tomllib.loads(path.read_text(encoding="utf-8"))) if path.is_file() else []


def _nearest(name: str) -> str:
    known = [each.upper() for each in Settings.model_fields]
    return next(iter(difflib.get_close_matches(name.upper(), known, 1, 0.0)), known[0])


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
