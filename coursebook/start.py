"""Open the course: the learner's working copy, trusted lessons, JupyterLab without pop-ups."""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ["notebooks", "exercises"]
RECORD = ".shipped.json"
SKIPPED = {".ipynb_checkpoints", "__pycache__"}


def prepare(root: Path = ROOT, home: Path | None = None, today: str = "") -> list[Path]:
    """Copy what ships into the learner's folder, never over anything that was changed there.

    When a shipped file changes later, the new version takes the place of one that is still as it
    was laid down. Beside one that the learner has changed it arrives as
    ``name.new-2026-11-24.ipynb``. What the learner took away stays away until it changes.

    Args:
        root: the repository.
        home: the learner's folder, ``my_course`` in the repository by default.
        today: the day in the new version's name; today by default.

    Returns:
        The files that were written.
    """
    home = home or root / "my_course"
    today = today or dt.date.today().isoformat()
    record = home / RECORD  # for each file the digest of the version that was laid down last
    try:
        laid = dict(json.loads(record.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        laid = {}
    written = []
    for source in _shipped(root):
        name, target = source.relative_to(root).as_posix(), home / source.relative_to(root)
        digest, mine = _digest(source), _digest(target)
        before = laid.get(name, mine and digest)
        laid[name] = digest
        if digest in (before, mine):
            continue
        for older in target.parent.glob(f"{target.stem}.new-*{target.suffix}"):
            if _digest(older) == before:
                older.unlink()
        if mine not in ("", before):
            target = _beside(target, today)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.part")
        shutil.copyfile(source, part)
        os.replace(part, target)  # whole or not at all: half a file would pass for a changed one
        written.append(target)
    home.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(laid, indent=1, sort_keys=True), encoding="utf-8")
    return written


def _digest(path: Path) -> str:
    """Return what tells one content from another; an empty text where no file is."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _beside(target: Path, today: str) -> Path:
    """Return a free name for the new version of a file that the learner has changed."""
    path, number = target.with_name(f"{target.stem}.new-{today}{target.suffix}"), 1
    while path.exists():
        number += 1
        path = target.with_name(f"{target.stem}.new-{today}-{number}{target.suffix}")
    return path


def _shipped(root: Path) -> list[Path]:
    files = [path for folder in SHIPPED for path in sorted((root / folder).rglob("*")) if path.is_file()]
    return [path for path in files if not SKIPPED & set(path.parts)]


def trust(paths: list[Path]) -> None:
    """Mark notebooks as trusted, so that JupyterLab shows their stored maps at once."""
    import nbformat
    from nbformat.sign import NotebookNotary

    notary = NotebookNotary()
    for path in paths:
        if path.suffix == ".ipynb":
            notary.sign(nbformat.read(path, as_version=4))


def free_keys(lab: Path) -> list[dict]:
    """Return JupyterLab's one-key commands, kept away from what stands in an output.

    Without this, pressing A on a list that has the focus inserts a cell, pressing D twice deletes
    one, and the arrow keys never reach the list (ipywidgets issue 3912, open since 2024).

    Args:
        lab: JupyterLab's application folder, which holds ``schemas``.
    """
    changed = []
    for path in sorted(lab.glob("schemas/@jupyterlab/*/*.json")):
        for shortcut in json.loads(path.read_text(encoding="utf-8")).get("jupyter.lab.shortcuts", []):
            keys = [key for key in shortcut["keys"] if key]
            if keys and shortcut["selector"].endswith("mod-commandMode:not(.jp-mod-readWrite) :focus"):
                elsewhere = f"{shortcut['selector']}:not(.jp-OutputArea-output *)"
                changed += [shortcut | {"disabled": True}, shortcut | {"selector": elsewhere}]
    return changed


def quiet_lab() -> None:
    """Set up JupyterLab for this environment only: no news, keys that reach the activities, pages as pages."""
    lab = Path(sys.prefix) / "share" / "jupyter" / "lab"
    folder = lab / "settings"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {
        "@jupyterlab/shortcuts-extension:shortcuts": {"shortcuts": free_keys(lab)},
        "@jupyterlab/apputils-extension:notification": {
            "fetchNews": "false",
            "checkForUpdates": False,
        },
        # The teaching guide opens as a page to read, with links that work, and not as its source.
        "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
    }
    (folder / "overrides.json").write_text(json.dumps(wanted, indent=1), encoding="utf-8")
    page = Path(sys.prefix) / "etc" / "jupyter" / "labconfig"
    page.mkdir(parents=True, exist_ok=True)
    disabled = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (page / "page_config.json").write_text(json.dumps(disabled, indent=1), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Prepare the learner's folder and open JupyterLab in it; returns the exit code."""
    parser = argparse.ArgumentParser(prog="course.py start", description="Open the course in JupyterLab.")
    parser.add_argument("--prepare-only", action="store_true", help="make my_course/ and stop")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument("--port", type=int, default=8888, help="port of the server (8888)")
    chosen = parser.parse_args(arguments)
    home = ROOT / "my_course"
    try:
        written = prepare()
        trust(written)
        quiet_lab()
    except OSError as error:
        print(f"my_course/ cannot be written: {error}. Check permissions and free space.", file=sys.stderr)
        return 1
    fresh = [path.name for path in written if ".new-" in path.name]
    if fresh:
        lie = "A newer version lies" if len(fresh) == 1 else "Newer versions lie"
        print(f"{lie} beside what you have changed: {', '.join(fresh)}.")
    print(f"Your copy of the course: {home}. Your answers: {home / 'answers.json'}.")
    if chosen.prepare_only:
        return 0
    first = "lab/tree/notebooks/00_start_here.ipynb"
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={home}", f"--port={chosen.port}"]
    command += [f"--LabApp.default_url=/{first}"] + (["--no-browser"] if chosen.no_browser else [])
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    try:
        return subprocess.run(command).returncode
    except KeyboardInterrupt:
        return 0
