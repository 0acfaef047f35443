"""Behaviour that a model must show: tests as data, run against any task, and two versions compared."""
