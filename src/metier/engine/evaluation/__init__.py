"""Every task's figures of an encoder that stays as it is, in one go."""
