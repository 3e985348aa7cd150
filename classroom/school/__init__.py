"""A class: personal labs for its students, the evidence that they hand in, and the judgement of all of it offline."""

STUDENT_FILE = "student.yaml"
"""The file of a student's lab (see student_file.py)."""
