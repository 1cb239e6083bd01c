"""The conversation's parts: what is remembered, understood, asked and said. Pure: no clock, chance or I/O."""
