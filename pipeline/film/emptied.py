"""A card without words: the panel, which would be empty, becomes ground, the picture moves to its middle."""

from pipeline.model import Box, Layout

_ABOVE = 0.42  # of the room that is left over: a little higher than the middle looks like the middle


def emptied(layout: Layout) -> Layout:
    """Return the layout for a film that has no captions; one without a panel stays as it is."""
    if layout.panel is None:
        return layout
    top = layout.band.y + layout.band.h
    left_over = layout.height - top - layout.pane.h
    y = top + 2 * round(_ABOVE * left_over / 2)
    pane = Box(x=layout.pane.x, y=y, w=layout.pane.w, h=layout.pane.h)
    panel = Box(x=layout.panel.x, y=top, w=layout.panel.w, h=layout.height - top)
    return layout.model_copy(update={"pane": pane, "panel": panel})
