"""For the people who run the bot: what is set, what is there, what was spent, and putting things right."""
