"""The editing project opens in other people's readers, and holds what the film is made of."""

import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import pyJianYingDraft
import pytest
from PIL import Image
from pyJianYingDraft.template_mode import EditableTrack, ImportedMediaTrack

from pipeline.film import cut, jianying, otio, sound
from pipeline.film.cut import CutJob, Made
from pipeline.film.layers import layers as cut_apart
from pipeline.film.probe import probe
from pipeline.film.project import folder, project
from pipeline.film.shots import Shot
from tests.pipeline.film import made


@pytest.fixture(scope="module")
def opened(film: tuple[CutJob, Made], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The film's project, unpacked, as an editor finds it."""
    place = tmp_path_factory.mktemp("project")
    project(film[0], film[1].cover, place / "project.zip")
    with zipfile.ZipFile(place / "project.zip") as archive:
        archive.extractall(place)
    (top,) = (each for each in place.iterdir() if each.is_dir())
    return top


def _draft(opened: Path) -> pyJianYingDraft.ScriptFile:
    return pyJianYingDraft.DraftFolder(str(opened.parent)).load_template(opened.name)


def test_an_independent_reader_opens_the_draft(opened: Path, film: tuple[CutJob, Made]) -> None:
    """Protects the draft: size, length, every kind of thing on a track of its own, in the film's order."""
    draft = _draft(opened)
    job = film[0]
    assert (draft.width, draft.height, draft.fps) == (made.WIDE, made.HIGH, 25)
    assert draft.duration == round(job.timeline.seconds * 1e6)
    tracks = {track.name: track for track in draft.imported_tracks}
    assert list(tracks) == [
        "ground", "picture", "person", "pet", "music", "title 1", "title 2", "captions", "label",
    ]  # fmt: skip
    assert all(isinstance(track, EditableTrack) for track in tracks.values())
    assert [len(tracks[name]) for name in ("picture", "person", "pet", "captions")] == [4, 2, 2, 4]
    again = json.loads(draft.dumps())
    assert [track["name"] for track in again["tracks"]] == list(tracks)


def test_every_line_sounds_where_it_does_in_the_film(opened: Path, film: tuple[CutJob, Made]) -> None:
    """Protects sync in somebody else's editor: lines and captions begin with their cues."""
    cues = film[0].timeline.cues
    tracks = {track.name: track for track in _draft(opened).imported_tracks}
    for name, who in (("person", "person"), ("pet", "pet")):
        track = tracks[name]
        assert isinstance(track, ImportedMediaTrack)
        starts = [cue.start for cue in cues if cue.speaker == who]
        assert [segment.start / 1e6 for segment in track.segments] == pytest.approx(starts, abs=1e-5)
    words = tracks["captions"]
    assert isinstance(words, EditableTrack)
    assert [segment.start / 1e6 for segment in words.segments] == pytest.approx([cue.start for cue in cues])
    picture = tracks["picture"]
    assert isinstance(picture, ImportedMediaTrack)
    assert picture.segments[0].start == 0
    for before, after in zip(picture.segments[:-1], picture.segments[1:], strict=True):
        assert before.target_timerange.end == after.start == after.source_timerange.start


def test_everything_the_draft_names_is_in_its_folder(opened: Path) -> None:
    """Protects against lost media: every path leads into the draft's own folder, and the index knows each."""
    draft = json.loads((opened / "draft_content.json").read_text("utf-8"))
    meta = json.loads((opened / "draft_meta_info.json").read_text("utf-8"))
    named = {one["path"] for kind in ("videos", "audios") for one in draft["materials"][kind]}
    assert len(named) == 7
    for path in named:
        assert path.startswith(jianying.HERE + "/")
        assert (opened / path.removeprefix(jianying.HERE + "/")).stat().st_size > 500
    listed = {one["file_Path"] for group in meta["draft_materials"] for one in group["value"]}
    assert {path.replace(jianying.HERE, ".") for path in named} == listed
    materials = {one["id"] for kind in draft["materials"].values() for one in kind}
    for track in draft["tracks"]:
        for segment in track["segments"]:
            assert {segment["material_id"], *segment["extra_material_refs"]} <= materials


def test_the_picture_stands_in_its_pane(opened: Path) -> None:
    """Protects the composition: scaled and moved as the editor counts, the clip fills the pane exactly."""
    draft = json.loads((opened / "draft_content.json").read_text("utf-8"))
    clip = draft["tracks"][1]["segments"][0]["clip"]
    told = probe(opened / "Resources" / "picture.mp4")
    pane = made.FULL.pane
    fitted = min(made.WIDE / told.width, made.HIGH / told.height)
    assert told.width * fitted * clip["scale"]["x"] == pytest.approx(pane.w, abs=0.5)
    middle = made.HIGH / 2 * (1 - clip["transform"]["y"])
    assert middle == pytest.approx(pane.y + pane.h / 2, abs=0.5)


def test_stickers_can_be_moved(film: tuple[CutJob, Made], tmp_path: Path) -> None:
    """Protects reactions in somebody else's editor: a track each, at its place, in its size."""
    found = cut_apart(film[0].model_copy(update={"stickers": True}), tmp_path)
    (stuck,) = found.stickers
    with Image.open(tmp_path / stuck.file) as drawn:
        assert (drawn.size, drawn.mode) == ((round(stuck.box.w), round(stuck.box.h)), "RGBA")
    draft = json.loads(jianying.content(found))
    (track,) = (track for track in draft["tracks"] if track["name"] == "sticker 1")
    (segment,) = track["segments"]
    fitted = min(made.WIDE / stuck.box.w, made.HIGH / stuck.box.h)
    assert stuck.box.w * fitted * segment["clip"]["scale"]["x"] == pytest.approx(stuck.box.w, abs=0.1)
    across = made.WIDE / 2 * (1 + segment["clip"]["transform"]["x"])
    assert across == pytest.approx(stuck.box.x + stuck.box.w / 2, abs=0.1)
    assert segment["target_timerange"]["start"] == round(stuck.at * 1e6)
    order = [track["name"] for track in draft["tracks"]]
    assert order.index("picture") < order.index("sticker 1") < order.index("captions")
    assert stuck.file in otio.timeline(found)
    assert stuck.file in jianying.meta(found)


def test_the_words_can_be_changed(opened: Path) -> None:
    """Protects captions and title as text, in the speaker's colours, counted as the editor counts."""
    draft = json.loads((opened / "draft_content.json").read_text("utf-8"))
    texts = [json.loads(one["content"]) for one in draft["materials"]["texts"]]
    assert {"长大后要不要养妈妈", "狗子的回答笑哭了", "要", "AI生成"} <= {one["text"] for one in texts}
    for one in texts:
        (style,) = one["styles"]
        assert style["range"] == [0, len(one["text"])]
        assert 3 < style["size"] < 20
    answer = next(one for one in texts if one["text"] == "要")
    assert answer["styles"][0]["fill"]["content"]["solid"]["color"] == [1.0, 0.8784, 0.2902]


def test_the_tracks_together_sound_like_the_film(opened: Path, film: tuple[CutJob, Made]) -> None:
    """Protects levels: lines and music laid at their places are the film's sound but for the room's air."""
    whole = sound.read(film[1].film, made.HERTZ)
    media = opened / "Resources"
    summed = sound.read(media / "music.wav", made.HERTZ)
    for cue in film[0].timeline.cues:
        line = sound.read(media / f"line-{cue.index + 1:02}-{cue.speaker}.wav", made.HERTZ)
        first = round(cue.start * made.HERTZ)
        summed[first : first + len(line)] += line
    count = min(len(whole), len(summed))
    assert np.corrcoef(whole[:count, 0], summed[:count, 0])[0, 1] > 0.98
    assert np.std(summed) == pytest.approx(np.std(whole), rel=0.05)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="OpenTimelineIO has no wheel for this Python")
def test_opentimelineio_reads_the_timeline(opened: Path, film: tuple[CutJob, Made]) -> None:
    """Protects every other editor: the library itself reads the tracks, their length and their media."""
    import opentimelineio as otio

    timeline = otio.adapters.read_from_file(str(opened / "timeline.otio"))
    job = film[0]
    assert timeline.duration().to_seconds() == pytest.approx(job.timeline.seconds, abs=0.05)
    assert [track.name for track in timeline.video_tracks()] == ["ground", "picture"]
    assert [track.name for track in timeline.audio_tracks()] == ["person", "pet", "music"]
    for clip in timeline.find_clips():
        assert (opened / clip.media_reference.target_url).is_file()
        assert clip.source_range.duration.value <= clip.available_range().duration.value
    pets = [clip for clip in timeline.audio_tracks()[1] if isinstance(clip, otio.schema.Clip)]
    starts = [clip.range_in_parent().start_time.to_seconds() for clip in pets]
    assert starts == pytest.approx([cue.start for cue in job.timeline.cues if cue.speaker == "pet"], abs=0.04)
    markers = [marker.name for marker in timeline.tracks.markers]
    assert "要" in markers


def test_captions_are_subtitles_too(opened: Path) -> None:
    """Protects the file that every editor imports: numbered, timed, in order."""
    blocks = (opened / "captions.srt").read_text("utf-8").strip().split("\n\n")
    assert [block.split("\n")[0] for block in blocks] == ["1", "2", "3", "4"]
    assert blocks[1].split("\n")[2] == "要"


def test_a_project_is_the_same_twice(film: tuple[CutJob, Made], tmp_path: Path) -> None:
    """Protects keeping it by its bytes, and leaves nothing beside it."""
    for name in ("one.zip", "two.zip"):
        project(film[0], film[1].cover, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"one.zip", "two.zip"}


def test_shots_become_stretches_that_meet(film: tuple[CutJob, Made], tmp_path: Path) -> None:
    """Protects films of several clips: each is there once, and they meet in the middle of a cross-fade."""
    job = film[0]
    clip, seconds = job.performance, job.timeline.seconds
    assert isinstance(clip, Path)
    half = seconds / 2 + 0.15
    shots = (Shot(path=clip, seconds=half), Shot(path=clip, start=half - 0.3, seconds=half))
    found = cut_apart(job.model_copy(update={"performance": shots}), tmp_path)
    assert [clip.file for clip in found.clips] == ["picture-1.mp4"]
    assert [piece.at for piece in found.pictures] == pytest.approx([0.0, half - 0.15])
    assert sum(piece.seconds for piece in found.pictures) == pytest.approx(seconds)
    assert cut.reel(job).page.captions[0].letters > 10


@pytest.mark.parametrize(
    ("name", "called"), [("养妈 / 全靠副业?", "养妈 全靠副业"), ("../..", "pawlogue"), ("🥺", "pawlogue")]
)
def test_a_projects_folder_has_a_name_that_can_be(name: str, called: str) -> None:
    """Protects against titles that lead elsewhere, or that no file system takes."""
    assert folder(name) == called
