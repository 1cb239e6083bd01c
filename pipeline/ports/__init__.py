"""What we ask of the outside: one Protocol per modality, the facts about a vendor, the seven errors."""
