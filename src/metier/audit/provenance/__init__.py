"""Where a model comes from and what its files hold: looked at byte by byte, never loaded."""
