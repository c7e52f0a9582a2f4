"""Experiments: trainings that are run, kept and continued."""
