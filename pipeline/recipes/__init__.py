"""The makings: short, ending by themselves, waiting for nobody. Version 5.

A recipe is steps and branches on their outcomes; no clock, no chance, no I/O. Which steps run and in what
order is what the engine replays: changing it is a new version (a new function name).
"""

from pipeline.recipes.before import (
    audition,
    bring_sound,
    draw_frames,
    edit_script,
    prepare_frame,
    prepare_voice,
    propose_scripts,
)
from pipeline.recipes.besides import edit_project, vary_film
from pipeline.recipes.film import make_film, redo_part

__all__ = [
    "audition",
    "bring_sound",
    "draw_frames",
    "edit_project",
    "edit_script",
    "make_film",
    "prepare_frame",
    "prepare_voice",
    "propose_scripts",
    "redo_part",
    "vary_film",
]
