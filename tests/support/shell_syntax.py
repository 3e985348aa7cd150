"""Whether a shell can read a text: a node in memory would answer a text that no shell can run."""

from __future__ import annotations

import subprocess
from functools import cache


@cache
def syntax_error(text: str, shell: str = "sh") -> str:
    """What a shell says about a text that it cannot read; "" for one that it can. Nothing of the text is run."""
    done = subprocess.run([shell, "-n"], input=text, capture_output=True, text=True, check=False)
    return done.stderr.strip() or (f"status {done.returncode}" if done.returncode else "")
