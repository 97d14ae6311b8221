"""自定义统计: questions over people and units, built from a catalogue and nothing else."""
