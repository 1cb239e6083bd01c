"""A writer asked under a take; what was wrong with an answer is told when the same writer is asked again."""

from collections.abc import Awaitable, Callable, Sequence

from pipeline.ports.errors import Failed
from pipeline.ports.facts import Paid
from pipeline.ports.text import EditAsk, LookAsk, WriteAsk, Writer
from pipeline.spend import spend
from pipeline.studio import Studio
from storage.model import Take


async def commission(
    studio: Studio,
    project: str,
    step: str,
    writers: Sequence[Writer],
    made_from: str,
    ask: WriteAsk | EditAsk | LookAsk,
    read: Callable[[Writer, str], Awaitable[str]],
) -> Take:
    """Return a done take whose result is what `read` makes of the answer; errors are those of `spend`."""
    complaints: dict[str, str] = {}

    async def send(writer: Writer, _key: str) -> Paid:
        return await writer.ask(ask, complaints.get(writer.facts.name, ""))

    async def collect(writer: Writer, ticket: str) -> Paid:
        try:
            return Paid(value=await read(writer, ticket))
        except Failed as trouble:
            complaints[writer.facts.name] = trouble.cause
            raise

    return await spend(studio, project, step, writers, made_from, send=send, collect=collect)
