/** Fired on `document` when a map shows what there is. */
export const DRAWN = "thalweg:drawn";
