"""The film: put into a message that is there already, which may be repeated, so there are never two.

A film that takes no message's place gets one of its own first: a line that says it is coming. Which one that
is, is written down before the film is put into it.
"""

import contextlib

from telegram import InputFile, InputMediaVideo, Message
from telegram.constants import ChatAction

from bot.channels import Words
from bot.channels.telegram import shown
from bot.channels.telegram.office import ANSWER, LEAVE, Office, Where, opened
from bot.channels.telegram.parts import Parts, place, receipt
from bot.channels.telegram.shown import Text
from bot.messages import Outgoing
from pipeline import crafts
from pipeline.crafts.edit import Packed
from pipeline.ports.errors import BadInput
from pipeline.workshop import Room


class Film:
    """One film on its way to one chat; `parts` says which message was made for it by an earlier try."""

    def __init__(self, office: Office, at: Where, message: Outgoing, words: Words, parts: Parts) -> None:
        self._office, self._at, self._words, self._parts = office, at, words, parts
        self._film, self._cover = (*message.assets, "")[:2]
        self._markup = shown.keyboard(message, words)
        self._under = shown.caption(message, words) or Text(
            shown.pieces(shown.text(message, words), shown.LONGEST_CAPTION)[0]
        )

    async def show(self, earlier: str | None) -> str:
        """Put the film into its message and return the receipt, that message first."""
        stand = self._parts.begun or earlier
        async with self._office.busy(self._at.chat, ChatAction.UPLOAD_VIDEO):
            if stand is None or not await self._put(stand):
                stand = await self._stand()
                await self._put(stand)
        return await self._told(stand) if stand == earlier else stand

    async def _stand(self) -> str:
        """Make a message for the film to be put into."""
        said = await self._office.addressed(self._at, Text(self._words("telegram.film_coming", {})))
        stand = receipt(await self._office.say(self._at, said))
        await self._parts.put(stand)
        return stand

    async def _told(self, stand: str) -> str:
        """Say that it is there: a message that changes makes no sound, and may be far up by now."""
        said = await self._office.addressed(self._at, Text(self._words("telegram.film_there", {})))
        told = await self._office.say(self._at, said, reply=place(stand)[1])
        return f"{stand},{receipt(told)}"

    async def _put(self, stand: str) -> bool:
        """Put it into a message; False when that one is gone."""
        try:
            if not await self._by_name(stand):
                await self._from_disk(stand)
        except BadInput as error:
            if error.key == "telegram.no_message":
                return False
            raise
        return True

    async def _by_name(self, stand: str) -> bool:
        """Put the film that Telegram has already; False when it has it not, or not any more."""
        name = (await self._office.names("video", self._film)).get(self._film)
        if name is None:
            return False
        covers = await self._office.names("cover", self._cover)
        film = InputMediaVideo(
            name,
            caption=self._under.words,
            caption_entities=self._under.entities,
            cover=covers.get(self._cover),
            supports_streaming=True,
        )
        try:
            await self._edit(stand, film)
        except BadInput as error:
            if error.key != "telegram.no_file":
                raise
            await self._office.drop(self._film, self._cover)
            return False
        return True

    async def _from_disk(self, stand: str) -> None:
        office, studio = self._office, self._office.studio
        async with office.borrow(*filter(None, [self._film, self._cover])) as (film, *rest):
            cover = rest[0] if rest else None
            room: Room = "stage" if film.stat().st_size > office.most_bytes else "sight"
            with studio.bench() as folder, contextlib.ExitStack() as stack:
                packed = await studio.workshop.run(
                    room, crafts.edit.pack, film, cover, office.most_bytes, folder
                )
                told = opened(stack, cover, name="cover.jpg", attached=True) if cover else None
                film_there = self._video(stack, packed, told)
                sent = await self._edit(stand, film_there, told, upload=True)
        if isinstance(sent, Message) and sent.video:
            await office.note("video", {self._film: sent.video.file_id})
            if self._cover and sent.video.cover:
                await office.note("cover", {self._cover: sent.video.cover[-1].file_id})

    async def _edit(
        self, stand: str, film: InputMediaVideo, cover: InputFile | None = None, *, upload: bool = False
    ) -> Message | bool | None:
        chat, number = await self._office.standing(stand)
        return await self._office.calls.edit(
            chat,
            lambda: self._office.bot.edit_message_media(
                film,
                chat,
                number,
                reply_markup=self._markup,
                read_timeout=ANSWER,
                write_timeout=LEAVE,
                # The library forgets to send a cover's bytes along; as a parameter of its own they go.
                api_kwargs={"cover_file": cover} if cover else None,
            ),
            upload=upload,
        )

    def _video(self, stack: contextlib.ExitStack, packed: Packed, cover: InputFile | None) -> InputMediaVideo:
        """The film with its shape told: without it some people see a square tile."""
        small = packed.thumbnail
        return InputMediaVideo(
            opened(stack, packed.film, name="pawlogue.mp4", attached=True),
            caption=self._under.words,
            caption_entities=self._under.entities,
            width=packed.width,
            height=packed.height,
            duration=round(packed.seconds),
            supports_streaming=True,
            thumbnail=opened(stack, small, attached=True) if small else None,
            cover=cover.attach_uri if cover else None,
        )
