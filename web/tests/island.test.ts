import { beforeEach, describe, expect, it, vi } from "vitest";
import { island, place } from "../src/core/island";

describe("an island", () => {
  beforeEach(() => document.body.replaceChildren());

  it("takes what the server wrote for it, and is let go when its content is replaced", () => {
    document.body.innerHTML =
      '<main><div data-island="a"><script type="application/json">{"n": 3}</script></div></main>';
    const release = vi.fn();
    const mount = vi.fn(() => release);
    island<{ n: number }>("a", mount);
    expect(mount).toHaveBeenCalledWith(document.querySelector("[data-island]"), { n: 3 });

    const fresh = document.createElement("div");
    fresh.dataset["island"] = "a";
    place(document.querySelector("main")!, [fresh]);
    expect(release).toHaveBeenCalledTimes(1);
    expect(mount).toHaveBeenCalledTimes(2);
    expect(mount).toHaveBeenLastCalledWith(fresh, {});
  });
});
