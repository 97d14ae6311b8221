"""What a service may refuse."""


class NameTaken(Exception):
    """Another window saved a question of this name at the same moment."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
