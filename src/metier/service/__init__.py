"""What the API, the pages, the workers and the command line call: the engine and the database joined."""
