"""Fitting: a finished film in a number of bytes; its sound kept where there is room, its marks always."""

from pathlib import Path

import av
from av.container import InputContainer, OutputContainer

from pipeline.film import sound
from pipeline.film.atomic import replacing
from pipeline.film.encode import video_stream
from pipeline.film.probe import probe
from pipeline.ports.errors import BadInput, Failed

_LOWER_SOUND = 96_000  # bits a second, when the sound as it is would take a quarter of the room or more
_WORST = 60_000  # bits a second of pictures; below it nothing can be recognised
_OVERHEAD = 0.97  # of the bytes are pictures and sound
_ROUNDS = 6


def fit(film: Path, out: Path, most: int) -> int:
    """Write the film so that it has at most that many bytes, and return how many it has.

    The pictures are encoded anew at the rate that fits; the index stays first and the file's own fields,
    `AIGC` among them, stay in it.

    Raises:
        BadInput: `film.missing`, `film.not_a_film`. Failed: `film.too_big`, not even at the worst quality.
    """
    told = probe(film)
    if told.seconds <= 0:
        raise BadInput("film.not_a_film", {"name": film.name})
    room = most * 8 * _OVERHEAD / told.seconds
    kept = _sound_bits(film, told.seconds)
    lower = kept > room / 4
    bits = room - (min(kept, _LOWER_SOUND) if lower else kept)
    with replacing(out) as part:
        for _ in range(_ROUNDS):
            if bits < _WORST:
                break
            _encode(film, part, int(bits), lower=lower)
            size = part.stat().st_size
            if size <= most:
                return size
            bits *= 0.95 * most / size
        raise Failed("film.too_big", {"megabytes": f"{most / 1e6:.1f}"})


def _sound_bits(film: Path, seconds: float) -> float:
    """Bits a second of a film's sound, counted."""
    with av.open(str(film), "r", container_options=sound.OPEN) as source:
        if not source.streams.audio:
            return 0.0
        return 8 * sum(packet.size for packet in source.demux(source.streams.audio[0])) / seconds


def _encode(film: Path, part: Path, bits: int, *, lower: bool) -> None:
    """Write it once: one pass at a bounded rate, the sound as it is or at a lower rate."""
    flags = {"movflags": "+faststart+use_metadata_tags"}
    with (
        av.open(str(film), "r", container_options=sound.OPEN) as source,
        av.open(str(part), "w", format="mp4", options=flags) as sink,
    ):
        for name, value in source.metadata.items():
            sink.metadata[name] = value
        _copy(source, sink, bits, lower=lower)


def _copy(source: InputContainer, sink: OutputContainer, bits: int, *, lower: bool) -> None:
    taken = source.streams.video[0]
    taken.thread_type = "AUTO"
    video = _pictures(sink, taken, bits)
    heard = source.streams.audio[0] if source.streams.audio else None
    audio = None if heard is None else _sound(sink, heard, lower=lower)
    number = 0
    for packet in source.demux(*(each for each in (taken, heard) if each is not None)):
        if packet.stream is heard and audio is not None and not lower:
            if packet.dts is not None:
                packet.stream = audio
                sink.mux(packet)
            continue
        for frame in packet.decode():
            if isinstance(frame, av.VideoFrame):
                frame.pts, frame.time_base = number, 1 / video.codec_context.framerate
                frame.pict_type = av.video.frame.PictureType.NONE
                number += 1
                sink.mux(video.encode(frame))
            elif isinstance(frame, av.AudioFrame) and audio is not None:
                sink.mux(audio.encode(frame))
    sink.mux(video.encode(None))
    if audio is not None and lower:
        sink.mux(audio.encode(None))


def _pictures(sink: OutputContainer, taken: av.VideoStream, bits: int) -> av.VideoStream:
    """A stream like the one it is made from, at that many bits a second and never much more."""
    rate, context = round(taken.average_rate or 25), taken.codec_context
    options = {"preset": "veryfast", "maxrate": str(bits), "bufsize": str(bits), "g": str(2 * rate)}
    video = video_stream(sink, context.width, context.height, rate, options)
    video.bit_rate = bits
    return video


def _sound(sink: OutputContainer, heard: av.AudioStream, *, lower: bool) -> av.AudioStream:
    if not lower:
        return sink.add_stream_from_template(heard)
    audio = sink.add_stream("aac", rate=heard.sample_rate, layout="stereo")
    assert isinstance(audio, av.AudioStream)
    audio.bit_rate = _LOWER_SOUND
    return audio
