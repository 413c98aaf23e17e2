"""Fingerprints of tables, data files that were read, pointers of DVC and git-lfs."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy as np
import pandas as pd
from fake_daemon import PYTHON
from script_case import RUN, ScriptCase

from daybook import datacopies, datafiles, datasets
from daybook.spool import Spool


def frame(rows: int = 50_000) -> pd.DataFrame:
    numbers = np.random.default_rng(7).normal(size=rows)
    return pd.DataFrame(
        {
            "x": numbers,
            "n": np.arange(rows),
            "s": np.where(numbers > 0, "up", "down"),
            "t": pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(rows), unit="s"),
            "c": pd.Categorical(np.where(numbers > 1, "high", "low")),
            "gap": np.where(numbers > 2, np.nan, 1.0),
        }
    )


class FingerprintTest(unittest.TestCase):
    def digest(self, data: object, target: object = None) -> str:
        told = datasets.describe(data, target)
        assert told is not None
        return str(told["digest"])

    def test_the_same_content_has_the_same_fingerprint_in_another_process(self) -> None:
        code = (
            "import sys; sys.path[:0] = [%r, %r]\nfrom test_data import frame\nfrom daybook import datasets\n"
            "print(datasets.describe(frame())['digest'], datasets.describe(frame(300).to_numpy(dtype=object))['digest'])"
            % (os.path.dirname(os.path.abspath(__file__)), PYTHON)
        )
        env = {**os.environ, "PYTHONHASHSEED": "99"}
        ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
        self.assertEqual(ran.stdout.split(), [self.digest(frame()), self.digest(frame(300).to_numpy(dtype=object))])

    def test_what_differs_differs(self) -> None:
        base = frame(1000)
        others = {
            "value": base.assign(x=base.x.where(base.index != 500, 9.0)),
            "text": base.assign(s=base.s.where(base.index != 500, "other")),
            "name": base.rename(columns={"x": "y"}),
            "type": base.assign(n=base.n.astype("int32")),
            "rows": base[:-1],
            "columns": base.drop(columns="c"),
            "order": base[::-1],
        }
        digests = {name: self.digest(other) for name, other in others.items()}
        self.assertEqual(len(set(digests.values()) | {self.digest(base)}), len(others) + 1, digests)

    def test_the_answers_count_too(self) -> None:
        data = np.arange(20.0).reshape(-1, 2)
        self.assertNotEqual(self.digest(data, np.zeros(10)), self.digest(data, np.ones(10)))

    def test_arrays_lists_sparse_and_arrow_are_described(self) -> None:
        import pyarrow
        import scipy.sparse

        for data in (
            np.zeros((30, 4, 4), dtype="uint8"),
            [1, 2, 3],
            ["a", None, 2],
            scipy.sparse.eye(50, format="csc"),
            pyarrow.table({"a": [1, None], "b": ["x", "y"]}),
            pd.Series([1.0, 2.0], name="z"),
            np.array(["a", "b"]),
            pd.DataFrame(index=range(3)),
        ):
            told = datasets.describe(data)
            self.assertIsNotNone(told, type(data))
            json.dumps(told)
        self.assertIsNone(datasets.describe(object()))
        self.assertIsNone(datasets.describe("text"))

    def test_the_schema_is_what_mlflow_writes(self) -> None:
        import warnings

        import mlflow

        warnings.simplefilter("ignore")
        for data in (frame(100), pd.DataFrame({"a": [True], "b": np.float32(1), "c": np.int16(1)})):
            own = datasets.describe(data)
            assert own is not None
            theirs = json.loads(mlflow.data.from_pandas(data).to_dict()["schema"])
            self.assertEqual(own["schema"], theirs)
        array, target = np.zeros((5, 3)), np.zeros(5)
        own = datasets.describe(array, target)
        assert own is not None
        theirs = json.loads(mlflow.data.from_numpy(array, targets=target).to_dict()["schema"])
        self.assertEqual(own["schema"], theirs)

    def test_name_of_finds_the_users_name(self) -> None:
        some_rows = np.zeros(3)
        self.assertEqual(datasets.name_of(some_rows, "X"), "some_rows")
        self.assertEqual(datasets.name_of(np.zeros(3), "X"), "X")


class PointerTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, True)

    def write(self, name: str, text: str) -> str:
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def source(self, path: str) -> dict:
        event = datafiles.file_event("r", path)
        assert event is not None
        return dict(json.loads(event["source"]), digest=event["digest"])

    def test_a_plain_file_has_its_checksum(self) -> None:
        path = self.write("a.csv", "a,b\n1,2\n")
        told = self.source(path)
        expected = hashlib.sha256(b"a,b\n1,2\n").hexdigest()
        self.assertEqual((told["sha256"], told["digest"], told["size_bytes"]), (expected, expected[:16], 8))
        self.assertNotIn("pointer", told)

    def test_a_large_file_has_none_and_cannot_be_reproduced(self) -> None:
        path = self.write("a.csv", "x" * 1000)
        bound, datafiles.MAX_HASHED_BYTES = datafiles.MAX_HASHED_BYTES, 999
        os.environ["DAYBOOK_DATA_COPY_BYTES"] = "999"
        self.addCleanup(os.environ.pop, "DAYBOOK_DATA_COPY_BYTES")
        self.addCleanup(setattr, datafiles, "MAX_HASHED_BYTES", bound)
        told = self.source(path)
        self.assertNotIn("sha256", told)
        self.assertEqual(told["reproduce"], "cannot be reproduced")

    def test_dvc_is_recognised_by_its_file(self) -> None:
        path = self.write("d/a.csv", "x")
        self.write("d/a.csv.dvc", "outs:\n- md5: 0123456789abcdef0123456789abcdef\n  size: 1\n  path: a.csv\n")
        told = self.source(path)
        self.assertEqual(told["pointer"], {"kind": "dvc", "md5": "0123456789abcdef0123456789abcdef"})
        self.assertEqual(told["reproduce"], "by dvc")

    def test_git_lfs_is_recognised_by_pointer_and_by_attributes(self) -> None:
        oid = "a" * 64
        path = self.write("p.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 5\n" % oid)
        self.assertEqual(self.source(path)["pointer"], {"kind": "git-lfs", "oid": oid})
        self.write("r/.git/HEAD", "")
        self.write("r/.gitattributes", "*.parquet filter=lfs diff=lfs merge=lfs -text\nraw/** filter=lfs\n")
        for name in ("r/x/y.parquet", "r/raw/z.csv"):
            path = self.write(name, "content")
            self.assertEqual(
                self.source(path)["pointer"],
                {"kind": "git-lfs", "oid": hashlib.sha256(b"content").hexdigest()},
                name,
            )
        self.assertNotIn("pointer", self.source(self.write("r/other.csv", "content")))


class CopyTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.spool = Spool(os.path.join(self.folder, "spool"), "http://127.0.0.1:1/k/x")
        self.addCleanup(datacopies._copied.clear)

    def event(self, text: str, name: str = "a.csv") -> dict:
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        told = datafiles.file_event("r", path, self.spool)
        assert told is not None
        return dict(told, reproduce=json.loads(told["source"])["reproduce"])

    def test_a_small_file_is_copied_once_for_its_content_and_for_the_owner_alone(self) -> None:
        told = self.event("a,b\n1,2\n")
        copy = os.path.join(self.spool.folder, told["file"])
        with open(copy, "rb") as file:
            self.assertEqual(file.read(), b"a,b\n1,2\n")
        self.assertEqual(os.stat(copy).st_mode & 0o077, 0)
        self.assertEqual(told["reproduce"], "from its copy")
        self.assertEqual(self.event("a,b\n1,2\n", "other.csv")["file"], told["file"], "on its way: the same copy")
        sha = hashlib.sha256(b"a,b\n1,2\n").hexdigest()
        place = os.path.join(self.folder, "data", sha[:2], sha)
        os.makedirs(os.path.dirname(place))
        os.replace(copy, place)
        os.utime(place, (1, 1))
        again = self.event("a,b\n1,2\n", "third.csv")
        self.assertEqual((again["file"], again["reproduce"]), (None, "from its copy"))
        self.assertGreater(os.stat(place).st_mtime, 1, "touched, so that gc leaves it alone")
        self.assertEqual(os.listdir(self.spool.folder), [])

    def test_above_the_limit_nothing_is_copied(self) -> None:
        self.addCleanup(os.environ.pop, "DAYBOOK_DATA_COPY_BYTES")
        for limit, kept in (("7", False), ("8", True), ("0", False), ("no number", True)):
            os.environ["DAYBOOK_DATA_COPY_BYTES"] = limit
            datacopies._copied.clear()
            told = self.event("a,b\n1,%s\n" % limit[:1])
            self.assertEqual(told["file"] is not None, kept, limit)
            self.assertEqual(told["reproduce"], "from its copy" if kept else "cannot be reproduced")

    def test_what_may_hold_secrets_is_not_copied(self) -> None:
        token = "ghp_0123456789abcdefghijABCDEFGHIJ"
        for text, name in (
            ("a,b\n", "my_credentials.csv"),
            ("x,y\n" * 5000 + "1,%s\n" % token, "a.csv"),
            ("-----BEGIN PRIVATE KEY-----\nx", "a.data"),
        ):
            told = self.event(text, name)
            self.assertEqual((told["file"], told["reproduce"]), (None, "cannot be reproduced"), name)

    def test_a_file_that_changes_meanwhile_is_not_copied(self) -> None:
        path = os.path.join(self.folder, "a.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write("new")
        self.assertIsNone(datacopies.keep_copy(self.spool, path, hashlib.sha256(b"old").hexdigest()))
        self.assertEqual(os.listdir(self.spool.folder), [])


class FilesReadTest(ScriptCase):
    def test_only_data_that_was_read_is_an_input(self) -> None:
        os.makedirs(os.path.join(self.folder, ".hidden"))
        for name in ("in.csv", "in2.tsv.gz", "notes.txt", ".hidden/h.csv", "code.py2"):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write("1")
        self.run_script(
            "import daybook\n"
            "for name in ('in.csv', 'in2.tsv.gz', 'notes.txt', '.hidden/h.csv', 'code.py2'): open(name).read()\n"
            "open('out.csv', 'w').write('2'); open('out.csv').read()\n"
            "daybook.log(x=1); open('in.csv').read(); open('late.npy', 'wb').close()\n"
            "try: open('missing.csv')\nexcept FileNotFoundError: pass\n"
        )
        self.assertEqual([d["name"] for d in self.whole(RUN)["datasets"]], ["in.csv", "in2.tsv.gz"])

    def test_a_file_read_after_the_first_log_is_an_input_too(self) -> None:
        with open(os.path.join(self.folder, "late.csv"), "w", encoding="utf-8") as file:
            file.write("1")
        self.run_script("import daybook\ndaybook.log(x=1)\nopen('late.csv').read()")
        self.assertEqual([d["name"] for d in self.whole(RUN)["datasets"]], ["late.csv"])


if __name__ == "__main__":
    unittest.main()
