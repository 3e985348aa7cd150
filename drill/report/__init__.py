"""What came of a run: folder, verdicts, statistics, comparison and report. Offline; never touches the lab."""
