"""Writes every transcript anew, as the conversation goes now: `python -m tests.bot.talks.update`."""

from tests.bot.talks.told import told, transcripts


def update() -> None:
    """Rewrite what changed, and name it."""
    for file in transcripts():
        before = file.read_text("utf-8")
        now = told(before)
        if now != before:
            file.write_text(now, "utf-8")
            print(file.name)  # noqa: T201


if __name__ == "__main__":
    update()
