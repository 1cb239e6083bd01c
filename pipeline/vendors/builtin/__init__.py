"""Builtin: needs no key and no network; real, though modest. One class per modality.

service: this program · auth: none · price: 0 · keeps data: nothing beyond the project's own files ·
repeats safely: always (same input, same output) · can cancel: at the next step · quirks: the voice is a
preset or a stand-in tuned towards a sample, never a clone; the picture is the photo itself, no new scene.
"""
