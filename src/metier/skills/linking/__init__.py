"""Links texts to the skills of a taxonomy of any size."""
