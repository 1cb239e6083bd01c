"""What runs inside the workshop, by its rooms. Puppet, sound and film join here, on local files.

Heavy libraries are imported inside the functions, because the program that only asks for a job imports these
modules too.
"""

from pipeline.crafts import edit, sight, stage, voice

__all__ = ["edit", "sight", "stage", "voice"]
