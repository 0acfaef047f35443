"""Smaller and faster networks: distilled, with fewer words, in small numbers, as ONNX; each measured."""
