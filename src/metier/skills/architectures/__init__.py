"""The three ways to tell none, implicit and explicit apart, which can be trained and compared."""
