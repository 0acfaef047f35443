"""What the API takes and gives beside the records of the library."""
