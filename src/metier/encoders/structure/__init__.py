"""What the files of a model hold, told from their bytes without running or loading any of them."""
