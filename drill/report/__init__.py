"""The results of a run: folder, verdicts, statistics, comparison and report. Offline: never uses the lab."""
