"""The Django project: settings, addresses, workers and the servers they stand on."""
