"""What several tests share: a learner's folder, a JupyterLab server, a browser without a network."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def answers(tmp_path, monkeypatch):
    """A learner's file of its own, away from the real one."""
    path = tmp_path / "answers.json"
    monkeypatch.setenv("COURSEBOOK_ANSWERS", str(path))
    return path


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A JupyterLab server on a fresh learner's folder; gives its address and the folder."""
    from coursebook import start

    home = tmp_path_factory.mktemp("learner") / "my_course"
    settings = {
        "JUPYTER_DATA_DIR": str(home.parent / "data"),
        "JUPYTER_CONFIG_DIR": str(home.parent / "config"),
        "JUPYTER_RUNTIME_DIR": str(home.parent / "runtime"),
        "COURSEBOOK_ANSWERS": str(home / "answers.json"),
    }
    os.environ.update(settings)
    start.trust(start.prepare(ROOT, home))
    start.quiet_lab()
    port = free_port()
    options = [
        f"--port={port}",
        "--no-browser",
        "--allow-root",
        "--IdentityProvider.token=",
        f"--ServerApp.root_dir={home}",
    ]
    command = [sys.executable, "-m", "jupyterlab", *options, "--LabApp.expose_app_in_browser=True"]
    log = (home.parent / "lab.log").open("w")
    server = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | settings)
    url = f"http://127.0.0.1:{port}"
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{url}/api/status", timeout=1)
            break
        except OSError:
            time.sleep(0.5)
    else:
        server.kill()
        pytest.fail(f"JupyterLab did not start:\n{(home.parent / 'lab.log').read_text()[-2000:]}")
    yield url, home
    server.terminate()
    server.wait(20)
    for name in settings:
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium; without one the test is skipped, and in CI it fails."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("No Chromium found; browser tests must run here.")
        pytest.skip("Browser tests skipped: no Chromium found. On Debian: apt install chromium.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A page that may speak to this machine only; ``page.outside`` lists what else it asked for."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.outside = []

    def guard(route):
        url = route.request.url
        if url.startswith(("http://127.0.0.1", "data:", "blob:", "about:", "file:")):
            return route.continue_()
        opened.outside.append(url)
        return route.abort()

    context.route("**/*", guard)
    yield opened
    context.close()
