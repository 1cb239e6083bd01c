"""Telegram, tried over real HTTP against a stand-in for its server."""
