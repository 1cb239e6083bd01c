"""Uploads: a multipart form read as a stream, straight to files, and never further than its limits."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from pipeline.ports.errors import BadInput

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FILE_BYTES = 50_000_000
"""The most one file may have."""

REQUEST_BYTES = 120_000_000
"""The most all files of one message may have together: ten photos straight from a camera."""

FILES = 20
_FIELD_BYTES = 16_000
_BLOCK = 1 << 20


class Broken(Exception):
    """The upload ended in the middle or is no form: there is nobody to tell, or nothing to say it about."""


@dataclass
class Form:
    """What came: the plain fields, and each file with the name it had."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[tuple[Path, str]] = field(default_factory=list)


@contextlib.asynccontextmanager
async def received(request: Request, scratch: Path) -> AsyncIterator[Form]:
    """Lend what was uploaded, until the block ends; whatever happens, no file stays in `scratch`.

    Raises:
        BadInput: a file, or all of them together, are over the limit; told before more of it is read.
        Broken: the connection went away, or this is no form.
    """
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > REQUEST_BYTES:
        raise too_big()
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=scratch, prefix="upload-"))
    try:
        yield await _read(request, folder)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def too_big() -> BadInput:
    """The refusal of what is too large."""
    return BadInput("web.upload_too_big", {"megabytes": str(FILE_BYTES // 1_000_000)})


async def _read(request: Request, folder: Path) -> Form:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise Broken("no form")
    with _Reader(folder) as reader:
        parser = MultipartParser(options[b"boundary"], reader.callbacks())
        pending = bytearray()
        try:
            async for chunk in request.stream():
                pending += chunk
                if len(pending) >= _BLOCK:
                    await asyncio.to_thread(parser.write, bytes(pending))
                    pending.clear()
            await asyncio.to_thread(parser.write, bytes(pending))
            parser.finalize()
        except (ClientDisconnect, MultipartParseError) as error:
            raise Broken(str(error)) from error
        if not reader.whole:
            raise Broken("cut off")
        return reader.form


class _Reader:
    """Takes the parser's events one by one; files go to the folder as they come."""

    def __init__(self, folder: Path) -> None:
        self.form = Form()
        self.whole = False
        self._folder = folder
        self._header = [bytearray(), bytearray()]
        self._disposition = b""
        self._name = ""
        self._file: IO[bytes] | None = None
        self._value = bytearray()
        self._bytes = 0
        self._total = 0

    def __enter__(self) -> "_Reader":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def callbacks(self) -> "MultipartCallbacks":
        """The parser's callbacks by its names for them."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda block, start, end: self._header[0].extend(block[start:end]),
            "on_header_value": lambda block, start, end: self._header[1].extend(block[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._open,
            "on_part_data": self._write,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        self._disposition, self._bytes = b"", 0
        self._value.clear()

    def _end_header(self) -> None:
        name, value = (bytes(part) for part in self._header)
        if name.lower() == b"content-disposition":
            self._disposition = value
        for part in self._header:
            part.clear()

    def _open(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options:
            return
        if len(self.form.files) >= FILES:
            raise BadInput("web.too_many_files", {"most": str(FILES)})
        # The name is only ever shown; on the disk the file has a name of ours.
        shown = options[b"filename"].decode("utf-8", "replace").replace("\\", "/").rpartition("/")[2][:120]
        path = self._folder / str(len(self.form.files))
        self.form.files.append((path, shown))
        self._file = path.open("wb")

    def _write(self, block: bytes, start: int, end: int) -> None:
        self._bytes += end - start
        self._total += end - start
        if self._file is None:
            if self._bytes > _FIELD_BYTES:
                raise BadInput("web.too_long", {"most": str(_FIELD_BYTES)})
            self._value += block[start:end]
            return
        if self._bytes > FILE_BYTES or self._total > REQUEST_BYTES:
            raise too_big()
        self._file.write(block[start:end])

    def _end(self) -> None:
        if self._file is None:
            self.form.fields[self._name] = self._value.decode("utf-8", "replace")
        else:
            self._file.close()
            self._file = None

    def _finish(self) -> None:
        self.whole = True
