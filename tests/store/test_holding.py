import os
import subprocess
import sys
import threading

import pytest

from metier.errors import StoreBusy, StoreUnavailable
from metier.store.holding import held_file

HOLD = """
import sys, time
from pathlib import Path
from metier.store.holding import held_file
with held_file(Path(sys.argv[1]), busy="busy"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_one_holder_at_a_time_and_no_trace_afterwards(tmp_path):
    path = tmp_path / "lock"
    again = held_file(path, busy="Somebody has it.")
    with held_file(path, busy="busy"), pytest.raises(StoreBusy, match=r"Somebody has it\."):
        again.__enter__()
    with held_file(path, busy="busy"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_killed_holder_holds_nobody_off(tmp_path):
    path = tmp_path / "lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(StoreBusy), held_file(path, busy="busy"):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert path.exists()
    with held_file(path, busy="busy"):
        pass
    assert not path.exists()


def test_two_threads_never_hold_it_at_once_however_often_it_comes_and_goes(tmp_path):
    inside, most, lock = 0, 0, threading.Lock()

    def work():
        nonlocal inside, most
        for _ in range(200):
            try:
                with held_file(tmp_path / "lock", busy="busy"):
                    with lock:
                        inside += 1
                        most = max(most, inside)
                    with lock:
                        inside -= 1
            except StoreBusy:
                pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with (
        pytest.raises(StoreUnavailable, match="cannot be made"),
        held_file(tmp_path / "no" / "lock", busy=""),
    ):
        pass


def test_a_lock_whose_file_is_replaced_again_and_again_is_busy(tmp_path, monkeypatch):
    monkeypatch.setattr(os.path, "samestat", lambda one, other: False)
    with pytest.raises(StoreBusy, match="busy"), held_file(tmp_path / "lock", busy="busy"):
        pass
