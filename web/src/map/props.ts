/** What a page gives the map, and what is asked for before its script has come. */
import { deskNow, iso } from "../core/clock";
import { view } from "../core/view";
import type { Given, Parties } from "./facts";
import { fetchGround } from "./layers/basemap";
import type { Landmarks } from "./place";

export interface MapProps {
  /** where the facts are, without a query; `known` and `valid` of the page's address are added */
  readonly url?: string;
  /** or the facts themselves */
  readonly data?: Given;
  readonly parties?: Parties;
  /** west, south, east, north: what is shown when the address says nothing */
  readonly bounds?: readonly [number, number, number, number];
  /** the reader's form of coordinates: dms, ddm, decimal, mgrs, utm */
  readonly coordinates?: string;
  /** about how many features there will be */
  readonly expected?: number;
  /** leave out what is around the map: for small maps in a card */
  readonly bare?: boolean;
  /** towns and names by which one finds one's way, in the reader's script */
  readonly landmarks?: Landmarks;
  /** a selector of a table that the server rendered, shown instead of one made here */
  readonly table?: string;
}

/** Under way while the map's script is still coming. */
export interface Early {
  readonly ground: Promise<Response>;
  readonly facts: Promise<Response> | null;
}

export function early(props: MapProps): Early {
  const [ground, facts] = [fetchGround(), props.data ? null : askMap(props)];
  // Whoever waits for them hears of what goes wrong.
  ground.catch(() => undefined);
  facts?.catch(() => undefined);
  return { ground, facts };
}

const AHEAD_MS = 86_400_000;

/** The times that are looked at. Unless one is chosen: what holds then or within a day, so that nobody misses what is about
 * to begin. */
export function times(): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of ["known", "valid"]) if (view(name)) query.set(name, view(name));
  if (!view("valid")) {
    const from = Date.parse(view("known")) || deskNow();
    query.set("valid", `${iso(from)}/${iso(from + AHEAD_MS)}`);
  }
  return query;
}

export function askMap(props: MapProps): Promise<Response> {
  return fetch(`${props.url ?? "/room/map"}?${times()}`, { headers: { accept: "application/json, application/geo+json" } });
}
