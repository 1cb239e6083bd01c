"""Dialogues that need no text model: a bank of moulds, and the fitting of people's own words."""
