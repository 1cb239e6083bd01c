"""Doubts about storage."""
