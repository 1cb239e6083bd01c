"""The ways storage says no.

The same shape as the pipeline's errors (a text key, fields, the operator's cause), but a family of its own:
storage knows nothing of the rooms above it. All arguments are positional, so that they survive pickling.
"""

# What may be over by itself after a while.
_PASSING = {
    *("storage.busy", "storage.disk_error", "storage.full", "storage.read_only", "storage.unreachable"),
}


class StorageError(Exception):
    """Something about a database, a folder or a bucket; `key` names a text, `fields` fill it."""

    def __init__(self, key: str, fields: dict[str, str] | None = None, cause: str = "") -> None:
        super().__init__(key, fields, cause)
        self.key = key
        self.fields = fields or {}
        self.cause = cause

    @property
    def passing(self) -> bool:
        """Whether waiting may help."""
        return self.key in _PASSING


class DataFolderBusy(StorageError):
    """Another live process owns this data folder; the fields name the folder and that process's pid."""


class WrongState(StorageError):
    """A take was asked to go where its state does not lead; nothing was changed."""
