"""Start, test and keep up the course; needs nothing but Python 3.11 or newer, pip and git.

python3 course.py               open the course in JupyterLab
python3 course.py page|slides|print [02 ...]   lessons as pages to read or to project, activities to print
python3 course.py portfolio [FILE]     write a learner's portfolio, by default yours
python3 course.py test          run every check: format, tests, notebooks, browser
python3 course.py store NOTEBOOK ...   execute notebooks and store their outputs
python3 course.py exercises [02 ...]   generate exercises/ from solutions/
python3 course.py grade FOLDER 02      grade a class's hand-ins of a set
python3 course.py nbgrader FOLDER ...  run nbgrader in a class's folder
python3 course.py formgrader FOLDER    grade free text of a class by hand
python3 course.py data          check the tables in data/
python3 course.py pins          renew the pinned requirements (needs a network)
"""

import difflib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
NOTEBOOKS = ["notebooks", "solutions"]
FOR_A_CLASS = ["nbgrader", "formgrader"]
COMMANDS = "start page slides print portfolio test store exercises grade data pins help".split() + FOR_A_CLASS


def stop(message):
    """End with one sentence for the reader."""
    sys.exit(f"course.py: {message}")


def run(*command, why="", quiet=False, **options):
    """Run a command; end with a sentence, not a traceback, if it fails."""
    output = subprocess.PIPE if quiet else None
    done = subprocess.run([str(part) for part in command], stdout=output, stderr=output, text=True, **options)
    if done.returncode and why:
        detail = (done.stderr or done.stdout or "").strip().splitlines()[-1:] or ["see above"]
        stop(f"{why} ({detail[0]})")
    return done.returncode


def python_of(folder):
    """Return the path of the Python inside a virtual environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def environment(name, requirements):
    """Make a virtual environment from pinned requirements, once, and return its Python.

    A second call with unchanged pins touches neither pip nor the network.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 - older Pythons do start this file
        stop(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}. Install it from python.org.")
    folder, pins = ROOT / name, ROOT / requirements
    stamp = folder / "pins.sha256"
    wanted = hashlib.sha256(pins.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + sys.version.encode())
    python = python_of(folder)
    if python.exists() and stamp.exists() and stamp.read_text() == wanted.hexdigest():
        return python
    if folder.is_symlink():
        stop(
            f"{name} is a link to another folder, which would be emptied. Remove the link, then start again."
        )
    if run(sys.executable, "-m", "pip", "--version", quiet=True):
        stop("pip is missing. On Debian or Ubuntu: apt install python3-pip. Elsewhere: python3 -m ensurepip.")
    if shutil.disk_usage(ROOT).free < 2_000_000_000:
        stop("less than 2 GB are free on this disk. Make room, then start again.")
    print(f"Setting up {name}: about two minutes, once, with a network ...", flush=True)
    stamp.unlink(missing_ok=True)
    run(
        sys.executable, "-m", "venv", "--without-pip", "--clear", folder, why="the environment cannot be made"
    )
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-warn-script-location"]
    pip += ["--disable-pip-version-check"]
    why = "packages could not be installed. Is there a network? Start again when there is"
    run(*pip, "--require-hashes", "--only-binary=:all:", "-r", pins, why=why)
    run(*pip, "--no-deps", "--no-build-isolation", "-e", ROOT, why="the course itself could not be installed")
    stamp.write_text(wanted.hexdigest())
    return python


def settings(python):
    """Return environment variables for a child: the environment's own programs come first."""
    path = str(python.parent) + os.pathsep + os.environ.get("PATH", "")
    return os.environ | {"PATH": path, "VIRTUAL_ENV": str(python.parent.parent)}


def test(arguments):
    """Run every check of the course; returns the number of failed parts.

    Words after ``test`` go to pytest and leave the notebooks out: ``course.py test tests/test_data.py``.
    """
    python = environment(".venv-test", "requirements-test.txt")
    # Nobody's own answers or class: lessons show what a first reader sees.
    nowhere = tempfile.TemporaryDirectory()  # taken away when the tests have ended
    mine = {"COURSEBOOK_ANSWERS": f"{nowhere.name}/answers.json", "COURSEBOOK_CLASS": nowhere.name}
    do = {"cwd": ROOT, "env": settings(python) | mine}
    if arguments:
        return run(python, "-m", "pytest", *arguments, **do)
    nbval = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", "tests/nbval.cfg"]
    parallel = ["-n", "2", "--dist", "loadscope"]
    parts = {
        "format": [python, "-m", "ruff", "format", "--check", "."],
        "rules": [python, "-m", "ruff", "check", "."],
        "tests": [python, "-m", "pytest", "-q", "tests"],
        "notebooks": [
            python,
            "-m",
            "pytest",
            "-q",
            *nbval,
            "--nbval-kernel-startup-timeout",
            "180",
            *parallel,
            *NOTEBOOKS,
        ],
    }
    failed = [
        name for name, command in parts.items() if print(f"== {name}", flush=True) or run(*command, **do)
    ]
    print(f"course.py: failed: {', '.join(failed)}" if failed else "course.py: everything passed.")
    return len(failed)


def pins():
    """Renew both requirement files for every platform, with hashes and without any host."""
    folder = ROOT / ".venv-pins"
    run(sys.executable, "-m", "venv", "--without-pip", "--clear", folder, why="no environment for pins")
    python = python_of(folder)
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "-q",
        "uv",
        why="uv could not be installed",
    )
    options = (
        "--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q"
    )
    compile_ = [python, "-m", "uv", "pip", "compile", "pyproject.toml", *options.split()]
    run(*compile_, "-o", "requirements.txt", cwd=ROOT, why="pins for the course failed")
    extra = ["--extra", "test", "-c", "requirements.txt", "-o", "requirements-test.txt"]
    run(*compile_, *extra, cwd=ROOT, why="pins for the tests failed")
    shutil.rmtree(folder)


def main():
    """Read the command line and hand over."""
    command, *rest = sys.argv[1:] or ["start"]
    if command == "start" or command.startswith("--") and command not in ("--help", "-h"):
        python = environment(".venv", "requirements.txt")
        extra = rest if command == "start" else [command, *rest]
        sys.exit(run(python, "-m", "coursebook", *extra, env=settings(python)))
    if command in ("page", "slides", "print", "portfolio"):
        python = environment(".venv", "requirements.txt")
        module = ["coursebook.portfolio"] if command == "portfolio" else ["coursebook.pages", command]
        sys.exit(run(python, "-m", *module, *rest, env=settings(python)))
    if command == "test":
        sys.exit(test(rest))
    if command in ("store", "exercises", "data", "grade"):
        python = environment(".venv-test", "requirements-test.txt")
        own = {"data": ["coursebook.data"], "grade": ["coursebook.grading"]}
        module = own.get(command, ["coursebook.author", command])
        sys.exit(run(python, "-m", *module, *rest, env=settings(python)))
    if command in FOR_A_CLASS and rest:
        python = environment(".venv-test", "requirements-test.txt")
        page = ["jupyterlab", "--LabApp.default_url=/formgrader", "--ServerApp.root_dir=."]
        module = ["nbgrader", *rest[1:]] if command == "nbgrader" else page
        sys.exit(run(python, "-m", *module, cwd=rest[0], env=settings(python)))
    if command == "pins":
        sys.exit(pins())
    if command in ("-h", "--help", "help"):
        print(__doc__)
        sys.exit()
    if command in FOR_A_CLASS:
        told = f"{command} needs the folder of a class: python3 course.py {command} FOLDER"
    else:
        near = "".join(f" Did you mean {word}?" for word in difflib.get_close_matches(command, COMMANDS, 1))
        told = f"there is no command {command}.{near} python3 course.py help lists them."
    print(f"course.py: {told}", file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        stop(f"{error.strerror or error} ({error.filename}). Check the folder's permissions and free space.")
