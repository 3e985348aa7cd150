"""Layer 4: the checks of a running lab, the exercises, and their grades."""
