"""The standard edit as a plain script with moviepy, to be laid beside ours; moviepy is fetched for it alone.

`python tests/bench/plain.py JOB` with moviepy on the path. It does what such scripts do: cross-fades, text
laid over the picture, lines and music mixed, the music lowered while somebody speaks. No loudness, no marks,
no captions placed off the mouth.
"""

import itertools
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

WANTED = "moviepy==2.2.1"
_MARGIN, _SIZE = 0.08, 62


def site(folder: Path) -> Path | None:
    """Fetch moviepy into a folder of its own; None where it cannot be had."""
    fetch = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
    told = subprocess.run([*fetch, "--target", str(folder), WANTED], capture_output=True, check=False)
    return folder if told.returncode == 0 else None


def main(place: Path) -> None:
    """Make the film and print what it took, its encoder's processes counted in."""
    job = json.loads(place.read_text("utf-8"))
    begun, used = time.perf_counter(), _cpu()
    _film(job, place.with_name("plain.mp4"))
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    took = {"wall": time.perf_counter() - begun, "cpu": _cpu() - used, "peak_mb": peak / 1000}
    sys.stdout.write(json.dumps({**took, "seconds": job["timeline"]["seconds"]}))


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def _film(job: dict[str, Any], out: Path) -> None:
    from moviepy import AudioFileClip, CompositeAudioClip, CompositeVideoClip, afx

    times, fade = job["timeline"], job["fade"]
    film = CompositeVideoClip([*_shots(job, fade), *_words(job)], size=(720, 1280))
    voices = [
        AudioFileClip(job["sounds"][str(cue["index"])]).with_start(cue["start"]) for cue in times["cues"]
    ]
    music = AudioFileClip(job["music"]).with_effects([afx.AudioLoop(duration=times["seconds"])])
    edges = [0.0, *(edge for cue in times["cues"] for edge in (cue["start"], cue["end"])), times["seconds"]]
    parts = [
        music.subclipped(start, stop)
        .with_start(start)
        .with_effects([afx.MultiplyVolume((0.12, 0.06)[number % 2])])
        for number, (start, stop) in enumerate(itertools.pairwise(edges))
        if stop > start
    ]
    film.with_audio(CompositeAudioClip([*parts, *voices])).with_duration(times["seconds"]).write_videofile(
        str(out), fps=times["fps"], codec="libx264", preset="veryfast", ffmpeg_params=["-crf", "20"],
        audio_codec="aac", audio_fps=48_000, temp_audiofile_path=str(out.parent), threads=2, logger=None,
    )  # fmt: skip


def _shots(job: dict[str, Any], fade: float) -> list[Any]:
    from moviepy import VideoFileClip, vfx

    found, at = [], 0.0
    for number, shot in enumerate(job["performance"]):
        clip = VideoFileClip(shot["path"]).with_start(at)
        found.append(clip.with_effects([vfx.CrossFadeIn(fade)]) if number else clip)
        at += shot["seconds"] - fade
    return found


def _words(job: dict[str, Any]) -> list[Any]:
    from moviepy import TextClip

    def text(words: str, start: float, seconds: float, y: float, colour: str) -> Any:  # noqa: ANN401  # moviepy's own
        drawn = TextClip(
            font=job["font_cute"], text=words, font_size=_SIZE, color=colour, stroke_color="black",
            stroke_width=5, method="caption", size=(round(720 * (1 - 2 * _MARGIN)), None),
            text_align="center",
        )  # fmt: skip
        return drawn.with_start(start).with_duration(seconds).with_position(("center", y))

    title = [
        text(line, 0, job["timeline"]["seconds"], 30 + 90 * n, "white") for n, line in enumerate(job["title"])
    ]
    cues = job["timeline"]["cues"]
    return [
        *title,
        *(text(cue["text"], cue["start"], cue["end"] - cue["start"], 950, "yellow") for cue in cues),
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
