"""Looking inside encoders: tokens, attention, guesses at masked words, a map of texts, sizes."""
