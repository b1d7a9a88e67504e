"""How class_results grows: seconds and memory for 30, 300 and 3,000 invented files.

Run ``python tests/bench_class.py [COUNT ...]``. Each line is a process of its own: reading and
parsing with the json module alone, reading a class, and reading it and making every page.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORDS = "who counted what was counted and as of which day the ministry said so before the others did ".split()


def write_class(folder, count):
    """Write files as long as one in which every control of the course is filled."""
    from coursebook import responses
    from coursebook.invented import invented_files

    for number, content in enumerate(invented_files(count)):
        file = json.loads(content)
        for place in range(300):
            words = " ".join(WORDS[(place + number + n) % len(WORDS)] for n in range(5 + place % 30))
            file["answers"][f"05.package.card{place:04d}.purpose"] = {
                "value": words,
                "saved_at": "2026-09-14T09:30:00.000000Z",
                "activity": "Ten measures",
                "asked": "List the generals: purpose",
            }
        (folder / f"learner_{number}_1_answers.json").write_text(responses.as_text(file), encoding="utf-8")


def work(how, folder):
    """Do one of the three things and print seconds and the memory that it took, in MB."""
    from coursebook import classroom

    pages = (classroom.summary, classroom.stances, classroom.splits, classroom.reasons, classroom.cited)
    pages += (classroom.verdicts, classroom.forecasts)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    if how == "json":
        for path in sorted(folder.glob("*.json")):
            json.loads(path.read_bytes())
    else:
        room = classroom.collect(folder)
        if how == "pages":
            for page in pages:
                page(room)
            classroom.keep(room, folder.parent)
    seconds = time.process_time() - start
    print(f"{seconds:.3f} {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024:.0f}")


def main(counts):
    """Print one line for each count and kind of work: processor seconds, the quickest of three runs."""
    print("files  work   seconds  MB")
    for count in counts:
        with tempfile.TemporaryDirectory() as top:
            folder = Path(top) / "class_files"
            folder.mkdir()
            write_class(folder, count)
            size = sum(path.stat().st_size for path in folder.iterdir()) / count / 1000
            for how in ("json", "class", "pages"):
                command = [sys.executable, __file__, "--work", how, str(folder)]
                runs = [
                    subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-2:]
                    for _ in range(3)
                ]
                seconds, memory = min(runs, key=lambda run: float(run[0]))
                print(f"{count:5}  {how:5}  {seconds:>7}  {memory:>4}   ({size:.0f} kB a file)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(sys.argv[2], Path(sys.argv[3]))
    else:
        main([int(count) for count in sys.argv[1:]] or [30, 300, 3000])
