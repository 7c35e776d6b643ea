"""One party's client process with many officers, who all declare at the same instant.

Usage: python -m tests.desk_crowd CONFIG. Signs everything beforehand, says `ready` on standard output, waits for the
file `go`, and sends everything at once, each officer's statements one after the other, until each is answered.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

from tests.desk_client import Client, operation
from tests.desk_site import Voice, token
from thalweg.model.events import Declared


def main() -> None:
    told = json.loads(Path(sys.argv[1]).read_text())
    failures: list[BaseException] = []
    gate = threading.Event()
    left = threading.Semaphore(0)

    def officer(name: str, place: int) -> None:
        try:
            with open(f"{told['out']}.{name}", "a") as out:
                client = Client({**told, "author": name, "token": token(name)}, out)
                tip = client.get("/v1/me")["tip"]
                voice = Voice(name, None if tip is None else (tip["seq"], bytes.fromhex(tip["hash"])))
                signed = [
                    voice.say(Declared(told["party"], operation(client.told, number, place), declines=True))
                    for number in range(told["each"])
                ]
                left.release()
                gate.wait()
                for each in signed:
                    client.hand_in(each)
        except BaseException as error:
            failures.append(error)
            left.release()
            raise

    threads = [
        threading.Thread(target=officer, args=(name, place % told["places"]))
        for place, name in enumerate(told["officers"])
    ]
    for thread in threads:
        thread.start()
    for _ in threads:
        left.acquire()
    print("ready", flush=True)
    while not Path(told["go"]).exists():
        time.sleep(0.002)
    gate.set()
    for thread in threads:
        thread.join()
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
