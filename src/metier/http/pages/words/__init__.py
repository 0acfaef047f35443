"""The words of pages, a module for each language."""
