"""What comes of the answers: each method's targets, the models' scores, and what it all cost."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator

from ._database import Database
from ._records import Answer, Item, Score, Spent


class ResultQueries(Database):
    """What is asked of targets, scores and costs."""

    def replace_targets(
        self, method: str, rows: Iterable[tuple[int, str, str | None, str]]
    ) -> None:
        """Write a method's selection: position, example id, source (None: dropped), reason."""
        with self._transaction():
            self._db.execute("DELETE FROM targets WHERE method = ?", (method,))
            self._db.executemany(
                "INSERT INTO targets VALUES (?, ?, ?, ?, ?)", ((method, *row) for row in rows)
            )

    def composition(self, method: str) -> dict[str, int]:
        """Rows by source: ``{"self": 286, "gold": 1033}``; dropped prompts under ``dropped``."""
        rows = self._db.execute(
            "SELECT coalesce(source, 'dropped'), count(*) FROM targets WHERE method = ?"
            " GROUP BY source",
            (method,),
        )
        return dict(rows)

    def target_rows(self, method: str, source: str | None, limit: int) -> list[tuple[int, str]]:
        """The first rows of a method that come from one source (None: dropped).

        Each is a position in the train split and the reason.
        """
        rows = self._db.execute(
            "SELECT position, reason FROM targets WHERE method = ? AND source IS ?"
            " ORDER BY position LIMIT ?",
            (method, source, limit),
        )
        return [(position, reason) for position, reason in rows]

    def add_scores(
        self,
        scores: Iterable[Score],
        spent: Spent,
        items: Iterable[Item] = (),
        answers: Iterable[Answer] = (),
    ) -> None:
        """Add the items' results of one model, all at once, with what was asked and answered."""
        with self._transaction():
            self._db.executemany("INSERT INTO scores VALUES (?, ?, ?, ?, ?)", scores)
            self._db.executemany(
                "INSERT OR IGNORE INTO items VALUES (?, ?, ?, ?, ?)",
                ((*i[:3], json.dumps(i.choices, ensure_ascii=False), i.gold) for i in items),
            )
            self._db.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", answers)
            self._add_spent(spent)

    def items(self, task: str) -> Iterator[Item]:
        """What a benchmark asked, in the order of its items; of a run of before it was kept,
        nothing."""
        query = "SELECT * FROM items WHERE task = ? ORDER BY item"
        for task_, item, prompt, choices, gold in self._db.execute(query, (task,)).fetchall():
            yield Item(task_, item, prompt, tuple(json.loads(choices)), gold)

    def answers(self, model: str, task: str) -> dict[str, Answer]:
        """What a model said in a benchmark, by item."""
        query = "SELECT * FROM answers WHERE model = ? AND task = ?"
        return {row[2]: Answer(*row) for row in self._db.execute(query, (model, task))}

    def scores(self) -> Iterator[Score]:
        """All items' results, by model and task, in the order of their items."""
        query = "SELECT * FROM scores ORDER BY model, task, metric, item"
        return (Score(*row) for row in self._db.execute(query).fetchall())

    def tasks(self, model: str) -> list[str]:
        """The tasks in which a model has scores."""
        query = (
            "SELECT DISTINCT task FROM scores WHERE model = ? ORDER BY task = 'target' DESC, task"
        )
        return [str(task) for (task,) in self._db.execute(query, (model,))]

    def forget_tuned(self, second_rounds: Collection[str] = ()) -> None:
        """Take back all that hangs on trained models: what is left is the base's and its answers.

        Mixtures are walked anew, from the same answers.

        Args:
            second_rounds: sources of the train split that were asked of tuned models.
        """
        with self._transaction():
            for source in second_rounds:
                for table in ("candidates", "verdicts"):
                    self._db.execute(
                        f"DELETE FROM {table} WHERE split = 'train' AND source = ?", (source,)
                    )
                self._db.execute("DELETE FROM likelihoods WHERE source = ?", (source,))
            for table in ("candidates", "verdicts"):
                self._db.execute(f"DELETE FROM {table} WHERE split != 'train' AND source != 'base'")
            for table in ("scores", "answers"):
                self._db.execute(f"DELETE FROM {table} WHERE model != 'base'")
            for table in ("targets", "choices"):
                self._db.execute(f"DELETE FROM {table}")
            self._db.execute(
                "DELETE FROM spent WHERE source NOT IN ('base')"
                " AND source NOT IN (SELECT source FROM candidates)"
            )
            self._db.execute("DELETE FROM responses WHERE key NOT IN (SELECT key FROM candidates)")
            for beginning in ("walked: ", "checked until ", "first round"):
                self._db.execute(
                    "DELETE FROM metadata WHERE substr(name, 1, length(?1)) = ?1", (beginning,)
                )

    def forget_measured(self) -> None:
        """Take back what the base was measured by; nothing else may have been."""
        with self._transaction():
            for table in ("scores", "answers", "items"):
                self._db.execute(f"DELETE FROM {table}")
            for table in ("candidates", "verdicts"):
                self._db.execute(f"DELETE FROM {table} WHERE split != 'train'")
            self._db.execute("DELETE FROM spent WHERE source = 'base'")

    def has_scores(self, model: str, task: str) -> bool:
        return self._exists("SELECT 1 FROM scores WHERE model = ? AND task = ?", model, task)

    def add_spent(self, spent: Spent) -> None:
        with self._transaction():
            self._add_spent(spent)

    def spent(self) -> list[Spent]:
        """What each stage used in all, over every start of the run."""
        rows = self._db.execute(
            "SELECT stage, source, sum(rows), sum(tokens), sum(seconds) FROM spent"
            " GROUP BY stage, source ORDER BY min(rowid)"
        )
        return [Spent(*row) for row in rows]
