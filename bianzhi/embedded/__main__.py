"""`python -m bianzhi.embedded`: the keeper that waits for the last holder to leave."""

from bianzhi.embedded import holding

if __name__ == "__main__":
    holding.keep()
