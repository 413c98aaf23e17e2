"""Makes a Parquet file of mixed columns, and times what a profiler says of it; prints seconds, reading included."""

import sys
import time
import warnings

warnings.simplefilter("ignore")


def make(path: str, rows: str) -> None:
    """The columns of lint_peer.py, as many rows as asked for."""
    import lint_peer

    lint_peer.ROWS = int(rows)
    lint_peer.make(path)


def evidently(path: str) -> None:
    """Evidently's summary of a data set."""
    import pandas as pd
    from evidently import Dataset, Report
    from evidently.presets import DataSummaryPreset

    Report([DataSummaryPreset()]).run(Dataset.from_pandas(pd.read_parquet(path)), None).json()


def evidently_pair(path: str) -> None:
    """The same beside a reference, and what has drifted."""
    import pandas as pd
    from evidently import Dataset, Report
    from evidently.presets import DataDriftPreset, DataSummaryPreset

    current, reference = (Dataset.from_pandas(pd.read_parquet(path)) for _ in range(2))
    Report([DataSummaryPreset(), DataDriftPreset()]).run(current, reference).json()


def ydata(path: str) -> None:
    """ydata-profiling without what takes it longest."""
    import pandas as pd
    from ydata_profiling import ProfileReport

    ProfileReport(pd.read_parquet(path), minimal=True, progress_bar=False).get_description()


def whylogs(path: str) -> None:
    """A profile by whylogs."""
    import pandas as pd
    import whylogs as why

    why.log(pd.read_parquet(path)).view().to_pandas()


def deepchecks(path: str) -> None:
    """The suite of checks of a data set without a label."""
    import pandas as pd
    from deepchecks.tabular import Dataset
    from deepchecks.tabular.suites import data_integrity

    frame = pd.read_parquet(path)
    data_integrity().run(Dataset(frame, cat_features=[c for c in frame.columns if c.startswith("c")]), with_display=False)


if __name__ == "__main__":
    work = {"make": make, "evidently": evidently, "evidently_pair": evidently_pair, "ydata": ydata, "whylogs": whylogs, "deepchecks": deepchecks}
    begin = time.perf_counter()
    work[sys.argv[1]](*sys.argv[2:])
    print(time.perf_counter() - begin)
