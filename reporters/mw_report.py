"""A plugin for pytest: one line for each test, and a last one that says how many there were."""
import json
import os
import time

NONCE = "__NONCE__"
FOLDER = "__FOLDER__"
MARKER = "MILLWRIGHT_REPORTING"

_file = os.path.join(FOLDER, "%d-%d.jsonl" % (os.getpid(), int(time.time() * 1000)))
_active = MARKER not in os.environ
os.environ[MARKER] = str(os.getpid())
_collected = 0
_seen = {}


def _write(value):
    if not _active:
        return
    value["nonce"] = NONCE
    with open(_file, "a", encoding="utf-8") as out:
        out.write(json.dumps(value) + "\n")


def pytest_sessionstart(session):
    _write({"start": True})


def pytest_collection_finish(session):
    global _collected
    _collected = len(session.items)


def pytest_runtest_logreport(report):
    # A test is what its worst part is: setup, call or teardown.
    rank = {"passed": 0, "skipped": 1, "failed": 2}
    status = "skipped" if hasattr(report, "wasxfail") else report.outcome
    # A plugin that runs tests again has words of its own; what counts is the last run.
    if status not in rank:
        return
    known = _seen.get(report.nodeid)
    if report.when == "setup" and status == "passed":
        return
    if known is None or rank[status] > rank[known]:
        _seen[report.nodeid] = status


def pytest_sessionfinish(session, exitstatus):
    for nodeid, status in _seen.items():
        path = nodeid.split("::")[0]
        _write({"test": {"name": nodeid, "file": path, "status": status}})
    if not getattr(session.config, "workerinput", None):
        _write({"end": len(_seen) if getattr(session, "shouldfail", False) or getattr(session, "shouldstop", False) else max(_collected, 0)})
