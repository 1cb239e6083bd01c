"""Settings: environment, then `.env`, then `pawlogue.toml`, then these defaults. The only reader of them.

Unknown names in the files, and environment names that look like ours, are told with the nearest known one.
Secrets count only from the environment or `.env`. No value is ever repeated in what is said about it.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot.values import Address, Count, Currency, Folder, Money, Rates, Users, mistake
from pipeline.model import Credentials
from pipeline.ports.errors import BadInput
from pipeline.settings import Account
from storage.model import Lang

_ENV_FILE = ".env"
_ENCODING = "utf-8-sig"  # some editors begin a file with a mark that would become part of the first name
_TOML_FILE = "pawlogue.toml"
MODALITIES = ("text", "image", "voice", "avatar")

# Other programs' variables begin like this too (GNU make's MAKE_TERMOUT, GEMINI_CLI, WEB_BROWSER): they are
# told of only when they look like a slip of the pen. The other prefixes are ours or a vendor's.
_SHARED = ("ADMIN_", "ALLOWED_", "DAILY_", "DATA_", "DATABASE_", "GEMINI_", "KEEP_", "MAKE_", "PROJECT_",
           "PUBLIC_", "WEB_")  # fmt: skip
_ALIKE, _ALIKE_WITHOUT_PREFIX = 0.82, 0.9


# The hosted services, by the stem of their base URL's setting, and what belongs to their accounts.
_ACCOUNTS = {
    "ark": ("ark_api_key",),
    "openrouter": ("openrouter_api_key",),
    "deepseek": ("deepseek_api_key",),
    "gemini": ("gemini_api_key",),
    "uiuiapi": ("uiuiapi_api_key",),
    "kie": ("kie_api_key", "kie_upload_base_url"),
    "minimax": ("minimax_api_key", "minimax_group_id"),
    "volc_visual": ("volc_access_key", "volc_secret_key"),
    "volc_speech": ("volc_speech_api_key",),
    "dashscope": ("dashscope_api_key",),
    "kling": ("kling_api_key", "kling_access_key", "kling_secret_key"),
}


# Fixed, because a budget that moves with the market is none; near enough where nothing was set.
_USUAL_RATES = {"CNY": {"USD": 7.1}, "USD": {"CNY": 0.14}}


class Settings(BaseSettings):
    """The names of the environment variables in lower case; empty means not set."""

    model_config = SettingsConfigDict(
        env_file=_ENV_FILE,
        env_file_encoding=_ENCODING,
        toml_file=_TOML_FILE,
        extra="ignore",
        env_ignore_empty=True,
        frozen=True,
        hide_input_in_errors=True,
    )

    telegram_bot_token: SecretStr | None = None
    telegram_base_url: Address = "https://api.telegram.org"
    telegram_webhook_url: Address | None = None
    telegram_webhook_secret: SecretStr | None = None
    telegram_local_mode: bool = False

    feishu_app_id: str | None = None
    feishu_app_secret: SecretStr | None = None
    feishu_domain: Address = "https://open.feishu.cn"
    feishu_encrypt_key: SecretStr | None = None
    feishu_verification_token: SecretStr | None = None
    feishu_mode: Literal["socket", "webhook"] = "socket"

    web_chat: bool | None = None
    web_host: str = "127.0.0.1"
    web_port: int = Field(default=8000, ge=0, le=65_535)
    web_token: SecretStr | None = None
    public_base_url: Address | None = None

    ark_api_key: SecretStr | None = None
    ark_base_url: Address | None = None
    openrouter_api_key: SecretStr | None = None
    openrouter_base_url: Address | None = None
    deepseek_api_key: SecretStr | None = None
    deepseek_base_url: Address | None = None
    gemini_api_key: SecretStr | None = None
    gemini_base_url: Address | None = None
    uiuiapi_api_key: SecretStr | None = None
    uiuiapi_base_url: Address | None = None
    kie_api_key: SecretStr | None = None
    kie_base_url: Address | None = None
    kie_upload_base_url: Address | None = None
    minimax_api_key: SecretStr | None = None
    minimax_base_url: Address | None = None
    minimax_group_id: str | None = None
    volc_access_key: SecretStr | None = None
    volc_secret_key: SecretStr | None = None
    volc_visual_base_url: Address | None = None
    volc_speech_api_key: SecretStr | None = None
    volc_speech_base_url: Address | None = None
    dashscope_api_key: SecretStr | None = None
    dashscope_base_url: Address | None = None
    kling_api_key: SecretStr | None = None
    kling_access_key: SecretStr | None = None
    kling_secret_key: SecretStr | None = None
    kling_base_url: Address | None = None

    make_text: str = ""
    make_image: str = ""
    make_voice: str = ""
    make_avatar: str = ""

    data_dir: Folder = Path("data")
    database_url: str | None = Field(default=None, repr=False)  # may hold a password
    blobs_url: str | None = None
    aws_access_key_id: SecretStr | None = None
    aws_secret_access_key: SecretStr | None = None
    aws_session_token: SecretStr | None = None
    aws_region: str | None = None
    aws_default_region: str | None = None
    aws_endpoint_url: Address | None = None
    aws_virtual_hosted_style_request: str | None = None

    daily_budget: Money | None = None
    project_budget: Money | None = None
    daily_films_per_person: Count | None = None
    currency: Currency = "CNY"
    currency_rates: Rates = ""
    allowed_users: Users = ""
    admin_users: Users = ""
    keep_days: int = Field(default=30, ge=1)

    film_width: int = Field(default=720, ge=360, le=1080, multiple_of=18)  # so that 9:16 is even both ways
    aigc_producer: str = "pawlogue"
    aigc_label_text: str = "AI生成"
    aigc_label: bool = True
    c2pa_certificate: Folder | None = None
    c2pa_key: SecretStr | None = None  # where it lies, which nobody needs to read in a log

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

    def accounts(self) -> dict[str, Account]:
        """The hosted services that have a key or an address, by the stem of their base URL's setting."""
        found = {}
        for stem, names in _ACCOUNTS.items():
            keys = {name: SecretStr(_plain(value)) for name in names if (value := getattr(self, name))}
            base_url = getattr(self, f"{stem}_base_url")
            if keys or base_url:  # a server on this machine needs no key
                found[stem] = Account(keys=keys, base_url=base_url)
        return found

    def rates(self) -> dict[str, float]:
        """What a unit of other currencies is worth in ours: as set, else what is usual between the two."""
        set_here = (each.strip().partition(":") for each in self.currency_rates.split(",") if each.strip())
        return {**_USUAL_RATES.get(self.currency, {}), **{code: float(rate) for code, _, rate in set_here}}

    def credentials(self) -> Credentials | None:
        """What films are signed with; None unless both halves of it are set."""
        if self.c2pa_certificate is None or self.c2pa_key is None:
            return None
        return Credentials(certificate=self.c2pa_certificate, key=Path(_plain(self.c2pa_key)).expanduser())

    def aws(self) -> dict[str, str]:
        """The usual AWS names with their values, for the blobs."""
        values = {name: getattr(self, name) for name in Settings.model_fields if name.startswith("aws_")}
        return {name.upper(): _plain(value) for name, value in values.items() if value}


class _Toml(TomlConfigSettingsSource):
    """`pawlogue.toml`, in capitals or not, without the secrets somebody may have put there."""

    def __call__(self) -> dict[str, object]:
        table = {name.lower(): value for name, value in super().__call__().items()}
        return {name: value for name, value in table.items() if value != "" and name not in _secrets()}


def load() -> Settings:
    """Read the settings.

    Raises:
        BadInput: one value cannot be understood, or a file is not what its name says.
    """
    _env_file()
    _toml_file()
    try:
        return Settings()
    except ValidationError as error:
        raise mistake(error.errors(include_input=False)[0]) from None  # its text would repeat the value


def complaints(environ: Mapping[str, str] = os.environ) -> list[tuple[str, dict[str, str]]]:
    """What is odd about the settings: text keys with fields, names only, never values.

    `settings.stranger` is perhaps another program's variable; all others keep something from being set.
    A file that cannot be read at all is left to `load`.
    """
    try:
        in_env_file, in_toml = _env_file(), _toml_file()
    except BadInput:
        in_env_file, in_toml = {}, {}
    found = []
    if any(value is None or not name.isidentifier() for name, value in in_env_file.items()):
        found.append(("settings.not_a_line", {"where": _ENV_FILE}))  # perhaps half a secret: not repeated
    assigned = [name for name, value in in_env_file.items() if value is not None and name.isidentifier()]
    for where, names in ((_ENV_FILE, assigned), (_TOML_FILE, list(in_toml))):
        unknown = [name for name in names if name.lower() not in Settings.model_fields]
        found += [
            ("settings.unknown", {"name": name, "where": where, "nearest": _nearest(name)})
            for name in unknown
        ]
    odd = [(key, name) for name in sorted(environ) if (key := _oddity(name.upper()))]
    found += [(key, {"name": name, "nearest": _nearest(name)}) for key, name in odd]
    secret = [name.upper() for name in in_toml if name.lower() in _secrets()]
    return found + [("settings.secret_in_file", {"name": name, "where": _TOML_FILE}) for name in secret]


def language(environ: Mapping[str, str] = os.environ, *, otherwise: Lang = "en") -> Lang:
    """The terminal's language as its locale says it; `otherwise` where it says neither of ours."""
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    spoken: dict[str, Lang] = {"zh": "zh", "en": "en"}
    return spoken.get(locale.lower()[:2], otherwise)


def _oddity(name: str) -> str | None:
    """The text key for an environment variable that is perhaps meant for us, None for all others."""
    if name.lower() in Settings.model_fields or name.startswith("AWS_"):
        return None
    ours = tuple(f"{known.partition('_')[0].upper()}_" for known in Settings.model_fields if "_" in known)
    alike = _ALIKE if name.startswith(ours) else _ALIKE_WITHOUT_PREFIX
    if difflib.get_close_matches(name, _known(), 1, alike):
        return "settings.misspelt"
    return "settings.stranger" if name.startswith(ours) and not name.startswith(_SHARED) else None


def _secrets() -> set[str]:
    return {name for name, field in Settings.model_fields.items() if field.annotation == SecretStr | None}


def _env_file() -> dict[str, str | None]:
    try:
        there = Path(_ENV_FILE).is_file()
        return dotenv_values(_ENV_FILE, encoding=_ENCODING) if there else {}
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("settings.bad_file", {"name": _ENV_FILE, "why": str(error)}) from error


def _toml_file() -> dict[str, object]:
    path = Path(_TOML_FILE)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput("settings.bad_file", {"name": _TOML_FILE, "why": str(error)}) from error


def _known() -> list[str]:
    return [name.upper() for name in Settings.model_fields]


def _nearest(name: str) -> str:
    return difflib.get_close_matches(name.upper(), _known(), 1, 0.0)[0]


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
