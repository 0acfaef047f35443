import inspect

from metier.store.protocol import Store


def test_every_method_of_the_protocol_says_what_it_does():
    methods = [member for name, member in inspect.getmembers(Store, callable) if not name.startswith("_")]
    assert len(methods) >= 11
    assert all(inspect.getdoc(method) for method in methods)
