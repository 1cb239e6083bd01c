"""One process per data folder: the lock that says so."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from storage.errors import DataFolderBusy, StorageError


class DataFolder:
    """A data folder owned by this process, until `release` or the process's end, however it ends.

    The kernel holds the lock, so nothing stale can stay behind; the file's text is only the owner's pid.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor: int | None = descriptor

    @classmethod
    def own(cls, folder: Path) -> Self:
        """Make the folder if it is missing, and own it.

        Raises:
            DataFolderBusy: another process owns it; the fields hold `folder` and `pid`.
            StorageError: the folder cannot be made or written to.
        """
        folder = folder.absolute()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StorageError("storage.folder_unwritable", {"folder": str(folder)}, str(error)) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        except BlockingIOError as error:
            pid = os.pread(descriptor, 32, 0).decode("ascii", "replace")
            os.close(descriptor)
            raise DataFolderBusy("storage.folder_busy", {"folder": str(folder), "pid": pid}) from error
        except OSError as error:
            os.close(descriptor)
            raise StorageError("storage.folder_unwritable", {"folder": str(folder)}, str(error)) from error
        return cls(folder, descriptor)

    def release(self) -> None:
        """Give the folder up; a second time does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
