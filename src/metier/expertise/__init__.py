"""How experienced a person is, for a role and a level, with reasons."""
