"""What AWS keeps and Lamppost copies, against the models of botocore: a test fails where the copy lacks something."""

import re
import subprocess
import tomllib
import unittest
from datetime import date
from pathlib import Path

import botocore.session

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "checks" / "reference"
SESSION = botocore.session.get_session()

# Data older than this by the newest commit's date is to be compared with its sources again.
MAX_AGE_DAYS = 120

# Tables whose only source of its kind is published more seldom, with the days that it may lag behind.
SLOW_SOURCES = {"actions.toml": 365, "request-keys.toml": 365}


def table(path: Path) -> dict:
    """A TOML file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def accessor(member: str) -> str:
    """The name of a member in the Rust SDK."""
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", member)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", words).lower()


class Drift(unittest.TestCase):
    def test_every_member_of_lambdas_answers_is_read_or_left_out_with_a_reason(self) -> None:
        model = SESSION.get_service_model("lambda")
        sources = (ROOT / "src" / "collect" / "lambda").glob("*.rs")
        code = "".join(path.read_text(encoding="utf-8") for path in sources)
        for shape, left_out in table(Path(__file__).parent / "drift" / "members.toml").items():
            members = set(model.shape_for(shape).members)
            read = {name for name in members if f".{accessor(name)}(" in code}
            with self.subTest(shape):
                self.assertEqual(set(), members - read - set(left_out), "neither read nor left out")
                self.assertEqual(set(), set(left_out) - members, "AWS does not have it any more")
                self.assertTrue(all(left_out.values()), "a reason is missing")

    def test_every_region_and_partition_is_known(self) -> None:
        partitions = {entry["name"]: entry for entry in table(REFERENCE / "partitions.toml")["partitions"]}
        for name in SESSION.get_available_partitions():
            regions = set(SESSION.get_available_regions("lambda", name))
            if not regions:
                continue
            with self.subTest(name):
                known = partitions[name]
                self.assertEqual(set(), regions - set(known["always"]) - set(known.get("opt-in", [])))

    def test_no_table_is_older_than_the_newest_commit_allows(self) -> None:
        command = ["git", "-C", str(ROOT), "log", "-1", "--format=%cs"]
        newest = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        for path in sorted(REFERENCE.glob("*.toml")):
            as_of = table(path).get("as-of")
            if as_of is None:
                continue
            with self.subTest(path.name):
                age = date.fromisoformat(newest) - date.fromisoformat(str(as_of))
                self.assertLessEqual(age.days, SLOW_SOURCES.get(path.name, MAX_AGE_DAYS))


if __name__ == "__main__":
    unittest.main()
