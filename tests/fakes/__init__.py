"""Small servers on loopback that behave like the outside."""
