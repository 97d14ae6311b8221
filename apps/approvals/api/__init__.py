"""The interface for partners' systems, /api/v1/. One table of operations is served, checked and
described (openapi.json). Source: docs/rules.md PI-01 to PI-06; security.md R20.
"""
