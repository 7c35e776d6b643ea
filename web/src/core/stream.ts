/**
 * The desk's stream of notices (server-sent events), read with `fetch`, so that the comments by which the desk says that
 * the line is open are heard too: `EventSource` hides them, and a line that died silently would look alive.
 */
export interface Heard {
  readonly id: number;
  readonly data: string;
}

export interface Listener {
  /** Bytes came, whatever they say. */
  alive(): void;
  heard(event: Heard): void;
  /** The line is gone; `signedOut` where the desk no longer knows this session, or it may no longer read. */
  lost(signedOut: boolean): void;
}

export const SILENT_MS = 40_000; // the desk says a word every 15 s
const PAUSES_MS = [500, 1000, 2000, 4000, 8000];

/** Takes text as it comes and gives whole events (WHATWG HTML, 9.2.6, as far as the desk uses it). */
export class EventParser {
  #rest = "";

  push(text: string): Heard[] {
    const blocks = (this.#rest + text).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => {
      let id = 0;
      const data: string[] = [];
      for (const line of block.split("\n")) {
        if (line.startsWith("id:")) id = Number(line.slice(3));
        else if (line.startsWith("data:")) data.push(line.slice(line.startsWith("data: ") ? 6 : 5));
      }
      return data.length ? [{ id, data: data.join("\n") }] : [];
    });
  }
}

/** Follows the stream after the notice `after` until `stop` is called, and comes back whenever the line does. */
export function follow(url: string, after: number, listener: Listener): () => void {
  let last = after;
  let failures = 0;
  let stopped = false;
  let current = new AbortController();
  let wake: () => void = () => undefined;

  const once = async (): Promise<void> => {
    current = new AbortController();
    let guard = 0;
    const alive = (): void => {
      clearTimeout(guard);
      guard = window.setTimeout(() => current.abort(), SILENT_MS);
      listener.alive();
    };
    guard = window.setTimeout(() => current.abort(), SILENT_MS);
    try {
      const answer = await fetch(`${url}?after=${last}`, {
        headers: { accept: "text/event-stream" },
        cache: "no-store",
        signal: current.signal,
      });
      if (answer.status === 401 || answer.status === 403) {
        stopped = true;
        listener.lost(true);
        return;
      }
      if (!answer.ok || !answer.body) throw new Error(`status ${answer.status}`);
      const parser = new EventParser();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        failures = 0;
        alive();
        for (const event of parser.push(value)) {
          if (event.id <= last) continue;
          last = event.id;
          listener.heard(event);
        }
      }
    } finally {
      clearTimeout(guard);
    }
  };

  const run = async (): Promise<void> => {
    while (!stopped) {
      await once().catch(() => undefined);
      if (stopped) return;
      listener.lost(false);
      const pause = PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)] ?? 8000;
      failures += 1;
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, pause);
      });
    }
  };
  window.addEventListener("online", () => wake());
  window.addEventListener("offline", () => current.abort());
  void run();
  return () => {
    stopped = true;
    current.abort();
  };
}
