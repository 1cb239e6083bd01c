"""Text to phonemes: right sounds for Mandarin, English and the mixtures people write, and kind refusals."""

import json
from pathlib import Path

import pytest

from pipeline.ports.errors import BadInput
from pipeline.sound import words
from pipeline.sound.counting import written_out as in_english
from pipeline.sound.mandarin import written_out as in_chinese
from pipeline.sound.plain import plain
from storage.model import Lang


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("要", "jau↘"),
        ("妈妈", "ma→ma"),
        ("女儿吃", "ny↓ɚ↗ ꭧʰɨ→"),
        ("跑得快", "pʰau↓tɤkʰwai↘"),
        ("我得去", "wo↓ tei↓ ʨʰy↘"),
        ("没钱怎么办？", "mei↗ ʨʰjɛ↗n ʦə↓nmɤpa↘n?"),
    ],
)
def test_mandarin_sounds_and_tones(text: str, said: str) -> None:
    """Tones, neutral tones, the vowels of zhi and nü, and the particle 得 against the verb."""
    assert words.phonemes(text, "zh") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Mommy, will you?", "mˈɑmi, wɪl ju?"),
        ("the apple the dog", "ði ˈæpᵊl ðə dˈɔɡ"),
        ("KPIs", "kˌApˌiˈIz"),
        ("ChatGPT", "ʧˈæt ʤˌipˌitˈi"),
        ("debugging puppylove", "dˌibˈʌɡɪŋ pˈʌpilˌʌv"),
    ],
)
def test_english_words_endings_and_initials(text: str, said: str) -> None:
    """Known words, small words before vowels, endings, compounds and initials."""
    assert words.phonemes(text, "en") == said


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2024年涨了50%", "二零二四年涨了百分之五十"),
        ("月薪3,000-5,000元", "月薪三千到五千元"),
        ("电话13800138000，2个包子", "电话一三八零零一三八零零零, 两个包子"),
        ("-5℃ 3.5 1/2", "负五度 三点五 二分之一"),
    ],
)
def test_numbers_are_read_in_mandarin(text: str, read: str) -> None:
    """Years, percentages, ranges, telephone numbers, temperatures, fractions."""
    assert in_chinese(plain(text)) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1,250,003", "one million two hundred fifty thousand three"),
        ("in 1999 and 2005", "in nineteen ninety nine and two thousand five"),
        ("$3.50", "three dollars fifty"),
        ("the 21st", "the twenty first"),
        ("3.5%", "three point five percent"),
    ],
)
def test_numbers_are_read_in_english(text: str, read: str) -> None:
    """Large numbers, years, money, ordinals, decimals."""
    assert " ".join(in_english(text).split()) == read


_ANYTHING: list[tuple[Lang, str]] = [
    ("zh", "我用ChatGPT写PPT，拿offer，KPI不达标就修bug，iPhone和Excel都会，OK？"),
    ("zh", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("zh", "嗯……诶？哇！哼～呣，欸，哦，噢，㗎𠮷骉"),
    ("zh", "一二三四五六七八九十百千万亿，绿略女吕，日四十是死儿"),
    ("en", "The quick brown fox jumps over 13 lazy dogs; zxqv, café, Zürich — “naïve”… (ok)!"),
    ("en", "I said 要 and 不要, o'clock rollin' I'd've"),
]


@pytest.mark.parametrize(("lang", "text"), _ANYTHING)
def test_every_phoneme_is_one_kokoro_knows(lang: Lang, text: str, vocab: Path) -> None:
    """A phoneme outside the vocabulary would be swallowed, and a word would sound wrong without an error."""
    known = json.loads(vocab.read_text(encoding="utf-8"))["vocab"]
    said = words.phonemes(text, lang)
    assert [c for c in said if c not in known] == []
    assert len(said) > len(text) / 3


def test_marks_and_pictures_are_not_read() -> None:
    """Pauses, tags, stars, links, stage directions and emoji leave only the words."""
    text = "<#0.5#>要<b>钱</b> **不要**😭 [笑哭] https://a.example/x"
    assert words.phonemes(text, "zh") == words.phonemes("要 钱 不要", "zh")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "text.nothing_to_say"),
        ("😭😭🐶", "text.nothing_to_say"),
        ("……!?", "text.nothing_to_say"),
        ("Привет", "text.language_unknown"),
        ("こんにちは", "text.language_unknown"),
    ],
)
def test_what_cannot_be_said_is_refused(lang: Lang, text: str, key: str) -> None:
    """Emoji alone and other scripts are told apart, and neither becomes silence in a film."""
    with pytest.raises(BadInput) as refused:
        words.phonemes(text, lang)
    assert refused.value.key == key


@pytest.mark.parametrize(
    ("lang", "text", "count"),
    [
        ("zh", "长大后要不要养妈妈", 9),
        ("zh", "嗯", 1),
        ("en", "Will you take care of mommy?", 7),
        ("zh", "😭", 0),
    ],
)
def test_syllables_are_counted(lang: Lang, text: str, count: int) -> None:
    """Cutting by words and checking the speed of speech need the number of syllables."""
    assert words.syllables(text, lang) == count
