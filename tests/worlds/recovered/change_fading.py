"""What training adds to ratings and how fast that fades: branches were drawn by lot."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd


def recover(data: Path) -> dict[str, tuple[float, float]]:
    """Points at the start, and days until half is gone, each with a standard error by branch: branches, and regions' months, taken out."""
    read = duckdb.connect()
    read.execute("SET TimeZone = 'UTC'")
    cells: Any = read.sql(f"""
        WITH went AS (
            SELECT place AS branch, began_on FROM '{data}/project_rollouts.csv' JOIN '{data}/projects.csv' USING (project)
            WHERE title = 'training in listening'
        ), regions AS (SELECT DISTINCT country, region FROM '{data}/crm_accounts.csv')
        SELECT v.branch, region || strftime(window_from::TIMESTAMPTZ, '%Y-%m') AS month, avg(rating) AS rating, count(*) AS answers,
            coalesce(window_from::TIMESTAMPTZ >= began_on, false) AS after, avg(epoch(window_from::TIMESTAMPTZ) - epoch(began_on)) AS age
        FROM '{data}/field_visits.csv' v JOIN '{data}/survey_visits.csv' USING (visit_no) LEFT JOIN went ON v.branch = went.branch
        JOIN regions ON left(v.branch, 2) = country GROUP BY ALL ORDER BY ALL
    """).df()
    weight, age = np.sqrt(cells.answers.to_numpy(float)), np.where(cells.after, cells.age / 86_400, 0.0)
    means = np.linalg.svd(pd.get_dummies(cells[["branch", "month"]]).to_numpy(float) * weight[:, None], full_matrices=False)
    taken = means.U[:, means.S > 1e-9]
    y, *curves = (v - taken @ (taken.T @ v) for v in weight * [cells.rating, *(cells.after * 0.5 ** (age / h) for h in range(20, 400))])
    place = int(np.argmax([(x @ y) ** 2 / (x @ x) for x in curves]))
    size, half = float(curves[place] @ y / (curves[place] @ curves[place])), 20 + place
    moves = np.stack([curves[place], size * np.gradient(np.array(curves), axis=0)[place]])  # by a point more, by a day more
    scores = pd.DataFrame((moves * (y - size * curves[place])).T).groupby(cells.branch).sum().to_numpy()
    inverse = np.linalg.inv(moves @ moves.T)
    errors = np.sqrt(np.diag(inverse @ (scores.T @ scores) @ inverse))
    return {"size": (size, float(errors[0])), "half_life": (float(half), float(errors[1]))}
