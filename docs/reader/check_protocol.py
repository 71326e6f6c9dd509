"""Runs the Python of PROTOCOL.md, section 6.3, and compares what it prints with what the page says.

    python3 docs/reader/check_protocol.py
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def main():
    text = (ROOT / "docs" / "PROTOCOL.md").read_text("utf-8")
    program, promised = re.search(r"```python\n(.*?)```.*?```\n(.*?)```", text, re.DOTALL).groups()
    ran = subprocess.run([sys.executable, "-X", "utf8", "-c", program], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8")
    if ran.returncode or ran.stdout != promised:
        print(f"the program of section 6.3 ended with {ran.returncode} and printed\n{ran.stdout}")
        return 1
    print("the program of section 6.3 prints what the page says")
    return 0


if __name__ == "__main__":
    sys.exit(main())
