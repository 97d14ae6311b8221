"""公示: a unit hangs out who is in its quotas, takes objections, and closes with a summary.

models (apps/staff/models/publicity.py) ← snapshot ← services ← forms, tables ← views.
Source: domain.md §2.18, §6.4 公示名单; docs/rules.md PB-01 to PB-05.
"""
