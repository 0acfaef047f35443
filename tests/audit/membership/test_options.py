import pytest

from metier.audit.membership.options import MembershipOptions
from metier.errors import InvalidInput


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("most_auc", 0.4, "from 0.5 to below 1"),
        ("most_found", 1.0, "from 0.01 to below 1"),
        ("least_rows", 99, "at least 100"),
        ("n_folds", 1, "at least 2"),
        ("n_resamples", 99, "at least 100"),
        ("seed", -1, "at least 0"),
    ],
)
def test_a_value_out_of_its_range_is_named(field, value, rule):
    with pytest.raises(InvalidInput, match=f"{field} must be {rule}. Got {value}"):
        MembershipOptions(**{field: value})
