"""Experiments: trainings that are run, stored and resumed, alone or as grids."""
