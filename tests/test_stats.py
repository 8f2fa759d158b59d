"""Figures and their intervals: by hand, by other implementations, and by resampling."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, sem
from statsmodels.stats.contingency_tables import mcnemar

from s3ft.stats import bootstrap, cohen_kappa, standard_error, wilson
from s3ft.stats.paired import fewest_discordant, holm, paired, sign_test


class TestWilson:
    @pytest.mark.parametrize(("hits", "of"), [(0, 10), (3, 10), (10, 10), (450, 1000)])
    def test_it_is_scipys(self, hits: int, of: int) -> None:
        interval = binomtest(hits, of).proportion_ci(method="wilson")
        ours = wilson(hits, of)
        assert ours is not None
        assert ours.value == hits / of
        assert (ours.low, ours.high) == pytest.approx((interval.low, interval.high), abs=1e-6)

    def test_of_nothing_there_is_none(self) -> None:
        assert wilson(0, 0) is None


class TestKappa:
    def test_by_hand(self) -> None:
        found = cohen_kappa([[20, 5], [10, 15]])
        assert found is not None
        # They agree on 0.7; by chance on half of 0.6 and half of 0.4.
        assert found.value == pytest.approx((0.7 - 0.5) / 0.5)

    def test_what_psychiatrists_said(self) -> None:
        """Three categories; kappa and its standard error from Fleiss, Cohen and Everitt (1969)."""
        found = cohen_kappa([[106, 10, 4], [22, 28, 10], [2, 12, 6]])
        assert found is not None
        assert found.value == pytest.approx(0.429, abs=5e-4)
        assert (found.high - found.low) / 2 / 1.96 == pytest.approx(0.054, abs=1e-3)

    def test_its_interval_is_that_of_resampling(self) -> None:
        cells = np.array([120, 20, 6, 30, 140, 9, 0, 0, 0])
        ours = cohen_kappa(cells.reshape(3, 3).tolist())
        assert ours is not None
        draws = np.random.default_rng(0).multinomial(cells.sum(), cells / cells.sum(), size=4000)
        tables = np.concatenate([[cells], draws]).reshape(-1, 3, 3) / cells.sum()
        chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1)
        kappas = (np.trace(tables, axis1=1, axis2=2) - chance) / (1 - chance)
        assert ours.value == pytest.approx(kappas[0])
        low, high = np.percentile(kappas[1:], [2.5, 97.5])
        assert (ours.low, ours.high) == pytest.approx((low, high), abs=0.01)

    def test_it_does_not_hang_on_who_is_first(self) -> None:
        table = np.array([[30, 4, 1], [9, 40, 2], [0, 3, 11]])
        assert cohen_kappa(table.tolist()) == cohen_kappa(table.T.tolist())

    def test_without_items_or_with_one_category_there_is_none(self) -> None:
        assert cohen_kappa([[0, 0], [0, 0]]) is None
        assert cohen_kappa([[5, 0], [0, 0]]) is None

    def test_a_table_must_be_square(self) -> None:
        with pytest.raises(ValueError, match="inhomogeneous"):
            cohen_kappa([[1, 2], [3]])


def test_the_standard_error_is_scipys() -> None:
    values = [100.0, 100.0, 50.0, 50.0, 0.0]
    assert standard_error(values) == pytest.approx(sem(values))
    assert standard_error([1.0]) is None


class TestBootstrap:
    def test_an_interval_covers_what_items_leave_open(self) -> None:
        halves = np.array([[100.0 * (n % 2) for n in range(100)]])
        found = bootstrap.interval(bootstrap.crossed_mean(halves, "seeds", "items"))
        assert found.value == pytest.approx(50)
        assert found.low == pytest.approx(40, abs=1.5)
        assert found.high == pytest.approx(60, abs=1.5)

    def test_runs_that_differ_widen_the_interval(self) -> None:
        half = [100.0 * (n % 2) for n in range(100)]
        alike = bootstrap.crossed_mean(np.array([half, half]), "seeds", "items")
        differing = np.array([[100.0] * 100, [0.0] * 100])
        differ = bootstrap.crossed_mean(differing, "seeds", "items")
        assert differ[0] == alike[0] == 50
        assert np.std(differ[1:]) > 3 * np.std(alike[1:])

    def test_figures_of_one_name_are_paired(self) -> None:
        one = np.array([[100.0 * (n % 3 == 0) for n in range(60)]])
        two = one.copy()
        two[0, 1] = 100.0
        means = [bootstrap.crossed_mean(values, "seeds", "items") for values in (one, two)]
        assert (means[1] - means[0])[0] == pytest.approx(100 / 60)
        assert (means[1] - means[0]).min() >= 0, "the same draw of items for both"
        other = bootstrap.crossed_mean(two, "seeds", "other items")
        assert (other - means[0]).min() < 0

    def test_weights_are_those_of_drawing_with_return(self) -> None:
        drawn = bootstrap.weights("items", 8)
        assert drawn.shape == (1 + bootstrap.DRAWS, 8)
        assert drawn[0].tolist() == [1 / 8] * 8
        assert drawn.sum(axis=1) == pytest.approx(1)
        assert ((drawn * 8) % 1 == 0).all()


class TestPaired:
    def test_of_right_and_wrong_it_is_mcnemars(self) -> None:
        before = np.array([[100.0] * 30 + [0.0] * 70])
        after = before.copy()
        after[0, :9], after[0, 95:97] = 0.0, 100.0  # 9 lost, 2 gained
        found = paired(after, before, items="items")
        theirs = mcnemar([[21, 9], [2, 68]], exact=True)
        assert (found.gained, found.lost) == (2, 9)
        assert found.p == pytest.approx(theirs.pvalue)
        assert found.difference.value == pytest.approx(-7)

    def test_by_hand(self) -> None:
        assert sign_test(0, 5) == pytest.approx(2 / 2**5)
        assert sign_test(1, 5) == pytest.approx(2 * (1 + 6) / 2**6)
        assert sign_test(0, 0) == 1.0
        assert sign_test(3, 3) == 1.0
        assert fewest_discordant() == 6

    def test_seeds_count_by_their_mean(self) -> None:
        before = np.array([[0.0, 100.0, 100.0, 0.0]])
        after = np.array([[100.0, 100.0, 0.0, 0.0], [0.0, 0.0, 100.0, 0.0]])
        found = paired(after, before, items="items")
        assert (found.gained, found.lost) == (1, 2)
        assert found.difference.value == pytest.approx(50 - 62.5 + 0)

    def test_a_handful_all_one_way_tells_nothing(self) -> None:
        before = np.array([[100.0] * 100])
        after = before.copy()
        after[0, :4] = 0.0
        found = paired(after, before, items="items")
        assert found.difference.high < 0
        assert found.p == pytest.approx(0.125)
        assert found.told == "not told"
        after[0, :12] = 0.0
        assert paired(after, before, items="items").told == "lower"
        assert paired(before, after, items="items").told == "higher"

    def test_seeds_that_disagree_are_not_told(self) -> None:
        """The exact test takes the seeds as they are; the interval does not."""
        before = np.array([[0.0] * 200])
        after = np.array([[100.0] * 30 + [0.0] * 170, [0.0] * 200])
        found = paired(after, before, items="items")
        assert found.p < 1e-6
        assert found.difference.low <= 0
        assert found.told == "not told"

    def test_other_items_are_refused(self) -> None:
        with pytest.raises(ValueError, match="3 and 2 items"):
            paired(np.zeros((1, 3)), np.zeros((1, 2)), items="items")
        with pytest.raises(ValueError, match="0 and 0 items"):
            paired(np.zeros((1, 0)), np.zeros((1, 0)), items="items")

    def test_holm_by_hand(self) -> None:
        assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
        assert holm([]) == []
        assert holm([0.5]) == [0.5]
