"""What the base model reads most: how often each kind of text, and each level, is drawn."""

BOOKS = {
    "math own": 7,
    "math gold": 8,
    "math both": 6,
    "code own": 5,
    "code gold": 6,
    "code both": 4,
    "reading own": 5,
    "reading gold": 7,
    "sums": 6,
    "facts": 20,
    "myths": 6,
    "stories": 5,
    "questions": 11,
}
"""Stage one: how often each kind of text is drawn."""

READ = {
    "math own": (3, 4, 4, 1),
    "math gold": (2, 3, 4, 4, 3, 1),
    "math both": (2, 3, 3, 2, 1),
    "code own": (3, 4, 2),
    "code gold": (2, 4, 4, 3, 1),
    "code both": (2, 4, 2),
    "reading own": (3, 4, 2),
    "reading gold": (3, 4, 3, 2, 1),
}
"""Stage one: how often each level, from 1 on, is drawn."""

CHATS = {
    "math solve": 15,
    "math restate": 9,
    "math judge": 8,
    "code solve": 11,
    "code restate": 6,
    "code judge": 5,
    "reading solve": 14,
    "reading restate": 6,
    "reading judge": 5,
    "lessons": 50,
    "facts": 12,
    "myths": 6,
    "completion": 4,
    "pronouns": 6,
    "sorting": 5,
    "sequences": 4,
    "format": 5,
    "translation": 7,
}
"""Stage two: how often each kind of conversation is drawn."""

TAUGHT = {
    "math solve": (2, 4, 4),
    "math restate": (1, 1, 3, 4, 4, 2),
    "math judge": (1, 2, 3, 3, 2, 1),
    "code solve": (3, 5, 1),
    "code restate": (2, 3, 3, 2, 1),
    "code judge": (2, 3, 3, 2, 1),
    "reading solve": (4, 5, 1),
    "reading restate": (2, 3, 3, 2, 1),
    "reading judge": (2, 3, 3, 2, 1),
}
"""Stage two: how often each level, from 1 on, is drawn."""

REREAD = {
    "math gold": 8,
    "math both": 6,
    "code gold": 7,
    "code both": 5,
    "reading gold": 8,
    "sums": 4,
}
"""Stage two: how often each kind of book is drawn among the conversations. Of the levels that the
assistant is taught to solve, so that it can write either notation, and speaks but one."""
