"""Checks judge a recorded timeline: PASS, FAIL or UNKNOWN. Pure, so a run can be judged again."""
