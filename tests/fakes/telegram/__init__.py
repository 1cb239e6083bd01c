"""Telegram's Bot API on loopback: strict, counting, breakable on demand, with people in front of it.

    async with serving() as fake:                      # limits=None lifts the pacing
        bot = telegram.Bot(fake.token, base_url=fake.url + "/bot", base_file_url=fake.url + "/file/bot")
        ann = fake.person(lang="zh-hans", name="安")
        ann.starts()                                   # a bot cannot write first
        asked = await ann.chat.shows("照片")            # the newest message that holds these words
        ann.sends_photo(Path("cat.jpg"), caption="咪咪")
        press = ann.presses("就这个")                    # a live button, by its words
        await press.answered()
        film = await ann.chat.until(lambda chat: next((m for m in chat.messages if m.kind == "video"), None))
        assert film.media and film.media.faststart and not film.media.oddities

        family = fake.group(members=[ann])             # privacy mode: commands, mentions, replies
        ann.says(f"@{fake.name} 你好", in_=family)
        family.becomes_supergroup()

        fake.faults.next("sendMessage", "drop_after")  # it happened, the answer is lost
        fake.updates.poison()
        assert fake.stats.violations == 0 and not fake.stats.doubles

`running()` is the same without a loop. Alone in a process, driven over `/control/…` (see `control.py`):
`python -m tests.fakes.telegram --port 8081 --lift-limits`.
"""

from tests.fakes.telegram.faults import Faults
from tests.fakes.telegram.hand import FakeTelegram, Group, Person, Press, running, serving
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.nouns import Button, Chat, Media, Message

__all__ = [
    "Button",
    "Chat",
    "FakeTelegram",
    "Faults",
    "Group",
    "Limits",
    "Media",
    "Message",
    "Person",
    "Press",
    "running",
    "serving",
]
