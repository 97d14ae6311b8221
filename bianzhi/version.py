"""The version that /healthz and the pages show."""

VERSION = "0.1.0"
