"""What came of a run: its folder, verdicts, figures, comparison and report. Offline; never touches the lab."""
