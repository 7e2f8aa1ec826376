"""Neighbours: items that go with the items of a history, and users who had them too."""
