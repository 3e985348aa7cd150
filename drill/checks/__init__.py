"""Judges a recorded timeline: each check gives PASS, FAIL or UNKNOWN. Pure, so a run can be judged again."""
