"""Comparing: two days in the world, two days of knowledge, or two things side by side."""
