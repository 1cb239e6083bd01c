"""Settings: where they come from, what is said about odd ones, and what is never said."""

from pathlib import Path

import pytest

from bot import settings
from bot.texts import say
from pipeline.ports.errors import BadInput

SECRET = "k3y-nobody-may-read"

# INTERFACE.md's table, written out: people and scripts rely on these names.
_TABLE = """
TELEGRAM_BOT_TOKEN TELEGRAM_BASE_URL TELEGRAM_WEBHOOK_URL TELEGRAM_WEBHOOK_SECRET TELEGRAM_LOCAL_MODE
FEISHU_APP_ID FEISHU_APP_SECRET FEISHU_DOMAIN FEISHU_ENCRYPT_KEY FEISHU_VERIFICATION_TOKEN FEISHU_MODE
WEB_CHAT WEB_HOST WEB_PORT WEB_TOKEN PUBLIC_BASE_URL ARK_API_KEY ARK_BASE_URL OPENROUTER_API_KEY
OPENROUTER_BASE_URL DEEPSEEK_API_KEY DEEPSEEK_BASE_URL GEMINI_API_KEY GEMINI_BASE_URL UIUIAPI_API_KEY
UIUIAPI_BASE_URL KIE_API_KEY KIE_BASE_URL KIE_UPLOAD_BASE_URL MINIMAX_API_KEY MINIMAX_BASE_URL
MINIMAX_GROUP_ID VOLC_ACCESS_KEY VOLC_SECRET_KEY VOLC_VISUAL_BASE_URL VOLC_SPEECH_API_KEY
VOLC_SPEECH_BASE_URL DASHSCOPE_API_KEY DASHSCOPE_BASE_URL KLING_API_KEY KLING_ACCESS_KEY KLING_SECRET_KEY
KLING_BASE_URL MAKE_TEXT MAKE_IMAGE MAKE_VOICE MAKE_AVATAR DATABASE_URL BLOBS_URL DATA_DIR AWS_ENDPOINT_URL
DAILY_BUDGET PROJECT_BUDGET DAILY_FILMS_PER_PERSON CURRENCY ALLOWED_USERS ADMIN_USERS KEEP_DAYS
AIGC_PRODUCER AIGC_LABEL_TEXT AIGC_LABEL
"""
NAMES = _TABLE.split()

# Variables of shells, make, web servers, other vendors and other programs.
_FOREIGN = """
WEB_BROWSER WEB_CONCURRENCY GEMINI_CLI GEMINI_SANDBOX MAKE_TERMOUT MAKE_TERMERR MAKEFLAGS DATA_HOME
DATABASE_HOST PUBLIC_URL ADMIN_PASSWORD PROJECT_ID PROJECT_NAME KEEP_ALIVE DAILY_REPORT ALLOWED_HOSTS
OPENAI_API_KEY OPENAI_BASE_URL ANTHROPIC_API_KEY XAI_API_KEY AWS_PROFILE AWS_REGIONS HOSTNAME
"""


def _env_file(room: Path, *lines: str) -> None:
    (room / ".env").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _toml(room: Path, *lines: str) -> None:
    (room / "pawlogue.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _complaint(room: Path) -> tuple[str, dict[str, str]]:
    (only,) = settings.complaints()
    return only


def _refused() -> BadInput:
    with pytest.raises(BadInput) as refused:
        settings.load()
    for lang in ("zh", "en"):
        assert "\n" not in say(refused.value.key, lang, refused.value.fields)
    return refused.value


def test_every_promised_name_is_a_setting() -> None:
    """Protects every name of INTERFACE: a missing field would be read by nobody and warned about."""
    assert set(NAMES) - {name.upper() for name in settings.Settings.model_fields} == set()


def test_nothing_has_to_be_set(room: Path) -> None:
    """Protects the first start: an empty folder and an empty environment are no trouble."""
    chosen = settings.load()
    assert (str(chosen.data_dir), chosen.telegram_base_url) == ("data", "https://api.telegram.org")
    assert (chosen.currency, chosen.aigc_label, chosen.web_port) == ("CNY", True, 8000)
    assert settings.complaints() == []


def test_environment_beats_env_file_beats_toml_beats_default(
    room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects the promised precedence, one source taken away after the other."""
    monkeypatch.setenv("KEEP_DAYS", "4")
    _env_file(room, "KEEP_DAYS=3")
    _toml(room, "keep_days = 2")
    found = [settings.load().keep_days]
    monkeypatch.delenv("KEEP_DAYS")
    found.append(settings.load().keep_days)
    (room / ".env").unlink()
    found.append(settings.load().keep_days)
    (room / "pawlogue.toml").unlink()
    assert [*found, settings.load().keep_days] == [4, 3, 2, 30]


def test_empty_means_not_set(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects templates with names and no values: the next source counts."""
    monkeypatch.setenv("CURRENCY", "")
    _env_file(room, "CURRENCY=", "WEB_PORT=")
    _toml(room, 'currency = "USD"', 'data_dir = ""')
    chosen = settings.load()
    assert (chosen.currency, chosen.web_port, str(chosen.data_dir)) == ("USD", 8000, "data")


def test_names_count_in_capitals_and_without(room: Path) -> None:
    """Protects a table of environment names copied into the file as it is, and a file begun with a mark."""
    _toml(room, 'DATA_DIR = "elsewhere"', "keep_days = 7")
    (room / ".env").write_text("WEB_PORT=81\n", encoding="utf-8-sig")
    chosen = settings.load()
    assert (str(chosen.data_dir), chosen.keep_days, chosen.web_port) == ("elsewhere", 7, 81)
    assert settings.complaints() == []


def test_a_home_is_found(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects against a folder called `~`, which no shell expands in a file."""
    monkeypatch.setenv("HOME", str(room))
    _env_file(room, "DATA_DIR=~/films")
    assert settings.load().data_dir == room / "films"
    _env_file(room, "DATA_DIR=~nobody-of-this-name/films")
    assert _refused().key == "settings.not_folder"


@pytest.mark.parametrize("file", [".env", "pawlogue.toml"])
def test_unknown_names_in_files_are_told_with_the_nearest(room: Path, file: str) -> None:
    """Protects a slip of the pen from going unnoticed, whatever it begins with."""
    (room / file).write_text('TELEGRAM_BOT_TOKN="x"\n', encoding="utf-8")
    fields = {"name": "TELEGRAM_BOT_TOKN", "where": file, "nearest": "TELEGRAM_BOT_TOKEN"}
    assert _complaint(room) == ("settings.unknown", fields)
    (room / file).write_text('COLOUR="x"\n', encoding="utf-8")
    assert _complaint(room)[1]["name"] == "COLOUR"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("TELEGRAM_TOKEN", "TELEGRAM_BOT_TOKEN"),
        ("TELEGRM_BOT_TOKEN", "TELEGRAM_BOT_TOKEN"),
        ("MINIMAX_KEY", "MINIMAX_API_KEY"),
        ("GEMINI_KEY", "GEMINI_API_KEY"),
        ("MAKE_VIOCE", "MAKE_VOICE"),
        ("ADMIN_USER", "ADMIN_USERS"),
        ("DATABSE_URL", "DATABASE_URL"),
        ("KEEP_DAY", "KEEP_DAYS"),
        ("WEB_PROT", "WEB_PORT"),
    ],
)
def test_misspelt_environment_names_are_told(
    room: Path, monkeypatch: pytest.MonkeyPatch, name: str, nearest: str
) -> None:
    """Protects a slip of the pen in a shell or a unit file, also in its first letters."""
    monkeypatch.setenv(name, "x")
    assert _complaint(room) == ("settings.misspelt", {"name": name, "nearest": nearest})


def test_a_name_with_a_vendors_prefix_is_told_as_perhaps_foreign(
    room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects a wrong guess at a name: told, but not as broken, for it may be another program's."""
    monkeypatch.setenv("TELEGRAM_CHAT_ID", "1")
    assert _complaint(room)[0] == "settings.stranger"


@pytest.mark.parametrize(
    "name",
    _FOREIGN.split(),
)
def test_other_programs_variables_are_left_alone(
    room: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Protects people from warnings about what is not ours, `make demo` and `make run` among them."""
    monkeypatch.setenv(name, "x")
    assert settings.complaints() == []


def test_secrets_in_toml_are_ignored_and_told(room: Path) -> None:
    """Protects keys from a file that is meant to be shared: the same names in .env do count."""
    secrets = ("TELEGRAM_BOT_TOKEN", "feishu_app_secret", "ARK_API_KEY", "volc_access_key", "WEB_TOKEN",
               "aws_secret_access_key")  # fmt: skip
    _toml(room, *(f'{name} = "{SECRET}"' for name in secrets))
    chosen = settings.load()
    assert [getattr(chosen, name.lower()) for name in secrets] == [None] * len(secrets)
    told = settings.complaints()
    assert [(key, fields["name"]) for key, fields in told] == [
        ("settings.secret_in_file", name.upper()) for name in secrets
    ]
    _env_file(room, *(f"{name.upper()}={SECRET}" for name in secrets))
    assert settings.load().volc_access_key is not None


def test_every_key_and_token_is_a_secret() -> None:
    """Protects a setting added later: what is called a key, a secret or a token may not be printed."""
    plain = {name for name, field in settings.Settings.model_fields.items() if "SecretStr" not in str(field)}
    words = {"key", "secret", "token"}
    assert {name for name in plain if words & set(name.split("_"))} == set()


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("WEB_PORT=k3y", "settings.not_whole_number"),
        ("WEB_PORT=70000", "settings.too_high"),
        ("KEEP_DAYS=0", "settings.too_low"),
        ("DAILY_BUDGET=k3y", "settings.not_number"),
        ("DAILY_BUDGET=nan", "settings.not_number"),
        ("PROJECT_BUDGET=-1", "settings.too_low"),
        ("DAILY_FILMS_PER_PERSON=-1", "settings.too_low"),
        ("AIGC_LABEL=k3y", "settings.not_yes_or_no"),
        ("WEB_CHAT=k3y", "settings.not_yes_or_no"),
        ("FEISHU_MODE=k3y", "settings.not_one_of"),
        ("ARK_BASE_URL=k3y", "settings.not_address"),
        ("PUBLIC_BASE_URL=ftp://k3y", "settings.not_address"),
        ("ADMIN_USERS=k3y", "settings.not_users"),
        ("ALLOWED_USERS=telegram:1;telegram:2", "settings.not_users"),
    ],
)
def test_a_bad_value_is_one_line_that_names_the_setting(room: Path, line: str, key: str) -> None:
    """Protects people from a traceback, and their value from being repeated."""
    _env_file(room, line)
    refused = _refused()
    assert refused.key == key
    for lang in ("zh", "en"):
        said = say(refused.key, lang, refused.fields)
        assert line.partition("=")[0] in said
        assert "k3y" not in said + repr(refused)


def test_a_list_where_words_belong_names_the_setting(room: Path) -> None:
    """Protects the rarer mistakes, for which there is no sentence of their own."""
    _toml(room, 'make_text = ["minimax", "builtin"]')
    refused = _refused()
    assert (refused.key, refused.fields["name"]) == ("settings.bad_value", "MAKE_TEXT")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("pawlogue.toml", b"a = = 1\n"),
        ("pawlogue.toml", b'data_dir = "\xff"\n'),
        (".env", b"DATA_DIR=\xff\n"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(room: Path, file: str, content: bytes) -> None:
    """Protects people from a traceback out of a parser, also where only complaints are asked for."""
    (room / file).write_bytes(content)
    refused = _refused()
    assert (refused.key, refused.fields["name"]) == ("settings.bad_file", file)
    assert settings.complaints() == []


def test_values_are_never_said(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects secrets in what is said about settings, in their repr, and half a key on a line of its own."""
    url = f"postgresql://me:{SECRET}@localhost/films"
    _env_file(room, f"ARK_API_KEY={SECRET}", f"ARK_KEY={SECRET}", SECRET, f"DATABASE_URL={url}")
    _toml(room, f'kling_api_key = "{SECRET}"')
    monkeypatch.setenv("MINIMAX_KEY", SECRET)
    told = settings.complaints()
    keys = ["settings.not_a_line", "settings.unknown", "settings.misspelt", "settings.secret_in_file"]
    assert [key for key, _ in told] == keys
    chosen = settings.load()
    assert SECRET not in repr((told, chosen)) + str(chosen)
    assert chosen.database_url == url


def test_aws_names_reach_the_blobs_as_they_are_spelt(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the usual names: plain values for the store, those that are not set left out."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9000/")
    _env_file(room, "AWS_SECRET_ACCESS_KEY=hush", "AWS_DEFAULT_REGION=eu-north-1")
    assert settings.load().aws() == {
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "hush",
        "AWS_DEFAULT_REGION": "eu-north-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9000",
    }


def test_base_urls_may_point_anywhere(room: Path) -> None:
    """Protects stand-ins for vendors: plain http on loopback, on any port."""
    names = [name for name in NAMES if name.endswith("_BASE_URL")]
    _env_file(room, *(f"{name}=http://127.0.0.1:{8100 + at}" for at, name in enumerate(names)))
    chosen = settings.load()
    found = [getattr(chosen, name.lower()) for name in names]
    assert found == [f"http://127.0.0.1:{8100 + at}" for at in range(len(names))]


def test_makers_keep_their_order(room: Path) -> None:
    """Protects the first choice: as written, without blanks, empty where nothing was named."""
    _toml(room, 'make_voice = " minimax:speech-2.8-hd, builtin ,, "')
    chosen = settings.load()
    assert chosen.order("voice") == ("minimax:speech-2.8-hd", "builtin")
    assert [chosen.order(each) for each in ("text", "image", "avatar")] == [(), (), ()]


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE", "LC_MESSAGES": "zh_HK", "LC_ALL": ""}, "zh"),
    ],
)
def test_language_follows_the_locale(environ: dict[str, str], lang: str) -> None:
    """Protects the usual order of the locale's variables."""
    assert settings.language(environ) == lang
