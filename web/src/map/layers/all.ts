import { areas } from "./areas";
import { crossings } from "./crossings";
import { doubt } from "./doubt";
import { findings } from "./findings";
import { incidents } from "./incidents";
import { labels } from "./labels";
import type { Layer } from "./layer";
import { lines } from "./lines";
import { paths } from "./paths";
import { sites } from "./sites";

/** From below to above. */
export const LAYERS: readonly Layer[] = [doubt, areas, lines, paths, sites, crossings, findings, incidents, labels];
