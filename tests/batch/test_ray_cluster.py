import os
import sys

import pytest

from metier.batch.ray_cluster import RayCluster
from metier.errors import InvalidInput, MissingExtra


def test_fewer_than_no_workers_are_refused():
    with pytest.raises(InvalidInput, match="at least 1, or 0 for one on each processor. Got -1"):
        RayCluster(workers=-1)


def test_a_cluster_is_used_inside_its_block():
    with pytest.raises(InvalidInput, match="inside its `with` block"):
        RayCluster().ray  # noqa: B018 - the property checks


def test_without_ray_the_extra_is_named_and_the_environment_is_as_it_was(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    before = dict(os.environ)
    with pytest.raises(MissingExtra, match=r"metier\[ray\]"), RayCluster():
        pass
    assert dict(os.environ) == before
