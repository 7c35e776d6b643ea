/**
 * An act that is called for in bursts: at once, then `ms` after it began at the earliest, and once after the last call, so
 * that nothing that came in the burst is left out. `stop` lets go of what waits.
 */
export function spaced(act: () => void, ms: number): { readonly call: () => void; readonly stop: () => void } {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let called = false;
  const rest = (): void => {
    waiting = undefined;
    if (called) run();
  };
  const run = (): void => {
    called = false;
    waiting = setTimeout(rest, ms);
    act();
  };
  return {
    call: () => {
      if (waiting === undefined) run();
      else called = true;
    },
    stop: () => {
      clearTimeout(waiting);
      called = false;
    },
  };
}
