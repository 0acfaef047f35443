import pytest

from metier.audit.confidence.options import ConfidenceOptions
from metier.errors import InvalidInput


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("most_ece", 0.0, "above 0 and below 1"),
        ("target_risk", 1.0, "above 0 and below 1"),
        ("least_auroc", 0.4, "from 0.5 to below 1"),
        ("kept", 1.0, "from 0.5 to below 1"),
        ("neighbours", 0, "at least 1"),
        ("n_bins", 1, "at least 2"),
        ("n_resamples", 99, "at least 100"),
        ("least_rows", 19, "at least 20"),
        ("seed", -1, "at least 0"),
    ],
)
def test_a_value_out_of_its_range_is_named(field, value, rule):
    with pytest.raises(InvalidInput, match=f"{field} must be {rule}. Got {value}"):
        ConfidenceOptions(**{field: value})
