"""Checks the reader against the published vectors (docs/vectors).

    python3 docs/reader/check_vectors.py

Both this reader and the engine must answer each case as its file says. The exit code is 0 if the reader does.
"""

import json
import sys
from pathlib import Path

from checks import ANSWERS, basics, messages, people, require, rooms  # each file registers its answers
from encoding import Refused

FOLDER = Path(__file__).resolve().parent.parent / "vectors"


def answer(case):
    try:
        gives = ANSWERS[case["check"]](case["given"])
        require(case["given"].get("claimed", gives) == gives, "value")
        return {"gives": gives}
    except Refused as refusal:
        return {"refused": refusal.reason}


def main():
    tried, wrong = 0, 0
    for file in sorted(FOLDER.glob("*.json")):
        for case in json.loads(file.read_text("utf-8"))["cases"]:
            expected = {field: case[field] for field in ("gives", "refused") if field in case}
            answered = answer(case)
            tried += 1
            if answered != expected:
                wrong += 1
                print(f"{file.name}: {case['name']}: {answered} instead of {expected}")
    print(f"{tried} cases, {wrong} answered wrongly")
    return 1 if wrong or not tried else 0


if __name__ == "__main__":
    sys.exit(main())
