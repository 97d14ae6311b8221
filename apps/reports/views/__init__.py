"""Pages of the reports: the statistics tables, the query builder, prints of a unit."""
