"""Administration of the code tables and the holiday calendar, for the system administrator."""
