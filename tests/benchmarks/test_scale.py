import os
import time

import pytest
from scale import is_of_cluster, made_resumes, pss_mib, timed, watched


def test_made_resumes_are_all_different_and_always_the_same():
    made = [source.text for source in made_resumes(5)]
    assert len(set(made)) == 5
    assert made == [source.text for source in made_resumes(5)]
    assert all("Experience" in text for text in made)


def test_the_rate_is_of_what_comes_after_the_first_results():
    def results():
        yield from range(16)
        for number in range(10):
            time.sleep(0.01)
            yield number

    found = timed(results(), time.perf_counter())
    assert 0 < found["per_second"] < 100
    assert found["first_s"] < 0.05
    assert timed([], time.perf_counter())["per_second"] == 0


@pytest.mark.skipif(not os.path.exists("/proc/self/smaps_rollup"), reason="memory is read from /proc")
def test_memory_is_that_of_the_processes_that_are_meant():
    assert sum(pss_mib(lambda title: "pytest" in title)) > 1
    assert not any(is_of_cluster(title) for title in ("python -m pytest", "/usr/bin/bash"))
    memory = {}
    assert len(list(watched(range(300), memory))) == 300
    assert memory["cluster_mib"] >= memory["worker_mib"] >= 0
