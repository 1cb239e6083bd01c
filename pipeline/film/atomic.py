"""Files appear whole or not at all: written under a temporary name beside their place, then renamed."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av

from pipeline.ports.errors import BadInput, Failed, Trouble

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOENT,
    errno.EEXIST,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.ENAMETOOLONG,
}


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Lend a temporary name in `path`'s folder; the file takes its place when the block ends well.

    The name is always the same for one `path`, so that a run which was killed leaves nothing behind that the
    next one does not overwrite. Missing folders are made.

    Raises:
        Failed: `film.disk_full`, the disk is full.
        BadInput: `film.cannot_write`, the place cannot be written to.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(path)
    except (OSError, av.FFmpegError) as error:
        trouble = _told(error, path)
        if trouble is None:
            raise
        raise trouble from error
    finally:
        # A name too long or a folder that is a file has no leftover to take away.
        if part.parent.is_dir() and len(part.name.encode()) < 256:
            part.unlink(missing_ok=True)


def _told(error: OSError | av.FFmpegError, path: Path) -> Trouble | None:
    if error.errno in _FULL:
        return Failed("film.disk_full", {"folder": str(path.parent)}, str(error))
    if error.errno in _CLOSED:
        return BadInput("film.cannot_write", {"path": str(path)}, str(error))
    return None
