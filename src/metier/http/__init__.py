"""The HTTP API and the pages: thin, they call `metier.service` and render what it returns."""
