"""Conversations, told as transcripts."""
