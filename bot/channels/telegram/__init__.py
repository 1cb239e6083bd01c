"""Telegram: one bot's chats, private and in groups, over its Bot API."""
