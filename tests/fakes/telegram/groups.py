"""Groups, and what the bot is in a chat; privacy mode decides what it gets to see."""

import re
from typing import Protocol

from tests.fakes.telegram.core import Core
from tests.fakes.telegram.nouns import Chat, Json, Message, User

_NOBODY: Json = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


class Somebody(Protocol):
    """Whoever has an account."""

    @property
    def user(self) -> User:
        """The account."""
        ...


class Group:
    """A group with the bot in it; `chat` is where it is now."""

    def __init__(self, core: Core, chat: Chat) -> None:
        self._core, self.chat = core, chat

    @property
    def id(self) -> int:
        """Its id now."""
        return self.chat.id

    @property
    def messages(self) -> list[Message]:
        """What can be seen in it."""
        return self.chat.messages

    def adds(self, *people: Somebody) -> None:
        """Somebody joins."""
        self.chat.members.update(person.user.id for person in people)

    def becomes_supergroup(self, new_id: int | None = None) -> Chat:
        """Move to a new id; what is sent to the old one is refused with `migrate_to_chat_id`."""
        core, old = self._core, self.chat
        new = Chat(new_id or -1_000_000_000_000 - core.fresh(), "supergroup", core.news, old.title)
        new.members, new.admin = set(old.members), old.admin
        with core.news.lock:
            core.chats[new.id] = new
            core.hear(old, _NOBODY, {}, extra={"migrate_to_chat_id": new.id})
            old.moved_to, old.waiting_since = new.id, None
            core.hear(new, _NOBODY, {}, extra={"migrate_from_chat_id": old.id})
            new.waiting_since = None
            self.chat = new
        return new

    def throws_out(self, by: Somebody) -> None:
        """The bot is removed."""
        self.chat.barred = f"bot was kicked from the {self.chat.kind} chat"
        tell_membership(self._core, self.chat, by, "member", "kicked")

    def takes_back(self, by: Somebody) -> None:
        """The bot is added again."""
        self.chat.barred = None
        tell_membership(self._core, self.chat, by, "kicked", "member")


def open_group(core: Core, group_id: int | None, title: str, admin: bool, members: list[Somebody]) -> Group:
    """A group the first member just added the bot to."""
    chat = Chat(group_id or -core.fresh(), "group", core.news, title, admin=admin)
    with core.news.lock:
        core.chats[chat.id] = chat
    group = Group(core, chat)
    group.adds(*members)
    if members:
        tell_membership(core, chat, members[0], "left", "administrator" if admin else "member")
    return group


def tell_membership(core: Core, chat: Chat, by: Somebody, old: str, new: str) -> None:
    """The bot learns what it is in a chat now."""
    body = {
        "chat": chat.wire(),
        "from": by.user.wire(),
        "date": int(core.clock()),
        "old_chat_member": _member(core.me, old),
        "new_chat_member": _member(core.me, new),
    }
    core.updates.add("my_chat_member", body, f"chat:{chat.id}")


def seen_by_bot(core: Core, chat: Chat, content: Json, reply_to: Message | None) -> bool:
    """Whether the bot gets it: in a group, unless it is admin, only commands, its name and replies to it."""
    if chat.barred is not None:
        return False
    if chat.kind == "private" or chat.admin or (reply_to is not None and reply_to.mine):
        return True
    text = str(content.get("text", content.get("caption", "")))
    if re.search(rf"@{re.escape(core.name)}\b", text, re.IGNORECASE):
        return True
    command = re.match(r"/[A-Za-z0-9_]+(@\w+)?", text)
    return command is not None and command.group(1) is None


def _member(user: Json, status: str) -> Json:
    made = {"user": user, "status": status}
    if status == "kicked":
        return made | {"until_date": 0}
    return made | (dict.fromkeys(_RIGHTS, False) if status == "administrator" else {})


_RIGHTS = (
    *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats"),
    *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users"),
    *("can_post_stories", "can_edit_stories", "can_delete_stories"),
)
