import { describe, expect, it } from "vitest";
import { EventParser } from "../src/core/stream";

describe("the stream of notices", () => {
  it("gives whole events, however the bytes are cut", () => {
    const text = 'retry: 1000\n\nid: 7\nevent: notice\ndata: {"n":7}\n\n: here\n\nid: 8\nevent: notice\ndata: {"n":8}\n\n';
    for (let size = 1; size < text.length; size += 1) {
      const parser = new EventParser();
      const heard = [];
      for (let at = 0; at < text.length; at += size) heard.push(...parser.push(text.slice(at, at + size)));
      expect(heard).toEqual([
        { id: 7, data: '{"n":7}' },
        { id: 8, data: '{"n":8}' },
      ]);
    }
  });
});
