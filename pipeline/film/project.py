"""The editing project: one archive with a film's parts, which JianYing, CapCut and others open as tracks."""

import re
import tempfile
import zipfile
from pathlib import Path

from pipeline.film import jianying, otio
from pipeline.film.atomic import replacing
from pipeline.film.cut import CutJob
from pipeline.film.layers import layers

_README = Path(__file__).with_name("project.txt")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same project is the same file


def project(job: CutJob, picture: Path, out: Path) -> None:
    """Write the archive.

    Args:
        job: the film's own; its `out` and `cover` are not touched.
        picture: the film's cover, as JPEG.

    Raises:
        Trouble: as `cut`.
    """
    with tempfile.TemporaryDirectory(dir=out.parent) as name:
        media = Path(name)
        found = layers(job, media)
        content = jianying.content(found)
        texts = {
            "draft_content.json": content,
            "draft_info.json": content,  # what the same file is called on a Mac
            "draft_meta_info.json": jianying.meta(found),
            "timeline.otio": otio.timeline(found),
            "captions.srt": otio.subtitles(found),
            "README.txt": _README.read_text("utf-8"),
        }
        top = folder(found.name)
        with replacing(out) as part, zipfile.ZipFile(part, "w") as archive:
            for file, text in texts.items():
                archive.writestr(_entry(f"{top}/{file}"), text, zipfile.ZIP_DEFLATED)
            archive.writestr(_entry(f"{top}/draft_cover.jpg"), picture.read_bytes())
            for path in sorted(media.iterdir()):
                with archive.open(_entry(f"{top}/{jianying.MEDIA}/{path.name}"), "w") as place:
                    place.write(path.read_bytes())


def folder(name: str) -> str:
    """Return what the project's folder is called: a name that every file system takes."""
    plain = " ".join(re.sub(r"[^\w -]+", " ", name).split())
    return plain[:40].strip() or "pawlogue"


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _LONG_AGO)
    entry.external_attr = 0o644 << 16
    return entry
