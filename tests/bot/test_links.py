"""A link in a chat, through reception and the engine: what is asked for is brought, or refused in words."""

from pathlib import Path

from bot.talk import turn
from tests.bot.house import opened


async def test_a_link_into_our_own_network_comes_back_as_a_sentence(tmp_path: Path) -> None:
    """From the words to the making and its notice back in the chat; our own machine is not asked."""
    async with opened(tmp_path, turn=turn) as house:
        await house.say("http://127.0.0.1:9/a.mp4 0:05-0:20")
        heard = ["talk.hello_short", "talk.link_noted", "talk.ask_photo", "link.not_public"]
        assert await house.until_heard(heard) == heard
