"""The tags of docs/ui.md by family; `{% load ui %}` brings them all."""
