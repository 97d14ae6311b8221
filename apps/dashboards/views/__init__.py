"""Pages of the dashboards (in work by the engineer of the boards)."""
