"""The way from the kernel to the daemon: order, spool, bounds, ends."""

import os
import shutil
import signal
import tempfile
import threading
import time
import unittest

from fake_daemon import FakeDaemon, free_port, read_spool

from daybook import sender as sender_module
from daybook.lines import to_lines
from daybook.sender import Sender
from daybook.spool import Spool


def event(number: int) -> dict:
    return {"type": "tags", "run_id": "r", "tags": {"n": str(number)}}


def numbers(events: list) -> list:
    return [int(e["tags"]["n"]) for e in events if e["type"] == "tags"]


class SenderTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.daemon = FakeDaemon()
        self.addCleanup(lambda: self.daemon.stop())

    def sender(self, url: str = "", spool: bool = True) -> Sender:
        url = url or self.daemon.url
        made = Sender(url, Spool(self.folder, url) if spool else None)
        self.addCleanup(made.close, 0.1)
        return made

    def test_delivers_everything_in_order_over_one_connection(self) -> None:
        sender = self.sender()
        for number in range(5000):
            sender.put(event(number))
        self.assertTrue(sender.flush(10))
        self.assertEqual(numbers(self.daemon.events), list(range(5000)))
        self.assertEqual(self.daemon.connections, 1)
        self.assertLessEqual(max(self.daemon.batches), sender_module.MAX_ROWS)
        self.assertEqual(os.listdir(self.folder), [])

    def test_urgent_events_do_not_wait_for_company(self) -> None:
        sender = self.sender()
        sender.put(event(0))
        sender.flush(5)
        sender.linger_s = 3600
        sender.put(event(1), True)
        self.daemon.wait(lambda: len(self.daemon.events) == 2)

    def test_rows_of_one_run_become_one_event(self) -> None:
        sender = self.sender()
        for step in range(10):
            sender.put(("a", "loss", 0.5, step, 1))
        sender.put(("b", "loss", float("nan"), 0, 1))
        sender.put(("b", "x", float("inf"), 0, 1))
        sender.put(("b", "y", float("-inf"), 0, 1))
        sender.flush(5)
        self.assertEqual([e["run_id"] for e in self.daemon.events], ["a", "b"])
        self.assertEqual([row[1] for row in self.daemon.rows("b")], ["NaN", "Infinity", "-Infinity"])

    def test_spools_while_the_daemon_is_away_and_sends_in_order_when_it_is_back(self) -> None:
        port = free_port()
        url = "http://127.0.0.1:%d/k/tok3n-for-tests" % port
        sender = self.sender(url)
        for number in range(2500):
            sender.put(event(number))
        self.assertTrue(sender.flush(10))
        spooled = read_spool(self.folder)
        self.assertEqual(spooled[0]["type"], "spool")
        self.assertEqual(spooled[0]["url"], url)
        self.assertEqual(numbers(spooled), list(range(2500)))
        back = FakeDaemon(port)
        self.addCleanup(back.stop)
        sender.put(event(2500))
        back.wait(lambda: len(back.events) >= 2501)
        sender.put(event(2501))
        back.wait(lambda: len(back.events) >= 2502)
        self.assertEqual(numbers(back.events), list(range(2502)))
        self.assertFalse([e for e in back.events if e["type"] == "spool"])
        back.wait(lambda: os.listdir(self.folder) == [])

    def test_keeps_the_order_when_a_caller_spills_past_the_bound(self) -> None:
        bound, sender_module.MAX_QUEUE = sender_module.MAX_QUEUE, 500
        self.addCleanup(setattr, sender_module, "MAX_QUEUE", bound)
        self.daemon.delay_s = 0.3
        sender = self.sender()
        for number in range(4000):
            sender.put(event(number))
            self.assertLessEqual(len(sender._queue), 501)
        self.daemon.delay_s = 0
        self.daemon.wait(lambda: len(set(numbers(self.daemon.events))) == 4000)
        seen = numbers(self.daemon.events)
        self.assertEqual(sorted(set(seen)), list(range(4000)))
        self.assertEqual([n for i, n in enumerate(seen) if n not in seen[:i]], list(range(4000)))
        self.assertEqual(sender.dropped, 0)

    def test_what_failed_on_its_way_goes_before_what_came_after(self) -> None:
        bound, sender_module.MAX_QUEUE = sender_module.MAX_QUEUE, 100
        self.addCleanup(setattr, sender_module, "MAX_QUEUE", bound)
        self.daemon.delay_s, self.daemon.status = 0.3, 503
        sender = self.sender()
        sender.put(event(0), True)
        time.sleep(0.1)
        for number in range(1, 1000):
            sender.put(event(number))
        sender.flush(5)
        self.assertEqual(numbers(read_spool(self.folder)), list(range(1000)))
        self.daemon.delay_s, self.daemon.status = 0, 200
        self.daemon.wait(lambda: numbers(self.daemon.events) == list(range(1000)))

    def test_an_event_that_the_daemon_refuses_does_not_block_the_others(self) -> None:
        self.daemon.refuse = lambda e: e["tags"]["n"] in ("7", "8", "500")
        sender = self.sender()
        for number in range(600):
            sender.put(event(number))
        self.assertTrue(sender.flush(10))
        self.assertEqual(numbers(self.daemon.events), [n for n in range(600) if n not in (7, 8, 500)])
        self.assertEqual(sender.dropped, 3)

    def test_an_unknown_address_keeps_events_for_later(self) -> None:
        sender = self.sender(self.daemon.address + "/k/another")
        sender.put(event(1))
        self.assertTrue(sender.flush(5))
        self.assertEqual(numbers(read_spool(self.folder)), [1])

    def test_without_daemon_and_spool_memory_stays_bounded(self) -> None:
        bound, sender_module.MAX_QUEUE = sender_module.MAX_QUEUE, 1000
        self.addCleanup(setattr, sender_module, "MAX_QUEUE", bound)
        sender = self.sender("http://127.0.0.1:%d/k/x" % free_port(), spool=False)
        for number in range(20_000):
            sender.put(event(number))
        self.assertLessEqual(len(sender._queue), 1001)
        self.assertGreater(sender.dropped, 0)
        sender.close(0.3)

    def test_close_spools_what_a_silent_daemon_does_not_take_in_time(self) -> None:
        self.daemon.delay_s = 120
        sender = self.sender()
        for number in range(3000):
            sender.put(event(number))
        begun = time.monotonic()
        sender.close(0.5)
        self.assertLess(time.monotonic() - begun, self.daemon.delay_s)
        self.assertEqual(sorted(set(numbers(read_spool(self.folder)))), list(range(3000)))

    def test_close_delivers(self) -> None:
        sender = self.sender()
        for number in range(300):
            sender.put(event(number))
        sender.close()
        self.assertEqual(numbers(self.daemon.events), list(range(300)))

    def test_many_threads_lose_nothing(self) -> None:
        sender = self.sender()

        def work(begin: int) -> None:
            for number in range(begin, begin + 2000):
                sender.put(event(number))

        threads = [threading.Thread(target=work, args=(i * 2000,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertTrue(sender.flush(20))
        self.assertEqual(sorted(numbers(self.daemon.events)), list(range(16_000)))

    @unittest.skipUnless(hasattr(os, "fork"), "no fork here")
    def test_a_forked_child_sends_only_its_own_on_a_connection_of_its_own(self) -> None:
        sender = self.sender()
        sender.put(event(0))
        sender.flush(5)
        sender.put(event(1))
        child = os.fork()
        if child == 0:
            sender.after_fork(Spool(self.folder, self.daemon.url))
            sender.put(event(100))
            sender.close(5)
            os._exit(0)
        os.waitpid(child, 0)
        sender.put(event(2))
        sender.flush(5)
        self.assertEqual(sorted(numbers(self.daemon.events)), [0, 1, 2, 100])
        self.assertEqual(self.daemon.connections, 2)

    @unittest.skipUnless(hasattr(os, "fork"), "no fork here")
    def test_a_fork_while_the_parent_waits_for_an_answer_does_not_hang_the_child(self) -> None:
        sender = self.sender()
        sender.put(event(0))
        sender.flush(5)
        self.daemon.delay_s = 1.0
        sender.put(event(1), True)
        time.sleep(0.3)
        child = os.fork()
        if child == 0:
            signal.alarm(60)  # ends a child that hangs, which then is no success
            sender.after_fork(Spool(self.folder, self.daemon.url))
            sender.put(event(100))
            sender.close(30)
            os._exit(0)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertTrue(sender.flush(30))
        self.assertEqual(sorted(numbers(self.daemon.events)), [0, 1, 100])

    def test_events_can_be_made_in_the_background_in_their_place(self) -> None:
        sender = self.sender()
        sender.put(event(1))
        sender.put(lambda: event(2))
        sender.put(lambda: None)
        sender.put(lambda: event(1 // 0))
        sender.put(event(3))
        sender.flush(5)
        self.assertEqual(numbers(self.daemon.events), [1, 2, 3])


class SpoolTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.spool = Spool(self.folder, "http://127.0.0.1:1/k/x", sync=False)

    def lines(self, *texts: str) -> list:
        return [text.encode() for text in texts]

    def test_gives_lines_in_order_and_removes_the_file_when_all_are_taken(self) -> None:
        self.spool.append(self.lines("a", "b"))
        self.spool.append(self.lines("c"))
        self.spool.prepend(self.lines("0"))
        got = []
        while True:
            lines = self.spool.next_lines(2, 1000)
            if lines is None:
                break
            got += lines
            self.spool.taken(lines)
        self.assertEqual(got, self.lines("0", "a", "b", "c"))
        self.assertEqual(os.listdir(self.folder), [])

    def test_survives_that_the_daemon_took_a_segment_away(self) -> None:
        self.spool.append(self.lines("a", "b", "c"))
        self.spool.taken(self.spool.next_lines(2, 1000))
        for name in os.listdir(self.folder):
            os.remove(os.path.join(self.folder, name))
        self.spool.append(self.lines("d"))
        self.assertEqual(self.spool.next_lines(10, 1000), self.lines("d"))
        events = read_spool_names(self.folder)
        self.assertEqual(len(events), 1)

    def test_files_are_private(self) -> None:
        self.spool.append(self.lines("a"))
        for name in os.listdir(self.folder):
            self.assertEqual(os.stat(os.path.join(self.folder, name)).st_mode & 0o777, 0o600)

    def test_says_no_when_it_cannot_write(self) -> None:
        blocked = os.path.join(self.folder, "file")
        with open(blocked, "w"):
            pass
        self.assertFalse(Spool(os.path.join(blocked, "x"), "http://127.0.0.1:1/k/x").append(self.lines("a")))


def read_spool_names(folder: str) -> list:
    return [name for name in os.listdir(folder) if name.endswith(".jsonl")]


class LinesTest(unittest.TestCase):
    def test_to_lines_leaves_out_what_is_no_json(self) -> None:
        self.assertEqual(to_lines([{"a": object()}, {"b": 1}]), [b'{"b":1}'])

    def test_to_lines_writes_any_text(self) -> None:
        self.assertEqual(to_lines([{"a": "\n\ud800\u00e9"}]), [b'{"a":"\\n\\ud800\\u00e9"}'])


if __name__ == "__main__":
    unittest.main()
