"""Reads of applications that join several tables."""
