"""What was promised in figures (量化目标), and how far it has come."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from commitments.models import Target


@dataclass(frozen=True, kw_only=True)
class TargetFigure:
    """A target with its newest figure, None before a first; ``percent`` of the way from baseline to goal, 0 to 100."""

    what: str
    unit: str
    baseline: float
    goal: float
    figure: float | None
    percent: int


def target_figures(targets: Iterable[Target], moves: Iterable[Mapping[str, float]]) -> tuple[TargetFigure, ...]:
    """Return each target with its newest figure; ``moves`` are those of its progress, oldest day first.

    Of what is damaged no figure is read: where that must not pass for a missing one, give only ``damage.whole`` moves.
    """
    figures: dict[str, float] = {}
    for moved in moves:
        figures.update(moved)
    return tuple(_target_figure(target, figures.get(target.what)) for target in targets)


def _target_figure(target: Target, figure: float | None) -> TargetFigure:
    return TargetFigure(
        what=target.what,
        unit=target.unit,
        baseline=target.baseline,
        goal=target.goal,
        figure=figure,
        percent=percent(target.baseline, target.goal, figure),
    )


def percent(baseline: float, goal: float, figure: float | None) -> int:
    """Return how far a figure is from baseline to goal, 0 to 100; 100 only at the goal."""
    if figure is None:
        return 0
    way = goal - baseline
    share = (figure - baseline) / way if way else float(figure >= goal)
    return max(0, min(100, int(share * 100 + 1e-9)))
