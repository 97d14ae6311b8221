"""Making up a whole county in memory; nothing here touches the database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random

from .careers import Careers
from .county import CountyTree, add_departments
from .documents import Book
from .events import Events
from .figures import set_closed, set_figures
from .identities import Identities
from .ledger import write_ledger
from .people import People
from .plan import CountySpec, Life
from .posts import Posts


@dataclass(frozen=True)
class County:
    tree: CountyTree
    book: Book
    lives: list[Life]
    people: People
    posts: Posts
    events: Events


def invent(spec: CountySpec, random: Random, share: int, horizon: dt.date) -> County:
    """Return a county that comes to the figures of `spec`; the same random, the same county.

    share     of the identity numbers (identities.SHARES)
    horizon   the last day on which anything happens; 2017 or later
    """
    last_year = horizon.year if (horizon.month, horizon.day) >= (10, 28) else horizon.year - 1
    tree = CountyTree(spec, random)
    set_figures(spec, tree.cells, random)
    set_closed(tree.closed, random)
    add_departments(tree.root, random)
    book = Book(spec, random, horizon)
    write_ledger(spec, tree, book, random, last_year)
    lives = Careers(spec, tree, random, last_year).lives
    people = People(random, Identities(random, share), horizon)
    for life in lives:
        people.settle(life)
    posts = Posts(spec, tree, book, random, horizon)
    events = Events(tree, book, random)
    book.fill(spec.documents, list(tree.root.walk()))
    book.close()
    return County(tree, book, lives, people, posts, events)
