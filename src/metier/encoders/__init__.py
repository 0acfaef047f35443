"""Encoders: texts in, vectors and token states out; model folders and their checks."""
