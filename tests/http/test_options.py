import pytest

from metier.errors import InvalidInput
from metier.http.options import HttpOptions


def test_only_https_is_secure():
    assert HttpOptions(public_url="https://metier.example.org").is_secure
    assert not HttpOptions(public_url="http://localhost").is_secure
    assert not HttpOptions().is_secure


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"language": "de"}, "language must be one of en, ru"),
        ({"public_url": "metier.example.org"}, "public_url must begin with http"),
        ({"requests_per_minute": 0}, "requests_per_minute must be above 0"),
        ({"max_request_bytes": -1}, "max_request_bytes must be above 0"),
        ({"session_s": 0.0}, "session_s must be above 0"),
    ],
)
def test_a_value_out_of_its_range_is_refused_by_name(values, rule):
    with pytest.raises(InvalidInput, match=rule):
        HttpOptions(**values)
