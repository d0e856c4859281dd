"""Every WGSL module and every compute pipeline in headless Chromium's WebGPU: Tint, on SwiftShader.

    python3 tests/browser/check.py MODULES.json [--chromium /usr/bin/chromium] [--limit 5]

MODULES.json is a list of {"name": text, "source": WGSL, "pipelines": [{"entry": "main", "constants":
{"LEFT_TRANSPOSED": 0}}]}. A failure is any message of the compiler (an information, too), any error of
the device, more than --limit seconds (by the clock and of processors), and more than 1 GB of memory; each
prints a line. One that takes three times the limit, or the memory, is given up, and a new Chromium has
the rest: a compiler can't be stopped otherwise. How far it is stands on standard error. 0: all passed; 1:
something failed; 2: there was no browser, adapter or input to check with.
"""

import argparse
import http.server
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PAGE = Path(__file__).with_name("page.html")
FLAGS = ["--headless=new", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--enable-unsafe-webgpu"]
# Of the GPU's process, where Tint and SwiftShader run, beyond what it had before it compiled anything.
MEGABYTES = 1000
# Between two looks at the memory: SwiftShader has been seen to take a gigabyte in some seconds.
LOOK = 0.05
# Until the page has an adapter, and for an empty device: a second, unless the machine is busy.
START = 90
# How many times its limit a task may take by the clock, while it has not had so much of processors.
PATIENCE = 8
TICKS = os.sysconf("SC_CLK_TCK")
# Seconds between two lines of progress: of one that is overwritten, and of lines in a log.
OVERWRITTEN, LOGGED = 0.2, 30


class CannotCheck(Exception):
    """There is nothing to check, or to check it with."""


class GivenUp(Exception):
    """Why Chromium can't be used any more."""


class Server(http.server.ThreadingHTTPServer):
    """Serves the page, and hands it tasks for its reports."""

    daemon_threads = True

    def __init__(self):
        # 127.0.0.1 is a secure context, and only there pages have WebGPU.
        super().__init__(("127.0.0.1", 0), Handler)
        self.tasks, self.reports = queue.Queue(), queue.Queue()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """A browser that is killed closes its connections amid an answer; that is no news."""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer("text/html; charset=utf-8", PAGE.read_bytes())

    def do_POST(self):
        report = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.reports.put(json.loads(report))
        self.answer("application/json", json.dumps(self.server.tasks.get()).encode())

    def answer(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Browser:
    """A Chromium that shows the page, in a folder and a process group of its own."""

    def __init__(self, chromium):
        self.server = Server()
        self.folder = Path(tempfile.mkdtemp(prefix="gpu-mlp-browser-"))
        self.process = self.gpu = None
        self.baseline = self.largest = 0
        try:
            self.start(chromium)
        except BaseException:
            self.close()
            raise

    def start(self, chromium):
        # Otherwise it leaves files in the user's home and in /tmp when it is killed.
        environment = {**os.environ, "HOME": str(self.folder), "TMPDIR": str(self.folder)}
        page = f"http://127.0.0.1:{self.server.server_port}/"
        command = [chromium, *FLAGS, f"--user-data-dir={self.folder / 'profile'}", page]
        try:
            with open(self.folder / "printed", "wb") as printed:
                self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=printed,
                                                stderr=subprocess.STDOUT, start_new_session=True)
        except OSError as error:
            raise CannotCheck(f"{chromium} does not start: {error.strerror}") from None
        try:
            if not self.report(START)["adapter"]:
                raise GivenUp("no adapter")
            self.gpu = gpu_process(self.process.pid)
            self.ask({"kind": "open"}, START)
        except GivenUp as error:
            raise CannotCheck(f"{chromium} gives no WebGPU: {error}{self.printed()}") from None
        self.baseline = self.megabytes()

    def ask(self, task, seconds):
        """The page's report on a task."""
        self.largest, used = 0, self.processor_seconds()
        self.server.tasks.put(task)
        report = self.report(seconds)
        self.look()
        if "seconds" in report:
            # By the clock alone a busy machine would fail, by processors alone a compiler with threads.
            report["seconds"] = min(report["seconds"], self.processor_seconds() - used)
        if "lost" in report:
            raise GivenUp(f"lost the device ({report['lost']})")
        if "broken" in report:
            raise GivenUp(f"the page failed ({report['broken']})")
        return report

    def report(self, seconds):
        started, used = time.monotonic(), self.processor_seconds()
        waited, most = 0, (PATIENCE if self.gpu else 1) * seconds
        while waited < seconds or waited < most and self.processor_seconds() - used < seconds:
            try:
                return self.server.reports.get(timeout=LOOK)
            except queue.Empty:
                self.look()
            waited = time.monotonic() - started
        grown = f", and took {self.largest:.0f} MB" if self.baseline else ""
        raise GivenUp(f"did not finish in {waited:.0f} s{grown}")

    def look(self):
        """Whether Chromium is still there, and not too large."""
        if self.process.poll() is not None:
            raise GivenUp(f"Chromium ended ({ending(self.process.returncode)})")
        self.largest = max(self.largest, self.megabytes() - self.baseline)
        if self.baseline and self.largest > MEGABYTES:
            raise GivenUp(f"took more than {MEGABYTES} MB")

    def megabytes(self):
        """What the GPU's process has in memory; 0 when it is gone, which the page reports in words."""
        found = re.search(r"VmRSS:\s+(\d+) kB", read(f"/proc/{self.gpu}/status"))
        return int(found[1]) / 1000 if found else 0

    def processor_seconds(self):
        """What the GPU's process has used of processors; 0 when it is gone."""
        fields = read(f"/proc/{self.gpu}/stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0

    def printed(self):
        """The last lines from Chromium, but those that tell of a missing D-Bus: a container has none."""
        lines = (self.folder / "printed").read_text(errors="replace").splitlines()
        lines = [line for line in lines if "dbus/" not in line][-8:]
        return "; it printed last:\n" + "\n".join(lines) if lines else "; it printed nothing"

    def close(self):
        if self.process is not None:
            try:
                # SIGTERM would wait for the compiler.
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
        self.server.shutdown()
        self.server.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Progress:
    """Tells on standard error how many modules are done, and for how long the others will take."""

    def __init__(self, modules):
        self.overwritten = sys.stderr.isatty()
        # A module takes about as long as one of its pipelines.
        self.tasks = [1 + len(module["pipelines"]) for module in modules]
        self.done, self.started = 0, time.monotonic()
        self.told = self.started

    def module_done(self):
        self.done += 1
        now = time.monotonic()
        if now - self.told < (OVERWRITTEN if self.overwritten else LOGGED):
            return
        self.told = now
        left = (now - self.started) * sum(self.tasks[self.done :]) / sum(self.tasks[: self.done])
        line = f"{self.done} of {len(self.tasks)} modules, {left:.0f} s left"
        print(f"\r\x1b[K{line}" if self.overwritten else line, end="" if self.overwritten else "\n", file=sys.stderr,
              flush=True)

    def wipe(self):
        """Makes room for another line."""
        if self.overwritten:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


class Check:
    """Goes through modules, in one Chromium after the other."""

    def __init__(self, chromium, limit, progress):
        self.chromium, self.limit, self.progress = chromium, limit, progress
        self.browser = None
        self.failures = self.tried = 0
        # Of those that finished: seconds, megabytes, and of which.
        self.slowest = self.largest = (0, "nothing")

    def module(self, module):
        """Compiles a module, and its pipelines if it is a valid one."""
        name, lines = module["name"], module["source"].splitlines()
        report = self.load(module)
        if report is None:
            return
        for message in report["messages"]:
            self.fail(name, in_words(message, lines))
        if any(message["type"] == "error" for message in report["messages"]):
            # Further errors repeat this one.
            return
        self.judge(name, report)
        for pipeline in [] if report["errors"] else module["pipelines"]:
            # The last one took Chromium with it.
            if self.browser is None and self.load(module) is None:
                return
            self.pipeline(name, pipeline)

    def pipeline(self, name, pipeline):
        self.tried += 1
        constants = pipeline.get("constants", {})
        label = " ".join([name, pipeline["entry"], *(f"{key}={value}" for key, value in constants.items())])
        task = {"kind": "pipeline", "entry": pipeline["entry"], "constants": constants}
        self.judge(label, self.ask(label, task))

    def load(self, module):
        """Has a module compiled on a new device, where it then stands ready for its pipelines."""
        if self.browser is None:
            self.browser = Browser(self.chromium)
        if self.ask(module["name"], {"kind": "open"}) is None:
            return None
        return self.ask(module["name"], {"kind": "module", "source": module["source"]})

    def ask(self, label, task):
        """The report on a task; none if it was the end of this Chromium."""
        try:
            return self.browser.ask(task, 3 * self.limit)
        except GivenUp as error:
            self.fail(label, error)
            self.close()
            return None

    def judge(self, label, report):
        if report is None:
            return
        seconds = report["seconds"]
        self.slowest = max(self.slowest, (seconds, label))
        self.largest = max(self.largest, (self.browser.largest, label))
        for error in report["errors"]:
            self.fail(label, error)
        if seconds > self.limit:
            self.fail(label, f"took {seconds:.1f} s, more than {self.limit:g} s")

    def fail(self, label, why):
        self.failures += 1
        self.progress.wipe()
        print(f"{label}: {' '.join(str(why).split())}", flush=True)

    def summary(self, modules):
        pipelines = sum(len(module["pipelines"]) for module in modules)
        untried = pipelines - self.tried
        result = f"{self.failures} failures" if self.failures else "all compiled without a message"
        result += f", {untried} pipelines not tried" if untried else ""
        return (f"{len(modules)} modules, {pipelines} pipelines: {result}; the slowest {self.slowest[0]:.1f} s "
                f"({self.slowest[1]}), largest {self.largest[0]:.0f} MB ({self.largest[1]})")

    def close(self):
        if self.browser is not None:
            self.browser.close()
            self.browser = None


def in_words(message, lines):
    """A message of the compiler, with the line of the module that it is about."""
    number = message["lineNum"]
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    return f"{message['type']} at {number}:{message['linePos']}: {message['message']} | {line}"


def ending(code):
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def read(path):
    """A file of /proc; nothing of a process that has ended."""
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""


def gpu_process(group):
    """The process for the GPU among those of a process group."""
    for folder in Path("/proc").glob("[0-9]*"):
        # pid (name) state parent group, and a name may have spaces
        fields = read(folder / "stat").rpartition(")")[2].split()
        if fields[2:3] == [str(group)] and "--type=gpu-process" in read(folder / "cmdline"):
            return int(folder.name)
    raise GivenUp("no process for the GPU, whose memory could be watched")


def modules_of(path):
    """The modules of a file, each with a pipeline at least: nothing passes because nothing was there."""
    try:
        modules = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotCheck(f"{path}: {error}") from None
    try:
        found = [(module["name"] + module["source"], pipeline["entry"], dict(pipeline.get("constants", {})))
                 for module in modules for pipeline in module["pipelines"]]
        empty = not found or not all(module["pipelines"] for module in modules)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CannotCheck(f"{path} is no list of modules: {error!r}") from None
    if empty:
        raise CannotCheck(f"{path} has no modules, or one without pipelines")
    return modules


def interrupted(number, _):
    # As an exception, so that Chromium is ended on the way out.
    sys.exit(128 + number)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--limit", type=float, default=5, help="seconds for a module or a pipeline")
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    try:
        modules = modules_of(arguments.modules)
        progress = Progress(modules)
        check = Check(arguments.chromium, arguments.limit, progress)
        try:
            for module in modules:
                check.module(module)
                progress.module_done()
            progress.wipe()
        finally:
            check.close()
    except CannotCheck as error:
        print(error, file=sys.stderr)
        return 2
    print(check.summary(modules))
    return 1 if check.failures else 0


if __name__ == "__main__":
    sys.exit(main())
