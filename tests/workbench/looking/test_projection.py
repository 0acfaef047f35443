import numpy as np
import pytest

from metier.errors import InvalidInput, MissingExtra
from metier.workbench.looking import projection as module
from metier.workbench.looking.projection import Method, principal_components, project


def cloud(n=40, dim=6, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(n, dim)) * [5, 3, 1, 1, 0.5, 0.1][:dim]).astype(np.float32)


def test_the_axes_are_those_of_most_variance():
    vectors = cloud()
    plane = project(vectors, Method.PCA)
    centered = vectors - vectors.mean(axis=0)
    values = np.sort(np.linalg.eigvalsh(np.cov(centered.T.astype(np.float64))))[::-1]
    assert plane.points.var(axis=0, ddof=1) == pytest.approx(values[:2])
    assert plane.explained == pytest.approx(tuple(values[:2] / values.sum()))
    assert plane.points.mean(axis=0) == pytest.approx([0, 0], abs=1e-5)


def test_a_second_implementation_finds_the_same_points():
    decomposition = pytest.importorskip("sklearn.decomposition")
    vectors = cloud()
    expected = decomposition.PCA(2).fit_transform(vectors.astype(np.float64))
    assert np.abs(project(vectors, Method.PCA).points) == pytest.approx(np.abs(expected), abs=1e-6)


def test_signs_do_not_hang_on_chance():
    vectors = cloud()
    assert project(-vectors, Method.PCA).points == pytest.approx(-project(vectors, Method.PCA).points)
    shuffled = np.random.default_rng(1).permutation(len(vectors))
    moved = project(vectors[shuffled], Method.PCA).points
    assert moved == pytest.approx(project(vectors, Method.PCA).points[shuffled])


def test_points_on_a_line_have_no_second_axis():
    vectors = np.outer(np.arange(5), [1.0, 2.0]).astype(np.float32)
    plane = project(vectors, Method.PCA)
    assert plane.explained == pytest.approx((1, 0))
    assert plane.points[:, 1] == pytest.approx(np.zeros(5), abs=1e-6)


def test_vectors_of_one_number_have_a_plane():
    plane = principal_components(np.array([[0.0], [1.0], [3.0]], np.float32))
    assert plane.points.shape == (3, 2)
    assert plane.explained == pytest.approx((1, 0))


@pytest.mark.parametrize("shape", [(0, 4), (2, 4), (4,)])
def test_so_few_texts_are_refused(shape):
    with pytest.raises(InvalidInput, match="A map needs at least 3 texts"):
        project(np.ones(shape, np.float32), Method.PCA)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_equal_texts_are_refused(value):
    with pytest.raises(InvalidInput, match="texts with different vectors"):
        project(np.full((4, 3), value, np.float32), Method.PCA)


def test_neighbours_stay_together_in_tsne():
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(0)
    middles = np.repeat(np.eye(3) * 10, 10, axis=0)
    vectors = (middles + rng.normal(size=middles.shape)).astype(np.float32)
    plane = project(vectors, Method.TSNE)
    again = project(vectors, Method.TSNE)
    assert plane.points.tobytes() == again.points.tobytes()
    assert plane.explained == ()
    distances = np.linalg.norm(plane.points[:, None] - plane.points[None], axis=2) + np.eye(30) * 1e9
    assert (distances.argmin(axis=1) // 10 == np.arange(30) // 10).all()
    assert project(vectors[:3], Method.TSNE).points.shape == (3, 2)


def test_tsne_names_the_extra_that_it_needs(without):
    without("sklearn", module)
    with pytest.raises(MissingExtra, match="sklearn is not installed"):
        project(cloud(), Method.TSNE)
