"""All jobs, for the system administrator: states and reasons, no business content."""
