import re

from metier.store.workspaces.tokens import new_secret, secret_hash


def test_secrets_have_256_bits_and_differ():
    secrets = {new_secret() for _ in range(1000)}
    assert len(secrets) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", secret) for secret in secrets)


def test_a_hash_does_not_hold_the_secret_and_is_of_any_text():
    secret = new_secret()
    assert secret not in secret_hash(secret)
    assert {len(secret_hash(text)) for text in (secret, "", "\x00\ud800")} == {64}
