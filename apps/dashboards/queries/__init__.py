"""Reads of the boards, sheets and commands. This app has no tables of its own."""
