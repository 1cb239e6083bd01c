"""What runs inside the workshop, by its rooms. Puppet, sound and film join here, on local files.

Heavy libraries are imported inside the functions, because the program that only asks for a job imports these
modules too.
"""

from pipeline.crafts import drawn, edit, sight, stage, voice

__all__ = ["drawn", "edit", "sight", "stage", "voice"]
