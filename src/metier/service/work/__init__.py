"""Work that outlives a request: who does it, and what each kind of job does."""
