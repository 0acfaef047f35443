"""The workbench: encoders from raw text to small, fast, understood models, in the formats of the field."""
