"""Pictures, voices and files: one message each, or several where Telegram knows no other way."""

import contextlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from telegram import InlineKeyboardMarkup, InputMediaPhoto, Message
from telegram.constants import ChatAction

from bot.channels import Words
from bot.channels.telegram import shown
from bot.channels.telegram.office import ANSWER, LEAVE, Office, Where, opened
from bot.channels.telegram.parts import Parts
from bot.channels.telegram.shown import Text
from bot.messages import Outgoing
from pipeline import crafts
from pipeline.ports.errors import BadInput

_ALBUM = 10
_SHOWN = {"pictures", "voices", "film"}  # whose labels are words; those of other files are their names


class Media:
    """One message with files on its way to one chat; `parts` are those of it that went before."""

    def __init__(self, office: Office, at: Where, message: Outgoing, words: Words, parts: Parts) -> None:
        self._office, self._at, self._message, self._parts = office, at, message, parts
        self._labels = shown.labels(message, words)
        self._said = shown.text(message, words)
        self._caption = shown.caption(message, words)
        self._markup = shown.keyboard(message, words)

    async def pictures(self) -> str:
        """One picture with its words and buttons; or an album, and then the words with the buttons.

        Where they ask something the question itself is rather sent twice than never.
        """
        assets, asks = self._message.assets, self._markup is not None
        under = await self._addressed(self._caption)
        if len(assets) == 1 and under is not None:
            picture = partial(self._picture, assets[0], under, self._markup)
            await self._parts.send(picture, last=True, repeats=asks)
            return self._parts.receipt()
        if len(assets) == 1:
            await self._parts.send(lambda: self._picture(assets[0], Text(""), None))
        for start in range(0, len(assets), _ALBUM) if len(assets) > 1 else ():
            await self._album(start, assets[start : start + _ALBUM])
        said = await self._addressed(Text(self._said or "👆"), shown.LONGEST)
        await self._parts.send(lambda: self._words(said or Text(self._said)), last=True, repeats=True)
        return self._parts.receipt(asked=asks)

    async def voices(self, *, silent: bool) -> str:
        """A voice note for each sound, its name under it; the words stand above the first name.

        Args:
            silent: they take no voice notes: small pieces of music instead.

        Raises:
            Refused: they take no voice notes.
        """
        assets = self._message.assets
        for number in range(len(assets)):
            await self._parts.send(lambda n=number: self._voice(n, silent), last=number == len(assets) - 1)  # type: ignore[misc]  # the default binds this round's number
        return self._parts.receipt()

    async def document(self) -> str:
        """A file as it is, to be kept; a film that is too large for Telegram is made to fit."""
        asset, under = self._message.assets[0], await self._addressed(self._caption)
        said = under or Text(shown.pieces(self._said, shown.LONGEST_CAPTION)[0])
        await self._parts.send(lambda: self._file(asset, said), last=True)
        return self._parts.receipt()

    async def _addressed(self, said: Text | None, most: int = shown.LONGEST_CAPTION) -> Text | None:
        """The words, said to whom they are for where they ask something; None when that is too long."""
        if said is None or self._markup is None:
            return said
        told = await self._office.addressed(self._at, said)
        return told if len(told) <= most else None

    async def _words(self, said: Text) -> Sequence[Message]:
        return [await self._office.say(self._at, said, self._markup)]

    async def _picture(
        self, asset: str, said: Text, markup: InlineKeyboardMarkup | None
    ) -> Sequence[Message]:
        bot, chat = self._office.bot, self._at.chat
        try:
            sent = await self._office.upload(
                self._at, asset, "photo",
                lambda file: bot.send_photo(
                    chat, file, caption=said.words or None, caption_entities=said.entities or None,
                    reply_markup=markup, read_timeout=ANSWER, write_timeout=LEAVE,
                ),
            )  # fmt: skip
        except BadInput as error:
            if error.key != "telegram.too_large":
                raise
            sent = await self._plain_file(asset, said, markup)
        return [sent]

    async def _album(self, start: int, assets: Sequence[str]) -> None:
        """Up to ten pictures, each under its number or name."""
        names = [self._labels.get(start + place, f"{start + place + 1}") for place in range(len(assets))]
        if len(assets) == 1:  # the eleventh stands alone
            await self._parts.send(lambda: self._picture(assets[0], Text(names[0]), None))
        else:
            await self._parts.send(lambda: self._group(assets, names), count=len(assets))

    async def _group(self, assets: Sequence[str], names: Sequence[str]) -> Sequence[Message]:
        office, chat = self._office, self._at.chat
        known = await office.names("photo", *assets)
        async with office.borrow(*assets) as paths, office.busy(chat, ChatAction.UPLOAD_PHOTO):

            async def send() -> Sequence[Message]:
                with contextlib.ExitStack() as stack:
                    media = [
                        InputMediaPhoto(known.get(asset) or opened(stack, path, attached=True), caption=name)
                        for asset, path, name in zip(assets, paths, names, strict=True)
                    ]
                    return await office.bot.send_media_group(
                        chat, media, read_timeout=ANSWER, write_timeout=LEAVE
                    )

            try:
                sent = await office.calls.send(chat, send, count=len(assets), upload=True)
            except BadInput as error:
                if error.key != "telegram.no_file" or not known:
                    raise
                await office.drop(*known)
                known = {}
                sent = await office.calls.send(chat, send, count=len(assets), upload=True)
        pairs = zip(assets, sent, strict=False)
        await office.note("photo", {asset: one.photo[-1].file_id for asset, one in pairs if one.photo})
        return sent

    async def _voice(self, number: int, silent: bool) -> Sequence[Message]:
        office, chat, asset = self._office, self._at.chat, self._message.assets[number]
        last = number == len(self._message.assets) - 1
        above = "" if number or self._caption is None else self._caption.words
        under = Text("\n".join(part for part in (above, self._labels.get(number, "")) if part))
        if last and self._markup:
            under = await office.addressed(self._at, under)
        caption, entities, markup = (
            under.words or None,
            under.entities or None,
            self._markup if last else None,
        )

        async def note(path: Path, folder: Path) -> Path:
            made = folder / ("voice.m4a" if silent else "voice.ogg")
            await office.studio.workshop.run("sight", crafts.edit.voice_note, path, made)
            return made

        if silent:
            sent = await office.upload(
                self._at, asset, "audio",
                lambda file: office.bot.send_audio(
                    chat, file, caption=caption, caption_entities=entities, reply_markup=markup,
                    title=self._labels.get(number) or None, read_timeout=ANSWER, write_timeout=LEAVE,
                ),
                made=note,
            )  # fmt: skip
        else:
            sent = await office.upload(
                self._at, asset, "voice",
                lambda file: office.bot.send_voice(
                    chat, file, caption=caption, caption_entities=entities, reply_markup=markup,
                    read_timeout=ANSWER, write_timeout=LEAVE,
                ),
                made=note,
            )  # fmt: skip
        return [sent]

    async def _file(self, asset: str, said: Text) -> Sequence[Message]:
        return [await self._plain_file(asset, said, self._markup)]

    async def _plain_file(self, asset: str, said: Text, markup: InlineKeyboardMarkup | None) -> Message:
        office, bot, chat = self._office, self._office.bot, self._at.chat
        row = await office.kept(asset)
        suffix = Path(row.key).suffix
        told = Path(self._labels.get(0, "")).name if self._message.kind not in _SHOWN else ""
        name = told or f"pawlogue-{asset.rpartition('.')[2][:8]}{suffix}"

        async def fitting(path: Path, folder: Path) -> Path:
            ready = path
            if row.bytes > office.most_bytes and suffix == ".mp4":
                packed = await office.studio.workshop.run(
                    "stage", crafts.edit.pack, path, None, office.most_bytes, folder
                )
                ready = packed.film
            named = folder / name
            named.symlink_to(ready)
            return named

        return await office.upload(
            self._at, asset, "document",
            lambda file: bot.send_document(
                chat, file, caption=said.words or None, caption_entities=said.entities or None,
                reply_markup=markup, disable_content_type_detection=True,
                read_timeout=ANSWER, write_timeout=LEAVE,
            ),
            made=fitting,
        )  # fmt: skip
