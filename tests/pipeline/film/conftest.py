"""One small film, made once and looked at by many tests."""

from pathlib import Path

import pytest

from pipeline.film.cut import CutJob, Made, cut
from tests.pipeline.film import made


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[CutJob, Made]:
    """Return a whole 360x640 film and the job it was made from."""
    if made.faces() is None:
        pytest.skip("the fonts are not fetched")
    job = made.job(tmp_path_factory.mktemp("film"))
    return job, cut(job)


@pytest.fixture
def copied(film: tuple[CutJob, Made], tmp_path: Path) -> Path:
    """Return a copy of the film with its sidecar, to be doctored."""
    source = film[1]
    place = tmp_path / "film.mp4"
    place.write_bytes(source.film.read_bytes())
    (tmp_path / "film.mp4.json").write_bytes(source.sidecar.read_bytes())
    return place
