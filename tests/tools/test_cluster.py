"""`make chaos ARGS=--cluster`: what it counts, and how it sets up haproxy; the whole needs namespaces of its own."""

import random
from collections import Counter

import pytest

from tools.chaos.calls import Catalogue
from tools.chaos.cluster import ClusterTally, SteadyPlatform
from tools.chaos.nodes import FaultTime
from tools.chaos.plan import Fault
from tools.cluster.cluster import Cluster
from tools.cluster.haproxy import write_files
from tools.cluster.network import Network


@pytest.fixture
def cluster(tmp_path):
    """Three nodes that were never started."""
    return Cluster(Network([1, 2, 3]), tmp_path)


@pytest.fixture
def tally():
    return ClusterTally("hosts", 1, {Fault.NODE_KILL: 2})


def test_the_url_names_all_nodes_or_what_is_in_front_of_them(cluster, tmp_path):
    (tmp_path / "n1").mkdir()

    assert cluster.url("dialer").endswith("@10.77.1.2:3306,10.77.2.2:3306,10.77.3.2:3306/dialer")
    assert cluster.url("dialer", "127.0.0.1:3307").endswith("@127.0.0.1:3307/dialer")


def test_a_node_is_parted_from_each_other_node_in_both_directions():
    ways = Network([1, 2, 3]).ways_between_nodes(1)

    assert sorted(ways) == [
        ("10.77.1.2", "10.77.2.2"),
        ("10.77.1.2", "10.77.3.2"),
        ("10.77.2.2", "10.77.1.2"),
        ("10.77.3.2", "10.77.1.2"),
    ]


def test_haproxy_gets_the_configuration_that_is_shipped(cluster, tmp_path):
    write_files(tmp_path, cluster, 23456)

    text = (tmp_path / "haproxy.cfg").read_text()
    assert "bind 127.0.0.1:23456" in text
    assert [f"server db{number} 10.77.{number}.2:3306" in text for number in (1, 2, 3)] == [True] * 3
    assert "/etc/haproxy/" not in text.partition("\n")[2]
    assert (tmp_path / "galera-check").stat().st_mode & 0o111


def test_the_longest_pause_without_a_billed_call_is_told_by_fault(tally):
    tally.billed = [9.5, 13.0, 10.0, 14.0, 99.0]
    kills = [FaultTime(Fault.NODE_KILL, 10.5, 14.5), FaultTime(Fault.NODE_KILL, 20.0, 26.0)]

    tally.measure_pauses(kills)

    assert tally.pauses == {Fault.NODE_KILL: "2.5/6.0"}


@pytest.mark.parametrize(
    ("number", "statuses", "is_kept"),
    [(0, [202], True), (1, [202, 200], True), (0, [503, "timeout", 200], False), (1, [503, 503, 200], False)],
)
def test_a_call_is_fired_until_it_is_answered(tally, monkeypatch, number, statuses, is_kept):
    """Each second call goes on after a 202, as a platform does that did not get it."""
    call = Catalogue(random.Random(1), {}).make_call(lead_id=None, at_once=1)
    call.number, answers, seen = number, iter([*statuses, "one too many"]), Counter()
    monkeypatch.setattr("tools.chaos.cluster.fire", lambda call, connections: [next(answers)])
    monkeypatch.setattr("tools.chaos.cluster.time.sleep", lambda seconds: None)

    SteadyPlatform(0, tally, random.Random(1)).deliver(call, [None], seen)

    assert seen == Counter(statuses)
    assert (call.acknowledged is not None) == is_kept  # by the 202; a 200 is noted where the answer is read
    assert len(tally.billed) == statuses.count(200)
