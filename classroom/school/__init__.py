"""A class: personal labs for its students, the evidence that they hand in, and the judgement of all of it offline."""
