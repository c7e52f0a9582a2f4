"""Levels of a problem: its closed forms, or estimates learned from its episodes."""
