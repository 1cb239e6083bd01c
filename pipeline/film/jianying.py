"""A draft for JianYing and CapCut, as JianYing 5.9 keeps it: plain JSON, media inside its folder.

Sources: what pyJianYingDraft 0.3.1 and pyCapCut 0.0.4 write and read, and what their pages say of versions
(read 2026-11-26); no draft was tried in an application here. Times are in microseconds; places in halves of
the canvas from its middle, upwards; sizes of letters in hundredths of the shorter side.
"""

import json
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from pipeline.film.layers import Clip, Layers, Piece, Words

# What stands for the draft's own folder: the editor puts the real one in its place.
HERE = "##_draftpath_placeholder_0E685133-18CE-45ED-8CB8-2904A212EC80_##"
MEDIA = "Resources"
_MATERIALS = """
ai_translates audio_balances audio_effects audio_fades audio_track_indexes audios beats canvases chromas
color_curves digital_humans drafts effects flowers green_screens handwrites hsl images log_color_wheels
loudnesses manual_deformations masks material_animations material_colors multi_language_refs placeholders
plugin_effects primary_color_wheels realtime_denoises shapes smart_crops smart_relights
sound_channel_mappings speeds stickers tail_leaders text_templates texts time_marks transitions
video_effects video_trackings videos vocal_beautifys vocal_separations
"""
_PLATFORM = {"app_id": 3704, "app_source": "lv", "app_version": "5.9.0", "os": "windows"}
_NAMES = {"person": "person", "pet": "pet", "pet2": "pet 2"}
_STILL = 10_800_000_000  # microseconds that a picture which does not move is said to last

Json = dict[str, Any]  # the format's own objects; nothing of ours reads them back


def content(layers: Layers) -> str:
    """Return `draft_content.json`."""
    materials: dict[str, list[Json]] = {kind: [] for kind in _MATERIALS.split()}
    bench = _Bench(layers, materials)
    tracks = [
        *([bench.track("video", "ground", [bench.still(layers.ground)])] if layers.ground else []),
        bench.track("video", "picture", [bench.picture(piece) for piece in layers.pictures]),
        *(
            bench.track("audio", _NAMES[speaker], [bench.heard(piece) for piece in pieces])
            for speaker, pieces in layers.voices.items()
        ),
        *([bench.track("audio", "music", [bench.heard(layers.music)])] if layers.music else []),
        *(bench.track("text", f"title {n}", [bench.text(line)]) for n, line in enumerate(layers.title, 1)),
        bench.track("text", "captions", [bench.text(words) for words in layers.captions]),
        bench.track("text", "label", [bench.text(words) for words in layers.label]),
    ]
    return _written({
        "canvas_config": {"width": layers.width, "height": layers.height, "ratio": "original"},
        "color_space": 0,
        "config": {"maintrack_adsorb": False, "material_save_mode": 0, "video_mute": False},
        "cover": None,
        "create_time": 0,
        "duration": _micro(layers.seconds),
        "extra_info": None,
        "fps": float(layers.fps),
        "free_render_index_mode_on": False,
        "group_container": None,
        "id": _identity(layers.name, "draft"),
        "keyframe_graph_list": [],
        "keyframes": {kind: [] for kind in ("adjusts", "audios", "effects", "filters", "texts", "videos")},
        "last_modified_platform": _PLATFORM,
        "materials": materials,
        "mutable_config": None,
        "name": layers.name,
        "new_version": "110.0.0",
        "platform": _PLATFORM,
        "relationships": [],
        "render_index_track_mode_on": True,
        "retouch_cover": None,
        "source": "default",
        "static_cover_image_path": "",
        "tracks": [track for track in tracks if track["segments"]],
        "update_time": 0,
        "version": 360000,
    })  # fmt: skip


def meta(layers: Layers) -> str:
    """Return `draft_meta_info.json`: what the list of drafts shows, and every file that is used."""
    files = [
        _file(clip.file, "video", _micro(clip.seconds), clip.width, clip.height) for clip in layers.clips
    ]
    if layers.ground:
        files.append(_file(layers.ground, "photo", _STILL, layers.width, layers.height))
    files += [_file(piece.file, "music", _micro(piece.seconds)) for piece in heard(layers)]
    return _written({
        "draft_cover": "draft_cover.jpg",
        "draft_fold_path": "",
        "draft_id": _identity(layers.name, "draft"),
        "draft_is_invisible": False,
        "draft_materials": [
            {"type": kind, "value": files if kind == 0 else []} for kind in (0, 1, 2, 3, 6, 7, 8)
        ],
        "draft_materials_copied_info": [],
        "draft_name": layers.name,
        "draft_new_version": "",
        "draft_removable_storage_device": "",
        "draft_root_path": "",
        "draft_segment_extra_info": [],
        "draft_type": "",
        "tm_draft_removed": 0,
        "tm_duration": _micro(layers.seconds),
    })  # fmt: skip


def heard(layers: Layers) -> tuple[Piece, ...]:
    """Return everything that sounds."""
    voices = tuple(piece for pieces in layers.voices.values() for piece in pieces)
    return (*voices, layers.music) if layers.music else voices


class _Bench:
    """Where segments are made, and the materials that they are made of gather."""

    def __init__(self, layers: Layers, materials: dict[str, list[Json]]) -> None:
        self._layers, self._materials, self._tracks = layers, materials, 0
        self._clips = {clip.file: clip for clip in layers.clips}

    def track(self, kind: str, name: str, segments: Iterable[Json]) -> Json:
        """Return a track; the later, the further in front."""
        number, self._tracks = self._tracks, self._tracks + 1
        return {
            "attribute": 0,
            "flag": 0,
            "id": _identity("track", name),
            "is_default_name": False,
            "name": name,
            "segments": [{**segment, "render_index": number} for segment in segments],
            "type": kind,
        }

    def still(self, file: str) -> Json:
        """The ground, for the whole film."""
        width, height = self._layers.width, self._layers.height
        clip = Clip(file=file, width=width, height=height, seconds=_STILL / 1e6)
        piece = Piece(file=file, name="ground", at=0.0, seconds=self._layers.seconds)
        return self._shown(piece, self._video(clip, "photo"), _clip(1.0, 0.0, 0.0))

    def picture(self, piece: Piece) -> Json:
        """A stretch of a clip in the film's pane; a clip is fitted into the canvas before it is scaled."""
        clip, layers, pane = self._clips[piece.file], self._layers, self._layers.pane
        fitted = min(layers.width / clip.width, layers.height / clip.height)
        scale = max(pane.w / clip.width, pane.h / clip.height) / fitted
        x, y = self._place(pane.x + pane.w / 2, pane.y + pane.h / 2)
        return self._shown(piece, self._video(clip, "video"), _clip(scale, x, y))

    def heard(self, piece: Piece) -> Json:
        """A sound at its place, as loud as its file."""
        material = _identity("sound", piece.file)
        self._add("audios", material, lambda: {
            "app_id": 0,
            "category_id": "",
            "category_name": "local",
            "check_flag": 3,
            "copyright_limit_type": "none",
            "duration": _micro(piece.seconds),
            "effect_id": "",
            "formula_id": "",
            "local_material_id": material,
            "music_id": material,
            "name": piece.name,
            "path": f"{HERE}/{MEDIA}/{piece.file}",
            "source_platform": 0,
            "type": "extract_music",
            "wave_points": [],
        })  # fmt: skip
        return {**self._segment(piece, material), "clip": None, "hdr_settings": None}

    def text(self, words: Words) -> Json:
        """A text in its colours at its place."""
        material = _identity("text", words.text, words.at, words.y)
        side = min(self._layers.width, self._layers.height)
        styled = {"styles": [_style(words, side)], "text": words.text}
        self._add("texts", material, lambda: {
            "alignment": 1,
            "check_flag": 15,
            "content": json.dumps(styled, ensure_ascii=False),
            "force_apply_line_max_width": False,
            "global_alpha": 1.0,
            "letter_spacing": 0.0,
            "line_feed": 1,
            "line_max_width": 0.9,
            "line_spacing": 0.02,
            "type": "text",
            "typesetting": 0,
        })  # fmt: skip
        piece = Piece(file="", name=words.text, at=words.at, seconds=words.seconds)
        shown = self._segment(piece, material)
        x, y = self._place(words.x, words.y)
        return {**shown, "source_timerange": None, **_clip(1.0, x, y)}

    def _shown(self, piece: Piece, material: str, place: Json) -> Json:
        hdr = {"intensity": 1.0, "mode": 1, "nits": 1000}
        return {**self._segment(piece, material), **place, "hdr_settings": hdr}

    def _segment(self, piece: Piece, material: str) -> Json:
        speed = _identity("speed", material, piece.at)
        self._add("speeds", speed, lambda: {"curve_speed": None, "mode": 0, "speed": 1.0, "type": "speed"})
        at, end = _micro(piece.at), _micro(piece.at + piece.seconds)
        return {
            "common_keyframes": [],
            "enable_adjust": True,
            "enable_color_curves": True,
            "enable_color_wheels": True,
            "enable_lut": True,
            "extra_material_refs": [speed],
            "id": _identity("segment", material, piece.at),
            "is_tone_modify": False,
            "keyframe_refs": [],
            "last_nonzero_volume": 1.0,
            "material_id": material,
            "reverse": False,
            "source_timerange": {"start": _micro(piece.start), "duration": end - at},
            "speed": 1.0,
            "target_timerange": {"start": at, "duration": end - at},
            "track_attribute": 0,
            "track_render_index": 0,
            "visible": True,
            "volume": 1.0,
        }

    def _video(self, clip: Clip, kind: str) -> str:
        material = _identity("picture", clip.file)
        self._add("videos", material, lambda: {
            "audio_fade": None,
            "category_id": "",
            "category_name": "local",
            "check_flag": 63487,
            "crop": _WHOLE,
            "crop_ratio": "free",
            "crop_scale": 1.0,
            "duration": _micro(clip.seconds),
            "height": clip.height,
            "local_material_id": "",
            "material_id": material,
            "material_name": clip.file,
            "media_path": "",
            "path": f"{HERE}/{MEDIA}/{clip.file}",
            "type": kind,
            "width": clip.width,
        })  # fmt: skip
        return material

    def _add(self, kind: str, identity: str, made: Callable[[], Json]) -> None:
        if all(each["id"] != identity for each in self._materials[kind]):
            self._materials[kind].append({"id": identity, **made()})

    def _place(self, x: float, y: float) -> tuple[float, float]:
        half = self._layers.width / 2, self._layers.height / 2
        return round((x - half[0]) / half[0], 4), round((half[1] - y) / half[1], 4)


_WHOLE = {
    f"{down}_{side}_{axis}": float(on)
    for down, below in (("upper", 0), ("lower", 1))
    for side, right in (("left", 0), ("right", 1))
    for axis, on in (("x", right), ("y", below))
}


def _clip(scale: float, x: float, y: float) -> Json:
    return {
        "clip": {
            "alpha": 1.0,
            "flip": {"horizontal": False, "vertical": False},
            "rotation": 0.0,
            "scale": {"x": round(scale, 5), "y": round(scale, 5)},
            "transform": {"x": x, "y": y},
        },
        "uniform_scale": {"on": True, "value": 1.0},
    }


def _style(words: Words, side: int) -> Json:
    fill, stroke = ({"solid": {"alpha": 1.0, "color": _rgb(each)}} for each in (words.fill, words.stroke))
    return {
        "bold": True,
        "fill": {"alpha": 1.0, "content": {"render_type": "solid", **fill}},
        "italic": False,
        # Counted as the editor counts: in UTF-16.
        "range": [0, len(words.text.encode("utf-16-le")) // 2],
        "size": round(words.letters / side * 100, 1),
        "strokes": [{"content": stroke, "width": 0.08}],
        "underline": False,
    }


def _file(file: str, kind: str, micro: int, width: int = 0, height: int = 0) -> Json:
    return {
        "create_time": 0,
        "duration": micro,
        "extra_info": file,
        "file_Path": f"./{MEDIA}/{file}",
        "height": height,
        "id": _identity("file", file),
        "import_time": 0,
        "item_source": 1,
        "md5": "",
        "metetype": kind,
        "roughcut_time_range": {"duration": micro, "start": 0},
        "sub_time_range": {"duration": -1, "start": -1},
        "type": 0,
        "width": width,
    }


def _rgb(colour: str) -> list[float]:
    return [round(int(colour[at : at + 2], 16) / 255, 4) for at in (1, 3, 5)]


def _micro(seconds: float) -> int:
    return round(seconds * 1_000_000)


def _identity(*what: object) -> str:
    """Return the same id for the same thing, so that a draft made twice is the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "|".join(map(str, what)))).upper()


def _written(what: Json) -> str:
    return json.dumps(what, ensure_ascii=False, indent=1)
